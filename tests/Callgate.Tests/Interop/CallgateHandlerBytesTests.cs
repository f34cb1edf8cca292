using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Callgate.Testing;
using Callgate.Tests.Recorded;

namespace Callgate.Tests.Interop;

/// <summary>With the handler or without it: the same bytes, the same headers, the same reads.</summary>
public sealed class CallgateHandlerBytesTests : IAsyncLifetime
{
    private HandlerFixture _fixture = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // The mock says when it answered: of two answers to compare, the second must not come a second later.
    public async ValueTask InitializeAsync() =>
        _fixture = await HandlerFixture.StartAsync(providerTime: new ManualTimeProvider());

    public async ValueTask DisposeAsync() => await _fixture.DisposeAsync();

    public static TheoryData<string, string> Replies()
    {
        var data = new TheoryData<string, string>();
        foreach (var way in s_ways.Keys)
        {
            foreach (var reply in s_replies.Keys)
            {
                data.Add(reply, way);
            }
        }

        return data;
    }

    private static readonly string s_text = OpenAiStreams.All[0].Sse;

    private static readonly Dictionary<string, FakeReply> s_replies = new()
    {
        ["stream"] = FakeReply.Sse(s_text) with { SplitEvery = 1 },
        ["split stream"] = FakeReply.Sse(s_text) with { SplitAt = [1, 5, 6, 50, 51, 300] },
        ["stream with CRLF and no end"] = FakeReply.Sse(
            "\uFEFF: hi\r\n" + s_text.Replace("\n", "\r\n", StringComparison.Ordinal)[..^20]
        ),
        ["nonsense as a stream"] = FakeReply.Sse("data: {]\n\n\0\n" + s_text),
        ["answer"] = FakeReply.Mock() with { SplitEvery = 9 },
        ["no JSON"] = FakeReply.Bytes(new byte[] { 0, 255, 13, 10 }, "application/json"),
        ["nothing"] = FakeReply.Bytes(default, "application/json"),
        ["error"] = FakeReply.Error(503, retryAfter: TimeSpan.FromSeconds(2)),
        ["odd headers"] = FakeReply.Bytes(Encoding.UTF8.GetBytes(s_text), "text/event-stream;charset=UTF-8 ; a=b"),
        ["odd error"] = FakeReply.Error(503) with
        {
            Headers = new Dictionary<string, string>
            {
                ["Retry-After"] = "Sunday, 06-Nov-94 08:49:37 GMT",
                ["Content-Type"] = "application/json;charset=UTF-8",
            },
        },
        ["HTML"] = FakeReply.Bytes(Encoding.UTF8.GetBytes("<html>"), "text/html", 502),
    };

    private static readonly Dictionary<string, Func<HttpResponseMessage, Task<byte[]>>> s_ways = new()
    {
        ["whole"] = reply => reply.Content.ReadAsByteArrayAsync(Token),
        ["buffered"] = async reply =>
        {
            await reply.Content.LoadIntoBufferAsync(Token);
            using var copy = new MemoryStream();
            await reply.Content.CopyToAsync(copy, Token);
            return copy.ToArray();
        },
        ["read"] = async reply =>
        {
            var stream = await reply.Content.ReadAsStreamAsync(Token);
            return await CollectAsync(async buffer => await stream.ReadAsync(buffer.AsMemory(), Token));
        },
        ["old read"] = async reply =>
        {
            var stream = await reply.Content.ReadAsStreamAsync(Token);
#pragma warning disable CA1835 // It is what is tested.
            return await CollectAsync(buffer => stream.ReadAsync(buffer, 0, buffer.Length, Token));
#pragma warning restore CA1835
        },
        ["sync read"] = async reply =>
        {
            var stream = reply.Content.ReadAsStream(Token);
            return await CollectAsync(buffer => Task.FromResult(stream.Read(buffer)));
        },
        ["begin and end"] = async reply =>
        {
            var stream = reply.Content.ReadAsStream(Token);
            return await CollectAsync(buffer =>
                Task.Factory.FromAsync((c, s) => stream.BeginRead(buffer, 0, buffer.Length, c, s), stream.EndRead, null)
            );
        },
        ["byte by byte"] = reply =>
        {
            var stream = reply.Content.ReadAsStream(Token);
            var bytes = new List<byte>();
            Assert.Equal(0, stream.Read([]));
            while (stream.ReadByte() is >= 0 and var b)
            {
                bytes.Add((byte)b);
            }

            return Task.FromResult(bytes.ToArray());
        },
        ["sync copy"] = reply =>
        {
            using var copy = new MemoryStream();
            reply.Content.CopyTo(copy, null, Token);
            return Task.FromResult(copy.ToArray());
        },
    };

