using System.Net;
using Callgate.Wire;

namespace Callgate.Tests.Calls;

/// <summary>What bounds a call in time: the first event, the next one, the whole; and what doesn't.</summary>
public sealed class StreamLimitTests
{
    private static readonly Message[] s_messages = [Message.User("Hello")];
    private static readonly RecordedStream s_recorded = RecordedStream.Of("OpenAi.Usage");

    private readonly ManualTimeProvider _time = new();
    private readonly TerminalEvents _events = new();

    [Fact]
    public async Task FirstEvent_NotInTime_EndsAsTimedOut()
    {
        using var upstream = Upstream(0);
        await using var client = NewClient(upstream, o => o.FirstTokenTimeout = Seconds(2));
        await using var stream = Begin(client);
        var reading = stream.MoveNextAsync();
        _time.Advance(Seconds(1.9));
        Assert.False(reading.IsCompleted);
        _time.Advance(Seconds(0.2));
        var failure = await Assert.ThrowsAsync<LlmTimeoutException>(async () => await reading);
        Assert.Contains("first token limit of 2 s", failure.Message, StringComparison.Ordinal);
        await AssertEndedAsync(client, CallOutcome.TimedOut);
    }

    [Fact]
    public async Task FirstEventsLimit_OfTheCall_WinsAndIsForNothingElse()
    {
        using var upstream = Upstream(1);
        await using var client = NewClient(upstream, o => o.FirstTokenTimeout = Seconds(1));
        await using var stream = Begin(client, new CallOptions { StreamTimeout = Seconds(3) });
        Assert.True(await stream.MoveNextAsync());
        var reading = stream.MoveNextAsync();
        _time.Advance(Seconds(4));
        Assert.False(reading.IsCompleted);

        using var silent = Upstream(0);
        await using var other = NewClient(silent, o => o.FirstTokenTimeout = Seconds(1));
        await using var waiting = Begin(other, new CallOptions { StreamTimeout = Seconds(3) });
        var first = waiting.MoveNextAsync();
        _time.Advance(Seconds(2.9));
        Assert.False(first.IsCompleted);
        _time.Advance(Seconds(0.2));
        await Assert.ThrowsAsync<LlmTimeoutException>(async () => await first);
        _time.Advance(TimeSpan.FromHours(1));
        await Assert.ThrowsAsync<LlmTimeoutException>(async () => await reading);
    }

    [Fact]
    public async Task NextEvent_NotInTime_EndsAsTimedOut()
    {
        using var upstream = Upstream(2);
        await using var client = NewClient(upstream, o => o.IdleTimeout = Seconds(5));
        await using var stream = Begin(client);
        Assert.True(await stream.MoveNextAsync());
        Assert.True(await stream.MoveNextAsync());
        var reading = stream.MoveNextAsync();
        _time.Advance(Seconds(5.1));
        var failure = await Assert.ThrowsAsync<LlmTimeoutException>(async () => await reading);
        Assert.Contains("idle limit of 5 s", failure.Message, StringComparison.Ordinal);
        await AssertEndedAsync(client, CallOutcome.TimedOut);
    }

    [Fact]
    public async Task Stream_LongerThanTheTotal_EndsAsTimedOut()
    {
        using var upstream = Upstream(2);
        await using var client = NewClient(upstream, o => o.Timeout = Seconds(60));
        await using var stream = Begin(client);
        Assert.True(await stream.MoveNextAsync());
        _time.Advance(Seconds(61));
        var failure = await Assert.ThrowsAsync<LlmTimeoutException>(async () => await stream.MoveNextAsync());
        Assert.Contains("total limit of 60 s", failure.Message, StringComparison.Ordinal);
        await AssertEndedAsync(client, CallOutcome.TimedOut);
    }

