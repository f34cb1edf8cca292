using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Callgate.Testing;

namespace Callgate.Tests.Testing;

/// <summary>What the fake provider promises, seen by a plain HTTP client.</summary>
public sealed class FakeProviderTests : IAsyncLifetime
{
    private const string Ask = """{"model":"m","messages":[{"role":"user","content":"Grüß Gott"}]}""";
    private const string AskStream = """{"model":"m","stream":true,"messages":[{"role":"user","content":"a"}]}""";

    private readonly HttpClient _http = new();
    private FakeProvider _provider = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _provider = await FakeProvider.StartAsync(cancellationToken: Token);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _provider.DisposeAsync();
    }

    [Theory]
    [InlineData("v1/chat/completions")]
    [InlineData("openai/v1/chat/completions")]
    [InlineData("openai/deployments/d/chat/completions?api-version=2024-10-21")]
    public async Task Mock_AnswersWhereverChatIsServed(string path)
    {
        using var response = await Post(path, Ask);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains(
            "Hello from m (mock).",
            await response.Content.ReadAsStringAsync(Token),
            StringComparison.Ordinal
        );
        Assert.True(response.Headers.Contains("x-request-id"));
        Assert.NotNull(response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Requests_HoldWhatWasSent()
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            _provider.BaseAddress + "v1/chat/completions?a=%20b&c"
        )
        {
            Content = new StringContent(Ask),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "k");
        using var response = await _http.SendAsync(request, Token);
        var recorded = Assert.Single(await _provider.WaitForRequestsAsync(1, Token));

        Assert.Equal("POST", recorded.Method);
        Assert.Equal("/v1/chat/completions", recorded.Path);
        Assert.Equal("?a=%20b&c", recorded.Query);
        Assert.Equal("Bearer k", recorded.Headers["authorization"]);
        Assert.Equal(Ask, recorded.BodyText);
        Assert.Equal("m", recorded.ReadJson().GetProperty("model").GetString());
        Assert.DoesNotContain("Bearer", recorded.ToString(), StringComparison.Ordinal);
        await recorded.Ended.WaitAsync(Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => recorded.Aborted);

        _provider.ClearRequests();
        Assert.Empty(_provider.Requests);
    }

    [Fact]
    public async Task Replies_ComeFromTheQueue_ThenRespond_ThenTheDefault()
    {
        _provider.Enqueue(FakeReply.Json("1"), FakeReply.Json("2", 201));
        _provider.Respond = r => r.Query == "?respond" ? FakeReply.Json("3") : null;
        _provider.DefaultReply = FakeReply.Json("4");

        Assert.Equal("200 1", await StatusAndBody("v1/chat/completions?respond"));
        Assert.Equal("201 2", await StatusAndBody("v1/chat/completions?respond"));
        Assert.Equal("200 3", await StatusAndBody("v1/chat/completions?respond"));
        Assert.Equal("200 4", await StatusAndBody("v1/chat/completions"));
    }

    [Fact]
    public async Task Respond_ThatThrows_SaysSo()
    {
        _provider.Respond = _ => throw new InvalidOperationException("my mistake");
        Assert.StartsWith(
            "500 FakeProvider: System.InvalidOperationException: my mistake",
            await StatusAndBody("v1/chat/completions"),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("v1/chat/completions", "\"code\":\"rate_limit_exceeded\"")]
    [InlineData("v1/messages", "\"type\":\"rate_limit_error\"")]
    public async Task Error_IsInTheFormatOfTheEndpoint(string path, string expected)
    {
        _provider.Enqueue(FakeReply.Error(429, retryAfter: TimeSpan.FromSeconds(1.5)));
        using var response = await Post(path, Ask);

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(2), response.Headers.RetryAfter?.Delta);
        Assert.Equal("1500", response.Headers.GetValues("retry-after-ms").Single());
        Assert.Contains(expected, await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_AreAddedAndReplaced()
    {
        _provider.Enqueue(
            FakeReply.Mock() with
            {
                Headers = new Dictionary<string, string> { ["x-request-id"] = "mine", ["x-ratelimit-remaining"] = "7" },
            }
        );
        using var response = await Post("v1/chat/completions", Ask);

        Assert.Equal("mine", response.Headers.GetValues("x-request-id").Single());
        Assert.Equal("7", response.Headers.GetValues("x-ratelimit-remaining").Single());
    }

    [Theory]
    [InlineData("v1/chat/completions", """{"model":"m","messages":[]}""", 1)]
    [InlineData(
        "v1/chat/completions",
        """{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[]}""",
        1
    )]
    [InlineData("v1/messages", """{"model":"m","max_tokens":1,"stream":true,"messages":[]}""", 2)]
    public async Task UsageOverride_StandsInPlaceOfEachUsage(string path, string body, int times)
    {
        _provider.DefaultReply = FakeReply.Mock() with { UsageOverride = """{"lie":1}""" };
        using var response = await Post(path, body);
        var text = await response.Content.ReadAsStringAsync(Token);

        Assert.Equal(times, text.Split("\"usage\":{\"lie\":1}").Length - 1);
        Assert.Equal(times, text.Split("\"usage\":{").Length - 1);
        Assert.Contains("Hello", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SplitEvery_AndSplitAt_ChangeNoByte()
    {
        var events = "data: {\"a\":\"👋🏽\"}\r\n\r\ndata: [DONE]\n\n";
        var length = Encoding.UTF8.GetByteCount(events);
        for (var at = 0; at <= length + 1; at++)
        {
            _provider.Enqueue(
                FakeReply.Sse(events) with
                {
                    SplitAt = [at],
                },
                FakeReply.Sse(events) with
                {
                    SplitEvery = at + 1,
                }
            );
            Assert.Equal($"200 {events}", await StatusAndBody("v1/chat/completions"));
            Assert.Equal($"200 {events}", await StatusAndBody("v1/chat/completions"));
        }
    }

    [Fact]
    public async Task Pieces_AreSentOneByOne()
    {
        var time = new ManualTimeProvider();
        await using var provider = await FakeProvider.StartAsync(time, Token);
        provider.DefaultReply = FakeReply.Sse("data: é\n\n") with
        {
            SplitAt = [7],
            PieceDelay = TimeSpan.FromSeconds(1),
        };
        using var response = await Post("v1/chat/completions", Ask, provider);
        await using var stream = await response.Content.ReadAsStreamAsync(Token);

        // The first half of a character, and no more until the clock moves.
        var first = new byte[7];
        await stream.ReadExactlyAsync(first, Token);
        Assert.Equal("data: \xC3", Encoding.Latin1.GetString(first));
        await time.WaitForTimerAsync(Token);
        var rest = new byte[3];
        var reading = stream.ReadExactlyAsync(rest, Token).AsTask();
        Assert.False(reading.IsCompleted);

        time.Advance(TimeSpan.FromSeconds(1));
        await reading;
        Assert.Equal("\xA9\n\n", Encoding.Latin1.GetString(rest));
    }

    [Fact]
    public async Task CutAfterBytes_LooksWhole()
    {
        _provider.Enqueue(
            FakeReply.Json("{\"a\":1}") with
            {
                CutAfterBytes = 4,
            },
            FakeReply.Json("{}") with
            {
                CutAfterBytes = 0,
            }
        );

        Assert.Equal("200 {\"a\"", await StatusAndBody("v1/chat/completions"));
        Assert.Equal("200 ", await StatusAndBody("v1/chat/completions"));
    }

    [Fact]
    public async Task ResetAfterBytes_LosesNoByteBefore_AndBreaksTheReply()
    {
        var events = "data: {\"a\":1}\n\ndata: [DONE]\n\n";
        for (var bytes = 0; bytes < events.Length; bytes++)
        {
            _provider.Enqueue(FakeReply.Sse(events) with { ResetAfterBytes = bytes });
            using var response = await Post("v1/chat/completions", Ask);
            await using var stream = await response.Content.ReadAsStreamAsync(Token);
            var got = new byte[bytes];
            await stream.ReadExactlyAsync(got, Token);

            Assert.Equal(events[..bytes], Encoding.UTF8.GetString(got));
            await Assert.ThrowsAnyAsync<IOException>(() => stream.ReadExactlyAsync(new byte[1], Token).AsTask());
        }

        Assert.All(_provider.Requests, r => Assert.False(r.Aborted.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task Disconnect_GivesNoAnswer()
    {
        _provider.Enqueue(FakeReply.Disconnect());
        await Assert.ThrowsAsync<HttpRequestException>(() => Post("v1/chat/completions", Ask));
        Assert.Single(_provider.Requests);
    }

    [Fact]
    public async Task Stall_EndsWhenTheTestReleasesIt()
    {
        _provider.Enqueue(FakeReply.Json("{\"a\":1}") with { StallAfterBytes = 3 });
        using var response = await Post("v1/chat/completions", Ask);
        await using var stream = await response.Content.ReadAsStreamAsync(Token);
        var start = new byte[3];
        await stream.ReadExactlyAsync(start, Token);
        var reading = stream.ReadExactlyAsync(new byte[4], Token).AsTask();
        await _provider.Requests[0].Stalled.WaitAsync(Token);
        Assert.False(reading.IsCompleted);

        _provider.Release();
        await reading;
        await _provider.Requests[0].Ended.WaitAsync(Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _provider.Requests[0].Aborted);
    }

    [Fact]
    public async Task Abort_IsNoticed_InMidStream()
    {
        _provider.Enqueue(FakeReply.Mock() with { StallAfterBytes = 10 });
        var response = await Post("v1/chat/completions", AskStream);
        var request = _provider.Requests[0];
        await request.Stalled.WaitAsync(Token);
        Assert.False(request.Aborted.IsCompleted);

        response.Dispose();
        await request.Aborted.WaitAsync(Token);
        await request.Ended.WaitAsync(Token);
    }

    [Fact]
    public async Task Abort_IsNoticed_BeforeTheHeaders()
    {
        _provider.Enqueue(FakeReply.Mock() with { DelayHeaders = Timeout.InfiniteTimeSpan });
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var sending = Post("v1/chat/completions", Ask, token: leave.Token);
        var request = (await _provider.WaitForRequestsAsync(1, Token))[0];
        await request.Stalled.WaitAsync(Token);
        Assert.False(sending.IsCompleted);

        await leave.CancelAsync();
        await request.Aborted.WaitAsync(Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task Abort_IsNoticed_InALargeReply()
    {
        // Larger than what the system buffers, so that the server can't be through with it.
        _provider.Enqueue(FakeReply.Bytes(new byte[64 << 20], "application/octet-stream"));
        var response = await Post("v1/chat/completions", Ask);
        Assert.False(_provider.Requests[0].Aborted.IsCompleted);

        response.Dispose();
        await _provider.Requests[0].Aborted.WaitAsync(Token);
    }

    [Fact]
    public async Task Dispose_BreaksOffWhatIsStalled()
    {
        var provider = await FakeProvider.StartAsync(cancellationToken: Token);
        provider.DefaultReply = FakeReply.Json("{}") with { StallAfterBytes = 1 };
        using var response = await Post("v1/chat/completions", Ask, provider);
        await provider.Requests[0].Stalled.WaitAsync(Token);

        await provider.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsStringAsync(Token));
        Assert.False(provider.Requests[0].Aborted.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Dispose_IsNobodysAbort_HoweverLateTheReplyEnds()
    {
        using var disposed = new ManualResetEventSlim();
        var provider = await FakeProvider.StartAsync(cancellationToken: Token);
        provider.Respond = _ =>
        {
            disposed.Wait(Token);
            return FakeReply.Mock();
        };
        var sending = Post("v1/chat/completions", Ask, provider);
        var request = (await provider.WaitForRequestsAsync(1, Token))[0];

        await provider.DisposeAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => sending);
        disposed.Set();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request.Aborted);
    }

    [Fact]
    public async Task WaitForRequests_CanBeCancelled()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = _provider.WaitForRequestsAsync(1, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task ManyRequests_AreAllRecorded()
    {
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 200),
            Token,
            async (i, _) =>
                Assert.StartsWith("200 ", await StatusAndBody($"v1/chat/completions?{i}"), StringComparison.Ordinal)
        );

        Assert.Equal(200, _provider.Requests.Select(r => r.Query).Distinct().Count());
    }

    private async Task<string> StatusAndBody(string path)
    {
        using var response = await Post(path, Ask);
        return $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(Token)}";
    }

    private async Task<HttpResponseMessage> Post(
        string path,
        string body,
        FakeProvider? provider = null,
        CancellationToken? token = null
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri((provider ?? _provider).BaseAddress, path))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token ?? Token);
    }
}