    private static async Task<byte[]> CollectAsync(Func<byte[], Task<int>> read)
    {
        using var all = new MemoryStream();
        var buffer = new byte[13];
        while (await read(buffer) is > 0 and var count)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    [Theory]
    [MemberData(nameof(Replies))]
    public async Task Replies_AreTheSame(string reply, string way)
    {
        _fixture.Provider.DefaultReply = s_replies[reply];
        using var plain = new HttpClient();
        var expected = await ReadAsync(plain);
        var actual = await ReadAsync(_fixture.Http);

        Assert.Equal(expected.Bytes, actual.Bytes);
        Assert.Equal(expected.Head, actual.Head);
        var (first, second) = (_fixture.Provider.Requests[0], _fixture.Provider.Requests[1]);
        Assert.Equal(first.BodyText, second.BodyText);
        Assert.Equal(first.Headers, second.Headers);
        await _fixture.EventAsync();

        async Task<(byte[] Bytes, string Head)> ReadAsync(HttpClient http)
        {
            var request = _fixture.Post(HandlerFixture.AskStream);
            request.Headers.TryAddWithoutValidation("x-odd", "a, b;c");
            using var message = way.StartsWith("sync", StringComparison.Ordinal)
                ? http.Send(request, HttpCompletionOption.ResponseHeadersRead, Token)
                : await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
            var head = Head(message);
            return (await s_ways[way](message), head);
        }
    }

    private static string Head(HttpResponseMessage message) =>
        $"{message.StatusCode} {message.ReasonPhrase} {message.Version} {message.Content.Headers.ContentLength}\n"
        + string.Join('\n', Lines(message.Headers.NonValidated).Concat(Lines(message.Content.Headers.NonValidated)));

    private static IEnumerable<string> Lines(HttpHeadersNonValidated headers) =>
        headers.Where(h => h.Key != "Date").Select(h => $"{h.Key}: {h.Value}");

    [Fact]
    public async Task ContentThatCanBeReadOnce_IsSentAndSeen()
    {
        using var request = _fixture.Post("");
        request.Content = new OnceContent(HandlerFixture.Ask);
        using var reply = await _fixture.Http.SendAsync(request, Token);

        Assert.Equal(HandlerFixture.Ask, _fixture.Provider.Requests[0].BodyText);
        Assert.Equal(HandlerFixture.Ask, (await _fixture.EventAsync()).Call!.AdditionalArgs.CompleteInput);
    }

    [Theory]
    [InlineData("POST", "/v1/files")]
    [InlineData("POST", "/v1/responses")]
    [InlineData("POST", "/v1/messages/count_tokens")]
    [InlineData("GET", "/v1/chat/completions")]
    public async Task OtherRequests_PassUntouched(string method, string path)
    {
        HttpContent? sent = null;
        using var http = new HttpClient(
            new CallgateHandler(
                _fixture.Client,
                new StubHandler(request =>
                {
                    sent = request.Content;
                    return new HttpResponseMessage { Content = new StringContent("{}") };
                })
            )
        );
        using var content = new OnceContent("{}");
        using var request = new HttpRequestMessage(new HttpMethod(method), "https://api.openai.com" + path)
        {
            Content = content,
        };
        using var reply = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);

        Assert.Same(content, sent);
        Assert.False(content.IsRead);
        Assert.IsType<StringContent>(reply.Content);
        await _fixture.Client.FlushPatientlyAsync();
        Assert.Empty(_fixture.Log.Records);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnswerBeyondTheLimit_PassesOnWhole(bool isLengthKnown)
    {
        await using var fixture = await HandlerFixture.StartAsync(configure: o => o.MaxResponseBytes = 100);
        var body = new string(' ', 40_000) + "{}";
        using var http = new HttpClient(
            new CallgateHandler(
                fixture.Client,
                new StubHandler(_ => new HttpResponseMessage
                {
                    Content = isLengthKnown ? new StringContent(body) : new OnceContent(body),
                })
            )
        );
        using var reply = await http.SendAsync(fixture.Post(HandlerFixture.Ask), Token);

        Assert.Equal(body, await reply.Content.ReadAsStringAsync(Token));
        var call = (await fixture.EventAsync()).Call!;
        Assert.Equal(CallOutcome.Completed, call.Outcome);
        Assert.Equal(CostStatus.Unpriced, call.Cost!.Status);
        Assert.Null(call.OriginalResponse);
    }

    private sealed class StubHandler(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        ) => Task.FromResult(answer(request));
    }

    /// <summary>Of unknown length, and gone once it was read.</summary>
    private sealed class OnceContent(string text) : HttpContent
    {
        public bool IsRead { get; private set; }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            Assert.False(IsRead);
            IsRead = true;
            return stream.WriteAsync(Encoding.UTF8.GetBytes(text), Token).AsTask();
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