    [Fact]
    public async Task Consumer_SlowerThanTheLimitsOfTheProvider_LosesNothing()
    {
        using var upstream = Upstream(s_recorded.Events.Count, maxPiece: 300);
        await using var client = NewClient(
            upstream,
            o =>
            {
                o.FirstTokenTimeout = Seconds(1);
                o.IdleTimeout = Seconds(1);
            }
        );
        await using var stream = Begin(client);
        var chunks = 0;
        while (await stream.MoveNextAsync())
        {
            chunks++;
            _time.Advance(Seconds(30));
        }

        Assert.Equal(4, chunks);
        await AssertEndedAsync(client, CallOutcome.Completed);
    }

    [Fact]
    public async Task Pause_BeforeARetry_IsNotBoundByTheFirstTokensLimit()
    {
        var tries = 0;
        using var upstream = new MemoryUpstream(_ => ++tries == 1 ? TooMany(retryAfterSeconds: 7) : Whole());
        await using var client = NewClient(
            upstream,
            o =>
            {
                o.FirstTokenTimeout = Seconds(2);
                o.NumRetries = 1;
            }
        );
        await using var stream = Begin(client);
        var reading = stream.MoveNextAsync();
        _time.Advance(Seconds(6.9));
        Assert.Equal(1, upstream.Requests);
        Assert.False(reading.IsCompleted);
        _time.Advance(Seconds(0.2));
        Assert.True(await reading);
        while (await stream.MoveNextAsync()) { }

        await AssertEndedAsync(client, CallOutcome.Completed, attempts: 2);
    }

    [Fact]
    public async Task RetryAfter_BeyondTheLongestPause_EndsTheTries()
    {
        using var upstream = new MemoryUpstream(_ => TooMany(retryAfterSeconds: 61));
        await using var client = NewClient(upstream, o => o.NumRetries = 3);
        var failure = await Assert.ThrowsAsync<LlmRateLimitException>(() =>
            client.CompleteAsync(s_recorded.Model, s_messages, cancellationToken: TestContext.Current.CancellationToken)
        );
        Assert.Equal(Seconds(61), failure.RetryAfter);
        Assert.Equal(1, upstream.Requests);
        await AssertEndedAsync(client, CallOutcome.UpstreamFailed);
    }

    [Fact]
    public async Task RetryAfter_BeyondWhatIsLeftOfTheTotal_EndsTheTriesWithTheProvidersError()
    {
        using var upstream = new MemoryUpstream(_ => TooMany(retryAfterSeconds: 30));
        await using var client = NewClient(
            upstream,
            o =>
            {
                o.NumRetries = 3;
                o.Timeout = Seconds(20);
            }
        );
        await Assert.ThrowsAsync<LlmRateLimitException>(() =>
            client.CompleteAsync(s_recorded.Model, s_messages, cancellationToken: TestContext.Current.CancellationToken)
        );
        await AssertEndedAsync(client, CallOutcome.UpstreamFailed);
    }

    [Fact]
    public async Task Pause_ClientDisposed_EndsAsTerminatedWithoutAnotherTry()
    {
        using var upstream = new MemoryUpstream(_ => TooMany(retryAfterSeconds: 7));
        await using var client = NewClient(
            upstream,
            o =>
            {
                o.NumRetries = 3;
                o.Fallbacks["openai/gpt-5.4"] = ["openai/gpt-4o"];
            }
        );
        var completing = client.CompleteAsync(
            s_recorded.Model,
            s_messages,
            cancellationToken: TestContext.Current.CancellationToken
        );
        await client.DisposeAsync();
        await Assert.ThrowsAsync<LlmServiceUnavailableException>(() => completing);
        Assert.Equal(1, upstream.Requests);
        await AssertEndedAsync(client, CallOutcome.Terminated);
    }

