using System.IO.Compression;
using System.Text;

namespace Callgate.Tests.BadInput;

/// <summary>What providers can get wrong about an answer.</summary>
public class BadAnswerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> NoAnswers =>
        [
            "",
            " ",
            "null",
            "[]",
            "42",
            "\"text\"",
            "{",
            "{}",
            "{\"choices\":null}",
            "{\"choices\":[]}",
            "{\"choices\":{}}",
            "{\"choices\":[null]}",
            "{\"choices\":[{\"message\":42}]}",
            "{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":{\"a\":1}}}]}",
            "<html><body>Bad gateway</body></html>",
            Trial.Good + "}",
            Trial.Good[..^30],
        ];

    [Theory]
    [Documented(
        "An answer that is empty, cut, no JSON (HTML of a proxy), or not what the provider documents",
        nameof(LlmServerException)
    )]
    [MemberData(nameof(NoAnswers))]
    public async Task NoAnswer(string body)
    {
        foreach (var model in (string[])["openai/gpt-4o", "azure/gpt-4o", "anthropic/claude-sonnet-4-5"])
        {
            await using var trial = new Trial(_ => StubHandler.Text(body, "text/html"));
            var e = await trial.FailsAsync<LlmServerException>(
                () => trial.Client.CompleteAsync(model, Trial.Messages, null, Token),
                "no valid answer"
            );
            Assert.False(e.IsRetryable);
        }
    }

    [Fact]
    [Documented("204 without a body", nameof(LlmServerException))]
    public async Task NoContent()
    {
        await using var trial = new Trial(_ => new HttpResponseMessage(System.Net.HttpStatusCode.NoContent));
        await trial.FailsAsync<LlmServerException>(() => trial.CompleteAsync(), "no valid answer");
    }

    [Fact]
    [Documented("Invalid UTF-8 in an answer", nameof(LlmServerException))]
    public async Task InvalidUtf8()
    {
        var body = Encoding.Latin1.GetBytes(Trial.Good.Replace("Yes", "\u00ff\u00fe", StringComparison.Ordinal));
        await using var trial = new Trial(_ => StubHandler.Bytes(body, "application/json"));
        await trial.FailsAsync<LlmServerException>(() => trial.CompleteAsync(), "no valid answer");

        var events = Encoding.Latin1.GetBytes(
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\u00ff\"}}]}\n\ndata: [DONE]\n\n"
        );
        await using var streamed = new Trial(_ => StubHandler.Bytes(events, "text/event-stream"));
        await streamed.FailsAsync<LlmServerException>(() => streamed.StreamAsync(), "no valid answer");
    }

    [Fact]
    [Documented("An answer that is compressed, though nobody asked for that", nameof(LlmServerException))]
    public async Task Compressed()
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionMode.Compress, leaveOpen: true))
        {
            gzip.Write("garbage"u8);
        }

        foreach (var garbage in (byte[][])[buffer.ToArray(), [0x1f, 0x8b, 1, 2, 3, 4]])
        {
            await using var trial = new Trial(_ =>
            {
                var reply = StubHandler.Bytes(garbage, "application/json");
                reply.Content.Headers.ContentEncoding.Add("gzip");
                return reply;
            });
            await trial.FailsAsync<LlmServerException>(() => trial.CompleteAsync(), "no valid answer");
        }
    }

    [Theory]
    [Documented(
        "A stream that is no stream: HTML, JSON, nothing, or events that are no chunks",
        nameof(LlmServerException)
    )]
    [InlineData("", "application/json")]
    [InlineData("<html></html>", "text/html")]
    [InlineData(Trial.Good, "application/json")]
    [InlineData("data: {\n\n", "text/event-stream")]
    [InlineData("data: <html>\n\n", "text/event-stream")]
    [InlineData("data: 42\n\n", "text/event-stream")]
    [InlineData("data: {\"choices\":42}\n\n", "text/event-stream")]
    [InlineData("data: {\"choices\":[{\"delta\":42}]}\n\n", "text/event-stream")]
    public async Task NoStream(string body, string contentType)
    {
        await using var trial = new Trial(_ => StubHandler.Text(body, contentType));
        await trial.FailsAsync<LlmServerException>(() => trial.StreamAsync(), "no valid answer");
    }

    [Theory]
    [Documented("A stream that ends before the answer is whole", nameof(LlmConnectionException))]
    [InlineData("")]
    [InlineData(": ping\n\n")]
    [InlineData("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n")]
    public async Task CutStream(string body)
    {
        await using var trial = new Trial(_ => StubHandler.Text(body, "text/event-stream"));
        await trial.FailsAsync<LlmConnectionException>(() => trial.StreamAsync(), "before the answer was whole");
    }

    [Theory]
    [Documented("An answer, or an event of a stream, longer than MaxResponseBytes", nameof(LlmServerException))]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TooLong(bool saysItsLength)
    {
        HttpResponseMessage Reply(HttpRequestMessage _)
        {
            var body = Encoding.UTF8.GetBytes(Trial.Good + new string(' ', 5000));
            return new HttpResponseMessage
            {
                Content = saysItsLength ? new ByteArrayContent(body) : new StreamContent(new Unsized(body)),
            };
        }

        await using var trial = new Trial(Reply, o => o.MaxResponseBytes = 4000);
        await trial.FailsAsync<LlmServerException>(() => trial.CompleteAsync(), "MaxResponseBytes");

        await using var streamed = new Trial(
            _ => StubHandler.Text($"data: {new string('x', 100_000)}", "text/event-stream"),
            o => o.MaxResponseBytes = 20_000
        );
        await streamed.FailsAsync<LlmServerException>(() => streamed.StreamAsync(), "MaxResponseBytes");
    }

    public static TheoryData<string> Usages =>
        [
            "null",
            "42",
            "\"many\"",
            "[]",
            "{}",
            """{"prompt_tokens":-5,"completion_tokens":-1,"total_tokens":-6}""",
            """{"prompt_tokens":9223372036854775807,"completion_tokens":9223372036854775807,"total_tokens":9223372036854775807}""",
            """{"prompt_tokens":99999999999999999999999,"completion_tokens":1e300,"total_tokens":1}""",
            """{"prompt_tokens":"12","completion_tokens":null,"total_tokens":[]}""",
            """{"prompt_tokens":{"a":1},"completion_tokens":true,"total_tokens":1.5}""",
            """{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2,"prompt_tokens_details":42,"completion_tokens_details":"x"}""",
            """{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2,"prompt_tokens_details":{"cached_tokens":-9223372036854775808,"audio_tokens":9223372036854775807},"completion_tokens_details":{"reasoning_tokens":1e19}}""",
        ];

    [Theory]
    [Documented(
        "Usage that is negative, huge, or of wrong types",
        "No error: the event's usage is corrected or estimated, and says so"
    )]
    [MemberData(nameof(Usages))]
    public async Task Usage(string usage)
    {
        const string Good = """{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}""";
        var body = Trial.Good.Replace(Good, usage, StringComparison.Ordinal);
        Assert.NotEqual(Trial.Good, body);
        await using var trial = new Trial(_ => StubHandler.Json(body));
        var answer = await trial.CompleteAsync();

        Assert.Equal("Yes", answer.Text);
        var end = await trial.EndAsync();
        Assert.InRange(end.Usage.PromptTokens, 0, long.MaxValue / 4);
        Assert.InRange(end.Usage.CompletionTokens, 0, long.MaxValue / 4);
        Assert.True(end.Cost is { } cost && cost.Total is null or >= 0);

        var events =
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Yes\"},\"finish_reason\":\"stop\"}]}\n\n"
            + $"data: {{\"choices\":[],\"usage\":{usage}}}\n\ndata: [DONE]\n\n";
        await using var streamed = new Trial(_ => StubHandler.Text(events, "text/event-stream"));
        Assert.Equal("Yes", await streamed.StreamAsync());
        end = await streamed.EndAsync();
        Assert.InRange(end.Usage.PromptTokens, 0, long.MaxValue / 4);
    }

    [Theory]
    [Documented("A redirect", nameof(LlmNotFoundException))]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Redirect(int status)
    {
        await using var other = await Callgate.Testing.FakeProvider.StartAsync(cancellationToken: Token);
        await using var provider = await Callgate.Testing.FakeProvider.StartAsync(cancellationToken: Token);
        provider.DefaultReply = Callgate.Testing.FakeReply.Json("{}", status) with
        {
            Headers = new Dictionary<string, string> { ["Location"] = other.OpenAiBase },
        };
        await using var trial = new Trial(configure: o => o.HttpMessageHandler = null);

        var e = await trial.FailsAsync<LlmNotFoundException>(() =>
            trial.CompleteAsync(new CallOptions { ApiBase = provider.OpenAiBase })
        );

        Assert.Equal(status, (int)e.StatusCode!);
        Assert.Single(provider.Requests);
        Assert.Empty(other.Requests);
    }

    [Theory]
    [Documented("Retry-After that is garbage or past", "No error: the client's own pause")]
    [InlineData("Retry-After", "soon")]
    [InlineData("Retry-After", "-5")]
    [InlineData("Retry-After", "99999999999999999999")]
    [InlineData("Retry-After", "Thu, 01 Jan 1970 00:00:00 GMT")]
    [InlineData("retry-after-ms", "NaN")]
    [InlineData("retry-after-ms", "-1")]
    [InlineData("retry-after-ms", "1e400")]
    public async Task RetryAfterGarbage(string name, string value)
    {
        var count = 0;
        await using var trial = new Trial(
            _ =>
            {
                var reply = ++count > 1 ? StubHandler.Json(Trial.Good) : StubHandler.Json("{}", 429);
                reply.Headers.TryAddWithoutValidation(name, value);
                return reply;
            },
            o => o.RetryDelay = TimeSpan.Zero
        );
        var answer = await trial.CompleteAsync(new CallOptions { NumRetries = 1 });

        Assert.Equal("Yes", answer.Text);
        Assert.Equal(2, (await trial.EndAsync()).Attempts.Count);
    }

    [Theory]
    [Documented("Retry-After beyond MaxRetryDelay", nameof(LlmRateLimitException))]
    [InlineData("Retry-After", "61")]
    [InlineData("Retry-After", "2147483647")]
    [InlineData("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT")]
    [InlineData("retry-after-ms", "2147483646")]
    public async Task RetryAfterTooLong(string name, string value)
    {
        await using var trial = new Trial(_ =>
        {
            var reply = StubHandler.Json("{}", 429);
            reply.Headers.TryAddWithoutValidation(name, value);
            return reply;
        });
        var e = await trial.FailsAsync<LlmRateLimitException>(() =>
            trial.CompleteAsync(new CallOptions { NumRetries = 3 })
        );

        Assert.True(e.RetryAfter > TimeSpan.FromSeconds(60));
        Assert.Equal(1, trial.Requests);
    }

    [Fact]
    [Documented("Line breaks in an answer's headers, hostile error texts", "No error of its own: they stay data")]
    public async Task HostileHeaders()
    {
        await using var trial = new Trial(_ =>
        {
            var reply = StubHandler.Json(
                """{"error":{"message":"a\r\nSet-Cookie: b","type":"x\r\ny","code":"c\r\nd","param":"\u0000"}}""",
                400
            );
            reply.Headers.TryAddWithoutValidation("x-request-id", "id\r\nX-Injected: yes");
            reply.Headers.TryAddWithoutValidation("x-other", "\u0000\u001b[31m");
            return reply;
        });
        var e = await trial.FailsAsync<LlmBadRequestException>(() => trial.CompleteAsync());

        Assert.DoesNotContain('\n', e.Message);
        Assert.DoesNotContain('\r', e.Message);
    }

    [Fact]
    [Documented("An error that quotes the key", "The provider's error: the key is masked")]
    public async Task ErrorThatQuotesTheKey()
    {
        await using var trial = new Trial(_ =>
            StubHandler.Json(
                $$$"""{"error":{"message":"Incorrect API key provided: {{{Trial.Key}}}.","code":"invalid_api_key"}}""",
                401
            )
        );
        var e = await trial.FailsAsync<LlmAuthenticationException>(() => trial.CompleteAsync());

        Assert.DoesNotContain(Trial.Key, e.ProviderMessage, StringComparison.Ordinal);
    }

    [Fact]
    [Documented("A connection that cannot be made", nameof(LlmConnectionException))]
    public async Task NoConnection()
    {
        await using var trial = new Trial(_ =>
            throw new HttpRequestException(HttpRequestError.NameResolutionError, $"No host {Trial.Content}")
        );
        var e = await Assert.ThrowsAsync<LlmConnectionException>(() => trial.CompleteAsync());
        Assert.DoesNotContain(Trial.Content, e.Message, StringComparison.Ordinal);
        Assert.Equal(CallOutcome.UpstreamFailed, (await trial.EndAsync()).Outcome);
    }

    private sealed class Unsized(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
