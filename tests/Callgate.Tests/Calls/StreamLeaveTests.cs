#pragma warning disable xUnit1051 // Which token a stream gets, and whether any, is what is tested here.
using System.Runtime.CompilerServices;
using Callgate.Wire;

namespace Callgate.Tests.Calls;

/// <summary>Every recorded stream, left by its consumer at every point, in every way.</summary>
public sealed class StreamLeaveTests
{
    private static readonly Message[] s_messages = [Message.User("Hello, who are you?")];

    public static TheoryData<string> Streams => [.. RecordedStream.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Waiting_Cancelled_EndsAsCancelled(string name)
    {
        foreach (var point in Points(name))
        {
            await using var run = new Run(point.Stream, point.Bytes);
            using var cancel = new CancellationTokenSource();
            var reading = await run.ReadUntilStalledAsync(cancel.Token);
            await cancel.CancelAsync();
            var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
            Assert.Equal(cancel.Token, failure.CancellationToken);
            await run.AssertEndedAsync(CallOutcome.Cancelled, point.Facts.Usage);
            await run.DisposeStreamAsync();
            await run.AssertEndedAsync(CallOutcome.Cancelled, point.Facts.Usage);
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Waiting_DisposedByAnotherThread_EndsAsAborted(string name)
    {
        foreach (var point in Points(name))
        {
            await using var run = new Run(point.Stream, point.Bytes);
            var reading = await run.ReadUntilStalledAsync();
            await run.DisposeStreamAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => reading);
            await run.AssertEndedAsync(CallOutcome.ClientAborted, point.Facts.Usage);
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Waiting_ClientDisposed_EndsAsTerminated(string name)
    {
        foreach (var point in Points(name))
        {
            await using var run = new Run(point.Stream, point.Bytes);
            var reading = await run.ReadUntilStalledAsync();
            await run.Client.DisposeAsync();
            var failure = await Assert.ThrowsAsync<LlmServiceUnavailableException>(() => reading);
            Assert.Contains("disposed", failure.Message, StringComparison.Ordinal);
            await run.AssertEndedAsync(CallOutcome.Terminated, point.Facts.Usage);
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task BetweenChunks_BrokenOff_EndsAsAbortedOrCompleted(string name)
    {
        var stream = RecordedStream.Of(name);
        var facts = await FactsByChunkAsync(stream);
        for (var chunks = 1; chunks < facts.Count; chunks++)
        {
            foreach (var isSync in (bool[])[false, true])
            {
                await using var run = new Run(stream, stream.Bytes.Length);
                if (isSync)
                {
                    Assert.Equal(chunks, run.Client.CompleteStreaming(stream.Model, s_messages).Take(chunks).Count());
                }
                else
                {
                    await run.TakeAsync(chunks);
                    await run.DisposeStreamAsync();
                }

                await run.AssertEndedAsync(
                    facts[chunks].IsWhole ? CallOutcome.Completed : CallOutcome.ClientAborted,
                    facts[chunks].Usage
                );
            }
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task BetweenChunks_Cancelled_EndsAsCancelledAtTheNextRead(string name)
    {
        var stream = RecordedStream.Of(name);
        var facts = await FactsByChunkAsync(stream);
        for (var chunks = 1; chunks < facts.Count; chunks++)
        {
            await using var run = new Run(stream, stream.Bytes.Length);
            using var cancel = new CancellationTokenSource();
            await run.TakeAsync(chunks, cancel.Token);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await run.Stream.MoveNextAsync());
            await run.AssertEndedAsync(CallOutcome.Cancelled, facts[chunks].Usage);
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task BetweenChunks_ClientDisposed_EndsAsTerminated(string name)
    {
        var stream = RecordedStream.Of(name);
        var facts = await FactsByChunkAsync(stream);
        for (var chunks = 1; chunks < facts.Count; chunks++)
        {
            await using var run = new Run(stream, stream.Bytes.Length);
            await run.TakeAsync(chunks);
            await run.Client.DisposeAsync();
            var failure = await Assert.ThrowsAsync<LlmServiceUnavailableException>(async () =>
                await run.Stream.MoveNextAsync()
            );
            Assert.Contains("disposed", failure.Message, StringComparison.Ordinal);
            await run.DisposeStreamAsync();
            await run.AssertEndedAsync(CallOutcome.Terminated, facts[chunks].Usage);
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task BetweenChunks_LeftAlone_EndsAsAbandonedAfterTheTimeout(string name)
    {
        var stream = RecordedStream.Of(name);
        var facts = await FactsByChunkAsync(stream);
        for (var chunks = 1; chunks < facts.Count; chunks++)
        {
            var time = new ManualTimeProvider();
            await using var run = new Run(stream, stream.Bytes.Length, time);
            await run.TakeAsync(chunks);
            // Not a moment too early: the sweeper looks every quarter.
            time.Advance(TimeSpan.FromMinutes(3.9));
            Assert.False(run.Body!.Disposed.IsCompleted);
            for (var i = 0; i < 8 && !run.Body.Disposed.IsCompleted; i++)
            {
                time.Advance(TimeSpan.FromMinutes(1));
            }

            var outcome = facts[chunks].IsWhole ? CallOutcome.Completed : CallOutcome.Abandoned;
            await run.AssertEndedAsync(outcome, facts[chunks].Usage);
            // Half an answer must not look like a whole one to whoever reads on after all.
            await Assert.ThrowsAsync<LlmTimeoutException>(async () => await run.Stream.MoveNextAsync());
            await run.DisposeStreamAsync();
            await run.AssertEndedAsync(outcome, facts[chunks].Usage);
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task BetweenChunks_Dropped_EndsAsAbandonedByTheFinalizer(string name)
    {
        var stream = RecordedStream.Of(name);
        var facts = await FactsByChunkAsync(stream);
        List<Run> runs = [];
        for (var chunks = 1; chunks < facts.Count; chunks++)
        {
            var run = new Run(stream, stream.Bytes.Length);
            runs.Add(run);
            Drop(run, chunks);
        }

        while (runs.Exists(r => !r.Body!.Disposed.IsCompleted))
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        for (var chunks = 1; chunks < facts.Count; chunks++)
        {
            await using var run = runs[chunks - 1];
            await run.AssertEndedAsync(
                facts[chunks].IsWhole ? CallOutcome.Completed : CallOutcome.Abandoned,
                facts[chunks].Usage
            );
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drop(Run run, int chunks)
    {
        var dropped = run
            .Client.CompleteStreamingAsync(run.Recorded.Model, s_messages)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        for (var i = 0; i < chunks; i++)
        {
            var next = dropped.MoveNextAsync();
            Assert.True(next.IsCompletedSuccessfully && next.Result);
        }
    }

    [Fact]
    public async Task Stream_NeverEnumerated_MakesNoCall()
    {
        await using var run = new Run(RecordedStream.All[0], RecordedStream.All[0].Bytes.Length);
        _ = run.Client.CompleteStreamingAsync(run.Recorded.Model, s_messages);
        _ = run.Client.CompleteStreaming(run.Recorded.Model, s_messages);
        Assert.Empty(await run.Events.SettledAsync(run.Client));
        Assert.Equal(0, run.Requests);
    }

    [Fact]
    public async Task Stream_DisposedUnread_MakesNoCall()
    {
        await using var run = new Run(RecordedStream.All[0], RecordedStream.All[0].Bytes.Length);
        var stream = run
            .Client.CompleteStreamingAsync(run.Recorded.Model, s_messages)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        await stream.DisposeAsync();
        run.Client.CompleteStreaming(run.Recorded.Model, s_messages).GetEnumerator().Dispose();
        Assert.Empty(await run.Events.SettledAsync(run.Client));
        Assert.Equal(0, run.Requests);
    }

    [Fact]
    public async Task Stream_CancelledBeforeTheFirstRead_EndsAsCancelledWithoutARequest()
    {
        await using var run = new Run(RecordedStream.All[0], RecordedStream.All[0].Bytes.Length);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            run.TakeAsync(1, new CancellationToken(canceled: true))
        );
        var call = Assert.Single(await run.Events.SettledAsync(run.Client));
        Assert.Equal(CallOutcome.Cancelled, call.Outcome);
        Assert.Empty(call.Attempts);
        Assert.Equal(0, run.Requests);
    }

    [Fact]
    public async Task Stream_DisposedByAnotherThreadWhileItBegins_StillEndsInOneEvent()
    {
        var recorded = RecordedStream.Of("OpenAi.Plain");
        var time = new InterruptedTime();
        await using var run = new Run(recorded, recorded.Bytes.Length, time);
        var stream = run.Client.CompleteStreamingAsync(recorded.Model, s_messages).GetAsyncEnumerator();
        // The first timer is the call's clock: at that moment the call is not open yet.
        time.OnTimer = () => _ = stream.DisposeAsync();
        Assert.True(await stream.MoveNextAsync());
        Assert.False(await stream.MoveNextAsync());
        await run.AssertEndedAsync(CallOutcome.ClientAborted, UsageSource.Estimated);
    }

    [Fact]
    public async Task Stream_EnumeratedTwice_Throws()
    {
        var recorded = RecordedStream.Of("OpenAi.Plain");
        await using var run = new Run(recorded, recorded.Bytes.Length);
        var stream = run.Client.CompleteStreamingAsync(recorded.Model, s_messages);
        var sync = run.Client.CompleteStreaming(recorded.Model, s_messages);
        var token = TestContext.Current.CancellationToken;
        await using (var first = stream.GetAsyncEnumerator(token))
        {
            Assert.Throws<InvalidOperationException>(() => stream.GetAsyncEnumerator(token));
        }

        Assert.Equal(4, sync.Count());
        Assert.Throws<InvalidOperationException>(() => sync.GetEnumerator());
        var call = Assert.Single(await run.Events.SettledAsync(run.Client));
        Assert.Equal(CallOutcome.Completed, call.Outcome);
    }

    /// <summary>What is known when the consumer has taken so many chunks; by chunks, from 0.</summary>
    internal static async Task<IReadOnlyList<StreamFacts>> FactsByChunkAsync(RecordedStream stream)
    {
        List<StreamFacts> facts = [stream.After(0)];
        for (var events = 1; events <= stream.Events.Count; events++)
        {
            var after = stream.After(events);
            if (after.HasFailed || after.IsEnded)
            {
                break;
            }

            await using var run = new Run(stream, stream.EventEnds[events - 1]);
            using var cancel = new CancellationTokenSource();
            var reading = await run.ReadUntilStalledAsync(cancel.Token);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
            while (facts.Count <= run.Taken)
            {
                facts.Add(after);
            }
        }

        return facts;
    }

    /// <summary>After each event, and in the middle of the next one: nothing more comes.</summary>
    private static IEnumerable<Point> Points(string name)
    {
        var stream = RecordedStream.Of(name);
        for (var events = 0; events <= stream.Events.Count; events++)
        {
            var facts = stream.After(events);
            if (facts.HasFailed || facts.IsEnded)
            {
                yield break;
            }

            var end = events == 0 ? 0 : stream.EventEnds[events - 1];
            yield return new Point(stream, end, facts);
            if (events < stream.Events.Count)
            {
                yield return new Point(stream, (end + stream.EventEnds[events]) / 2, facts);
            }
        }
    }

    private sealed record Point(RecordedStream Stream, int Bytes, StreamFacts Facts);

    /// <summary>The system's clock, and something that happens when it is first asked for a timer.</summary>
    private sealed class InterruptedTime : TimeProvider
    {
        public Action? OnTimer { get; set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var interrupt = OnTimer;
            OnTimer = null;
            interrupt?.Invoke();
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }

    /// <summary>One stream whose bytes stop coming at some point.</summary>
    private sealed class Run : IAsyncDisposable
    {
        private readonly MemoryUpstream _upstream;

        public Run(RecordedStream recorded, int bytes, TimeProvider? time = null)
        {
            Recorded = recorded;
            _upstream = new MemoryUpstream(_ =>
                MemoryUpstream.Sse(Body = new StreamBody(recorded.Bytes.AsMemory(0, bytes), BodyEnd.Stall))
            );
            Client = new LlmClient(
                new LlmClientOptions
                {
                    HttpMessageHandler = _upstream,
                    NumRetries = 0,
                    TimeProvider = time ?? TimeProvider.System,
                    AbandonTimeout = TimeSpan.FromMinutes(4),
                    Callbacks = [Events],
                    ApiKeys = { ["openai"] = "k", ["anthropic"] = "k" },
                }
            );
        }

        public RecordedStream Recorded { get; }
        public LlmClient Client { get; }
        public TerminalEvents Events { get; } = new();
        public StreamBody? Body { get; private set; }
        public IAsyncEnumerator<ChatChunk> Stream { get; private set; } = null!;
        public int Taken { get; private set; }
        public int Requests => _upstream.Requests;

        private void Begin(CancellationToken token) =>
            Stream = Client.CompleteStreamingAsync(Recorded.Model, s_messages).GetAsyncEnumerator(token);

        /// <summary>Takes all that has come, and gives back the read that waits for more.</summary>
        public async Task<Task<bool>> ReadUntilStalledAsync(CancellationToken token = default)
        {
            Begin(token);
            while (true)
            {
                var next = Stream.MoveNextAsync();
                if (!next.IsCompleted)
                {
                    return next.AsTask();
                }

                Assert.True(await next, $"{Recorded}: ended after {Taken} chunks");
                Taken++;
            }
        }

        public async Task TakeAsync(int chunks, CancellationToken token = default)
        {
            Begin(token);
            for (var i = 0; i < chunks; i++)
            {
                Assert.True(await Stream.MoveNextAsync());
            }
        }

        public async Task DisposeStreamAsync() => await Stream.DisposeAsync();

        public async Task AssertEndedAsync(CallOutcome outcome, UsageSource usage)
        {
            var call = Assert.Single(await Events.SettledAsync(Client));
            Assert.True(
                call.Outcome == outcome && call.Usage.Source == usage,
                $"{Recorded}: {call.Outcome}, {call.Usage.Source}; expected {outcome}, {usage}"
            );
            Assert.Single(call.Attempts);
            Assert.True(Body!.Disposed.IsCompleted, $"{Recorded}: the connection is still open");
        }

        public async ValueTask DisposeAsync()
        {
            await Client.DisposeAsync();
            _upstream.Dispose();
        }
    }
}
