using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Callgate.Sinks;
using Callgate.Testing;
using Callgate.Tests.Callbacks;
using Callgate.Wire;

namespace Callgate.Tests.Sinks;

/// <summary>What a webhook's receiver gets, and what its answers lead to. The receiver is a real server.</summary>
public sealed class WebhookSinkTests : IAsyncLifetime
{
    private static readonly FakeReply s_ok = FakeReply.Json("{}");

    private readonly ManualTimeProvider _time = new();
    private FakeProvider _receiver = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Endpoint => $"{_receiver.BaseAddress}hooks/T0PSECRET?token=T0PSECRET";

    public async ValueTask InitializeAsync()
    {
        _receiver = await FakeProvider.StartAsync(cancellationToken: Token);
        _receiver.DefaultReply = s_ok;
    }

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Fact]
    public async Task A_batch_is_one_array()
    {
        await Sink().SendAsync(SinkEvents.Of("a", "b"), Token);
        var request = Assert.Single(_receiver.Requests);

        Assert.Equal(
            """[{"litellm_call_id":"a","status":"success"},{"litellm_call_id":"b","status":"success"}]""",
            request.BodyText
        );
        Assert.Equal("POST", request.Method);
        Assert.Equal("?token=T0PSECRET", request.Query);
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        Assert.Equal("callgate", request.Headers["User-Agent"]);
        Assert.DoesNotContain("Idempotency-Key", request.Headers.Keys);
        Assert.DoesNotContain("traceparent", request.Headers.Keys);
        Assert.DoesNotContain(BodySignature.Header, request.Headers.Keys);
    }

    [Fact]
    public async Task A_batch_can_be_lines()
    {
        await Sink(("log_format", "ndjson")).SendAsync(SinkEvents.Of("a", "b"), Token);

        Assert.Equal(
            "{\"litellm_call_id\":\"a\",\"status\":\"success\"}\n{\"litellm_call_id\":\"b\",\"status\":\"success\"}\n",
            _receiver.Requests[0].BodyText
        );
        Assert.Equal("application/x-ndjson", _receiver.Requests[0].Headers["Content-Type"]);
    }

    [Fact]
    public async Task Single_events_come_with_their_key()
    {
        await Sink(("log_format", "single")).SendAsync(SinkEvents.Of("a", "b", "c"), Token);

        Assert.Equal(
            ["a", "b", "c"],
            _receiver.Requests.Select(r => r.Headers["Idempotency-Key"]).Order(StringComparer.Ordinal)
        );
        Assert.All(
            _receiver.Requests,
            r => Assert.Equal(r.Headers["Idempotency-Key"], r.ReadJson().GetProperty("litellm_call_id").GetString())
        );
    }

    [Fact]
    public async Task Single_events_fail_one_by_one()
    {
        _receiver.Respond = r =>
            r.Headers["Idempotency-Key"] switch
            {
                "b" => FakeReply.Json("{}", 422),
                "c" => FakeReply.Json("{}", 500),
                _ => s_ok,
            };
        var failure = await FailsAsync(Sink(("log_format", "single")), SinkEvents.Of("a", "b", "c", "d"));

        Assert.Equal("b", failure.Refused.Ids());
        Assert.Equal("c", failure.Undelivered!.Ids());
        Assert.Contains("answered 422 (UnprocessableEntity)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("answered 500 (InternalServerError)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_most_eight_single_events_are_under_way()
    {
        _receiver.DefaultReply = s_ok with { DelayHeaders = Timeout.InfiniteTimeSpan };
        var sending = Sink(("log_format", "single"))
            .SendAsync(SinkEvents.Of(Enumerable.Range(0, 20).Select(i => $"{i}")), Token)
            .AsTask();
        for (var released = 0; released < 20; )
        {
            var requests = await _receiver.WaitForRequestsAsync(Math.Min(released + 8, 20), Token);
            Assert.True(requests.Count <= released + 8);
            await requests[released].Stalled.WaitAsync(Token);
            requests[released++].Release();
        }

        await sending;
    }

    [Theory]
    [InlineData(400, "BadRequest")]
    [InlineData(401, "Unauthorized")]
    [InlineData(404, "NotFound")]
    public async Task A_client_error_is_poison(int status, string name)
    {
        _receiver.DefaultReply = FakeReply.Json("""{"error":"the body: T0PSECRET"}""", status);
        var failure = await FailsAsync(Sink(), SinkEvents.Of("a", "b"));

        Assert.Equal("a b", failure.Refused.Ids());
        Assert.Equal("", failure.Undelivered!.Ids());
        Assert.Equal(
            $"{_receiver.AnthropicBase} answered {status.ToString(CultureInfo.InvariantCulture)} ({name}).",
            failure.Message
        );
        Assert.Single(_receiver.Requests);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Trouble_that_may_pass_is_no_poison(int status)
    {
        _receiver.DefaultReply = FakeReply.Json("{}", status);
        var failure = await FailsAsync(Sink(), SinkEvents.Of("a", "b"));

        Assert.Empty(failure.Refused);
        Assert.Equal("a b", failure.Undelivered!.Ids());
        Assert.Null(failure.RetryAfter);
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("Fri, 02 Jan 2026 03:04:25 GMT", 20)]
    [InlineData("Fri, 02 Jan 2026 03:04:00 GMT", 0)]
    public async Task Retry_After_is_heard(string value, int seconds)
    {
        _receiver.DefaultReply = FakeReply.Json("{}", 429) with
        {
            Headers = new Dictionary<string, string> { ["Retry-After"] = value },
        };
        var failure = await FailsAsync(Sink(), SinkEvents.Of("a"));
        Assert.Equal(TimeSpan.FromSeconds(seconds), failure.RetryAfter);
    }

    [Fact]
    public async Task Redirects_are_not_followed()
    {
        _receiver.DefaultReply = FakeReply.Json("{}", 307) with
        {
            Headers = new Dictionary<string, string> { ["Location"] = $"{_receiver.BaseAddress}elsewhere" },
        };
        var failure = await FailsAsync(Sink(), SinkEvents.Of("a"));

        Assert.Single(_receiver.Requests);
        Assert.Equal("a", failure.Refused.Ids());
        Assert.Contains("set endpoint to the final address", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_halved()
    {
        _receiver.Respond = r => r.ReadJson().GetArrayLength() > 2 ? FakeReply.Json("{}", 413) : null;
        await Sink().SendAsync(SinkEvents.Of("a", "b", "c", "d", "e"), Token);

        Assert.Equal(["a b c d e", "a b", "c d e", "c", "d e"], _receiver.Requests.Select(Ids));
    }

    [Fact]
    public async Task An_event_that_is_too_large_by_itself_is_poison_and_the_rest_is_not()
    {
        _receiver.Respond = r =>
            r.BodyText.Contains("\"b\"", StringComparison.Ordinal) ? FakeReply.Json("{}", 413) : null;
        var failure = await FailsAsync(Sink(), SinkEvents.Of("a", "b", "c"));

        Assert.Equal("b", failure.Refused.Ids());
        Assert.Equal("", failure.Undelivered!.Ids());
    }

    [Fact]
    public async Task Behind_a_half_that_failed_the_other_waits()
    {
        _receiver.Enqueue(FakeReply.Json("{}", 413), FakeReply.Json("{}", 500));
        var failure = await FailsAsync(Sink(), SinkEvents.Of("a", "b"));

        Assert.Equal(["a b", "a"], _receiver.Requests.Select(Ids));
        Assert.Equal("a b", failure.Undelivered!.Ids());
    }

    [Fact]
    public async Task A_receiver_that_hangs_is_given_up()
    {
        _receiver.DefaultReply = s_ok with { DelayHeaders = Timeout.InfiniteTimeSpan };
        var sending = FailsAsync(Sink(("timeout", 2.5)), SinkEvents.Of("a"));
        await _receiver.WaitForRequestsAsync(1, Token);
        Assert.False(sending.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(2.5));
        var failure = await sending;
        Assert.Equal($"{_receiver.AnthropicBase} did not answer within 2.5 s.", failure.Message);
        Assert.Equal("a", failure.Undelivered!.Ids());
        await _receiver.Requests[0].Aborted.WaitAsync(Token);
    }

    [Fact]
    public async Task A_connection_that_breaks_or_is_refused_is_trouble_that_may_pass()
    {
        _receiver.DefaultReply = FakeReply.Disconnect();
        var broken = await FailsAsync(Sink(), SinkEvents.Of("a"));
        var sink = Sink();
        await _receiver.DisposeAsync();
        var refused = await FailsAsync(sink, SinkEvents.Of("a"));

        Assert.All([broken, refused], f => Assert.Equal("a", f.Undelivered!.Ids()));
        Assert.StartsWith($"{_receiver.AnthropicBase} can't be reached: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_obeyed()
    {
        _receiver.DefaultReply = s_ok with { DelayHeaders = Timeout.InfiniteTimeSpan };
        using var cancel = new CancellationTokenSource();
        var sending = Sink().SendAsync(SinkEvents.Of("a"), cancel.Token).AsTask();
        await _receiver.WaitForRequestsAsync(1, Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task A_secret_signs_the_time_and_the_body()
    {
        await Sink(("secret", "whsec_1")).SendAsync(SinkEvents.Of("a"), Token);
        var request = _receiver.Requests[0];
        var expected = Convert.ToHexStringLower(
            HMACSHA256.HashData("whsec_1"u8, Encoding.UTF8.GetBytes($"1767323045.{request.BodyText}"))
        );

        Assert.Equal($"t=1767323045,v1={expected}", request.Headers["x-callgate-signature"]);
    }

    [Fact]
    public async Task Headers_of_the_settings_win_over_the_environment_and_both_over_the_usual_ones()
    {
        var sink = Sink(
            new Dictionary<string, object?>
            {
                ["endpoint"] = Endpoint,
                ["headers"] = new Dictionary<object, object?>
                {
                    ["x-b"] = "settings",
                    ["authorization"] = "Bearer one,two==",
                    ["X-Number"] = 7,
                    ["x-key"] = "os.environ/KEY",
                },
            },
            new()
            {
                ["GENERIC_LOGGER_HEADERS"] = "x-a=environment, X-B=environment,Content-Type=text/json,User-Agent=me",
                ["KEY"] = "from the environment",
            }
        );
        await sink.SendAsync(SinkEvents.Of("a"), Token);
        var headers = _receiver.Requests[0].Headers;

        Assert.Equal("environment", headers["x-a"]);
        Assert.Equal("settings", headers["x-b"]);
        Assert.Equal("Bearer one,two==", headers["Authorization"]);
        Assert.Equal("7", headers["X-Number"]);
        Assert.Equal("from the environment", headers["x-key"]);
        Assert.Equal("text/json", headers["Content-Type"]);
        Assert.Equal("me", headers["User-Agent"]);
    }

    [Fact]
    public async Task Events_arrive_though_the_receiver_fails_at_first_and_no_secret_is_logged()
    {
        _receiver.Enqueue(FakeReply.Json("{}", 500), FakeReply.Disconnect(), FakeReply.Json("{}", 503));
        var log = new CollectedLog();
        var settings = new Dictionary<string, object?>
        {
            ["callback_type"] = "generic_api",
            ["retry_delay"] = 0,
            ["headers"] = new Dictionary<string, object?> { ["Authorization"] = "Bearer T0PSECRET" },
            ["secret"] = "T0PSECRET",
        };
        await using var client = new LlmClient(
            new LlmClientOptions
            {
                LoggerFactory = log,
                Callbacks =
                [
                    BuiltInCallbacks.Create(
                        "generic_api",
                        settings,
                        "my_logs",
                        environment: name => name == "GENERIC_LOGGER_ENDPOINT" ? Endpoint : null
                    ),
                ],
            }
        );
        await client.CompleteAsync("mock/gpt-4o", [Message.User("Hello")], cancellationToken: Token);
        var counts = await client.FlushAsync(TimeSpan.FromMinutes(1), Token);
        _receiver.Enqueue(FakeReply.Json("{}", 400));
        await client.CompleteAsync("mock/gpt-4o", [Message.User("Hello")], cancellationToken: Token);
        var later = await client.FlushAsync(TimeSpan.FromMinutes(1), Token);

        Assert.Equal((1, 0, 0), (counts.Delivered, counts.DeadLettered, counts.Pending));
        Assert.Equal((1, 1, 0), (later.Delivered, later.DeadLettered, later.Pending));
        Assert.Equal(5, _receiver.Requests.Count);
        Assert.Single(_receiver.Requests.Take(4).Select(r => r.BodyText).Distinct());
        Assert.Equal(
            [
                $"Warning: Sink my_logs could not deliver 1 event(s), and tries again until it can: {_receiver.AnthropicBase} answered 500 (InternalServerError).",
                $"Warning: Sink my_logs gave 1 event(s) up for good, 1 so far: {_receiver.AnthropicBase} answered 400 (BadRequest).",
            ],
            log.Warnings
        );
        Assert.Contains("Callback my_logs is registered", string.Join('\n', log.Lines), StringComparison.Ordinal);
        Assert.DoesNotContain("T0PSECRET", string.Join('\n', log.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llm_api_success", "success")]
    [InlineData("llm_api_failure", "failure")]
    public async Task Event_types_choose(string type, string status)
    {
        await using var client = new LlmClient(
            new LlmClientOptions
            {
                Callbacks =
                [
                    BuiltInCallbacks.Create(
                        "webhook",
                        new Dictionary<string, object?>
                        {
                            ["endpoint"] = Endpoint,
                            ["event_types"] = new List<object> { type },
                        }
                    ),
                ],
            }
        );
        await client.CompleteAsync("mock/gpt-4o", [Message.User("Hello")], cancellationToken: Token);
        await Assert.ThrowsAnyAsync<LlmException>(() =>
            client.CompleteAsync(
                "mock/gpt-4o",
                [Message.User("Hello")],
                new CallOptions { Mock = new MockOptions { ErrorStatus = 400 } },
                Token
            )
        );
        var counts = await client.FlushAsync(TimeSpan.FromMinutes(1), Token);

        Assert.Equal((1, 1), (counts.Accepted, counts.Delivered));
        Assert.Equal(status, _receiver.Requests.Single().ReadJson()[0].GetProperty("status").GetString());
    }

    private static string Ids(RecordedRequest request) =>
        string.Join(' ', request.ReadJson().EnumerateArray().Select(e => e.GetProperty("litellm_call_id").GetString()));

    private static Task<SinkException> FailsAsync(IEventSink sink, SinkEvent[] events) =>
        Assert.ThrowsAsync<SinkException>(() => sink.SendAsync(events, Token).AsTask());

    private IEventSink Sink(params (string Name, object Value)[] settings)
    {
        var all = settings.ToDictionary(s => s.Name, s => (object?)s.Value);
        all.TryAdd("endpoint", Endpoint);
        return Sink(all, []);
    }

    private IEventSink Sink(Dictionary<string, object?> settings, Dictionary<string, string> environment) =>
        Assert
            .IsType<SinkLogger>(
                BuiltInCallbacks.Create("generic_api", settings, "w", _time, environment.GetValueOrDefault)
            )
            .Sink;
}