    [Fact]
    public async Task Deployment_SlowerThanItsTimeout_GivesWayToAnother()
    {
        using var upstream = new MemoryUpstream(request =>
            request.RequestUri!.Host == "slow.test"
                ? MemoryUpstream.Sse(new StreamBody(ReadOnlyMemory<byte>.Empty, BodyEnd.Stall))
                : Whole()
        );
        await using var client = NewClient(
            upstream,
            o =>
            {
                o.NumRetries = 1;
                o.Deployments.Add(
                    new Deployment
                    {
                        ModelName = "group",
                        Model = s_recorded.Model,
                        ApiBase = "http://slow.test",
                        Timeout = Seconds(3),
                    }
                );
                // Never picked while there is another.
                o.Deployments.Add(
                    new Deployment
                    {
                        ModelName = "group",
                        Model = s_recorded.Model,
                        ApiBase = "http://quick.test",
                        Weight = 0,
                    }
                );
            }
        );
        await using var stream = client
            .CompleteStreamingAsync("group", s_messages, cancellationToken: TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var reading = stream.MoveNextAsync();
        _time.Advance(Seconds(3.1));
        Assert.True(await reading);
        while (await stream.MoveNextAsync()) { }

        await AssertEndedAsync(client, CallOutcome.Completed, attempts: 2);
    }

    [Fact]
    public async Task Deployment_ThatAnsweredInTime_MayBeFollowedByASlowHook()
    {
        using var upstream = new MemoryUpstream(_ => new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StringContent(
                """{"choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}"""
            ),
        });
        await using var client = NewClient(
            upstream,
            o =>
            {
                o.Callbacks.Add(new SlowHook(() => _time.Advance(Seconds(4))));
                o.Deployments.Add(
                    new Deployment
                    {
                        ModelName = "group",
                        Model = s_recorded.Model,
                        Timeout = Seconds(3),
                    }
                );
            }
        );
        var answer = await client.CompleteAsync(
            "group",
            s_messages,
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal("Hi", answer.Text);
        await AssertEndedAsync(client, CallOutcome.Completed);
    }

    private sealed class SlowHook(Action takeTime) : CustomLogger
    {
        public override async ValueTask<HookResult> PostCallSuccessDeploymentHookAsync(
            PostCallSuccessDeploymentContext context,
            CancellationToken cancellationToken
        )
        {
            takeTime();
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            return default;
        }
    }

    private static TimeSpan Seconds(double count) => TimeSpan.FromSeconds(count);

    private static HttpResponseMessage TooMany(int retryAfterSeconds)
    {
        var reply = new HttpResponseMessage(HttpStatusCode.TooManyRequests)
        {
            Content = new StringContent("""{"error":{"message":"slow down","type":"requests"}}"""),
        };
        reply.Headers.Add("Retry-After", retryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return reply;
    }

    private static HttpResponseMessage Whole() => MemoryUpstream.Sse(new StreamBody(s_recorded.Bytes, BodyEnd.Stall));

    private static MemoryUpstream Upstream(int events, int maxPiece = int.MaxValue) =>
        new(_ =>
            MemoryUpstream.Sse(
                new StreamBody(
                    s_recorded.Bytes.AsMemory(0, events == 0 ? 0 : s_recorded.EventEnds[events - 1]),
                    BodyEnd.Stall,
                    maxPiece
                )
            )
        );

    private LlmClient NewClient(HttpMessageHandler upstream, Action<LlmClientOptions> set)
    {
        var options = new LlmClientOptions
        {
            HttpMessageHandler = upstream,
            NumRetries = 0,
            TimeProvider = _time,
            Callbacks = [_events],
            ApiKeys = { ["openai"] = "k" },
        };
        set(options);
        return new LlmClient(options);
    }

    private static IAsyncEnumerator<ChatChunk> Begin(LlmClient client, CallOptions? options = null) =>
        client
            .CompleteStreamingAsync(s_recorded.Model, s_messages, options, TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);

    private async Task AssertEndedAsync(LlmClient client, CallOutcome outcome, int attempts = 1)
    {
        var call = Assert.Single(await _events.SettledAsync(client));
        Assert.Equal(outcome, call.Outcome);
        Assert.Equal(attempts, call.Attempts.Count);
    }
}
