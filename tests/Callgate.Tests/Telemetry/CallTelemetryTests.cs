using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Callgate.Tests.Lifetime;
using Callgate.Wire;

namespace Callgate.Tests.Telemetry;

/// <summary>Listeners hear the whole process, so these tests run alone.</summary>
[Collection(nameof(Alone))]
public class CallTelemetryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_HaveOneSpanEach()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = Listen(spans);
        await using var client = new LlmClient(new LlmClientOptions { NumRetries = 2, RetryDelay = TimeSpan.Zero });
        await client.CompleteAsync("mock/gpt-4o", [Message.User("Hi")], null, Token);
        await foreach (
            var _ in client.CompleteStreamingAsync(
                "mock/gpt-4o",
                [Message.User("Hi")],
                new CallOptions
                {
                    // The first two tries fail: still one call, and one span.
                    Mock = new MockOptions { ErrorStatus = 500, ErrorTimes = 2 },
                },
                Token
            )
        ) { }

        await client.EmbedAsync("mock/text-embedding-3-small", ["Hi"], null, Token);
        await Assert.ThrowsAsync<LlmBadRequestException>(() =>
            client.CompleteAsync(
                "mock/gpt-4o",
                [Message.User("Hi")],
                new CallOptions { Mock = new MockOptions { ErrorStatus = 400 } },
                Token
            )
        );

        Assert.Equal(
            ["chat mock/gpt-4o", "chat mock/gpt-4o", "embeddings mock/text-embedding-3-small", "chat mock/gpt-4o"],
            spans.Select(s => s.DisplayName)
        );
        var first = spans.First();
        Assert.Equal(ActivityKind.Client, first.Kind);
        Assert.Equal("chat", first.GetTagItem("gen_ai.operation.name"));
        Assert.Equal("openai", first.GetTagItem("gen_ai.provider.name"));
        Assert.Equal("mock/gpt-4o", first.GetTagItem("gen_ai.request.model"));
        Assert.IsType<long>(first.GetTagItem("gen_ai.usage.input_tokens"));
        Assert.IsType<long>(first.GetTagItem("gen_ai.usage.output_tokens"));
        Assert.Equal("Completed", first.GetTagItem("callgate.outcome"));
        Assert.Equal(3, spans.ElementAt(1).GetTagItem("callgate.attempts"));
        var failed = spans.Last();
        Assert.Equal(ActivityStatusCode.Error, failed.Status);
        Assert.Equal(nameof(LlmBadRequestException), failed.GetTagItem("error.type"));
        Assert.Null(Activity.Current);
    }

    [Fact]
    public async Task NobodyListens_NothingIsMade()
    {
        await using var client = new LlmClient();
        var seen = new ConcurrentQueue<Activity?>();
        await client.CompleteAsync(
            "mock/gpt-4o",
            [Message.User("Hi")],
            new CallOptions { Callbacks = [new ActivityProbe(seen)] },
            Token
        );
        Assert.Null(Assert.Single(seen));
    }

    [Fact]
    public async Task EndingOthersCalls_LeavesTheCurrentSpanAlone()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = Listen(spans);
        var client = new LlmClient();
        IAsyncEnumerator<ChatChunk> stream;
        using (new Activity("then").Start())
        {
            stream = client
                .CompleteStreamingAsync("mock/gpt-4o", [Message.User("Hi")], null, Token)
                .GetAsyncEnumerator(Token);
            await stream.MoveNextAsync();
        }

        using var now = new Activity("now").Start();
        await stream.DisposeAsync();
        Assert.Same(now, Activity.Current);

        var open = client
            .CompleteStreamingAsync("mock/gpt-4o", [Message.User("Hi")], null, Token)
            .GetAsyncEnumerator(Token);
        await open.MoveNextAsync();
        using (var later = new Activity("later").Start())
        {
            client.Dispose();
            Assert.Same(later, Activity.Current);
        }

        Assert.Equal(2, spans.Count);
    }

    [Fact]
    public async Task ListenersThatThrow_HarmNothing()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == "Callgate",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ => throw new InvalidOperationException("No."),
        };
        ActivitySource.AddActivityListener(listener);
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == "Callgate")
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<double>((_, _, _, _) => throw new InvalidOperationException("No."));
        meters.Start();
        var log = new Callbacks.CollectedLog();
        await using var client = new LlmClient(new LlmClientOptions { LoggerFactory = log });
        var ends = 0;
        client.SuccessCallbacks.Add((_, _, _, _) => ends++);
        var answer = await client.CompleteAsync("mock/gpt-4o", [Message.User("Hi")], null, Token);
        await client.FlushPatientlyAsync();

        Assert.NotEmpty(answer.Text);
        Assert.Equal(1, ends);
        Assert.NotEmpty(log.Warnings);
    }

    [Fact]
    public async Task ModelNames_DoNotMakeEndlessSeries()
    {
        var tags = new ConcurrentDictionary<(string Instrument, string Tag), ConcurrentDictionary<object, bool>>();
        var measured = 0;
        void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> measurementTags)
        {
            Interlocked.Increment(ref measured);
            foreach (var (name, value) in measurementTags)
            {
                tags.GetOrAdd((instrument.Name, name), _ => [])[value!] = true;
            }
        }

        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Callgate")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<long>((i, _, t, _) => Note(i, t));
        meters.SetMeasurementEventCallback<double>((i, _, t, _) => Note(i, t));
        meters.Start();
        await using var client = new LlmClient();
        for (var i = 0; i < 10_000; i++)
        {
            await client.CompleteAsync($"mock/junk-{i}", [Message.User("Hi")], null, Token);
        }

        await client.CompleteAsync("mock/openai/gpt-4o", [Message.User("Hi")], null, Token);

        Assert.Equal(30_003, measured);
        Assert.All(tags, t => Assert.InRange(t.Value.Count, 1, 1001));
        Assert.Contains("gpt-4o", tags[("gen_ai.client.operation.duration", "gen_ai.request.model")].Keys);
    }

    private static ActivityListener Listen(ConcurrentQueue<Activity> spans)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == "Callgate",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private sealed class ActivityProbe(ConcurrentQueue<Activity?> seen) : CustomLogger
    {
        public override ValueTask<HookResult> PreCallDeploymentHookAsync(
            PreCallDeploymentContext context,
            CancellationToken cancellationToken
        )
        {
            seen.Enqueue(Activity.Current);
            return Continue;
        }
    }
}
