using System.Collections.Concurrent;
using CsCheck;

namespace Callgate.Tests.Calls;

/// <summary>Whatever happens to a call, and in whatever order, it ends in exactly one event.</summary>
public sealed class CallHistoryTests
{
    [Fact]
    public async Task Call_AnyHistory_EndsInExactlyOneEvent()
    {
        var worlds = new ConcurrentBag<World>();
        var histories = 0;
        await Tape.Gen(48)
            .SampleAsync(
                async choices =>
                {
                    if (!worlds.TryTake(out var world))
                    {
                        world = new World();
                    }

                    await world.RunAsync(choices);
                    worlds.Add(world);
                    Interlocked.Increment(ref histories);
                },
                iter: 100_000
            );
        Assert.True(histories >= 100_000);
        foreach (var world in worlds)
        {
            world.Dispose();
        }
    }

    /// <summary>A client's runtime, for one history at a time, and what its observer has seen.</summary>
    private sealed class World : CustomLogger, IDisposable
    {
        private readonly List<CallDetails> _seen = [];
        private readonly ClientRuntime _runtime;

        public World() => _runtime = new ClientRuntime(new LlmClientOptions { Callbacks = [this] });

        public async Task RunAsync(byte[] choices)
        {
            _seen.Clear();
            var history = new CallHistory(_runtime, new Tape(choices[..32]), new Tape(choices[32..]));
            await history.RunAsync();
            var counts = await _runtime.Hub.FlushAsync(Patience.Limit, TestContext.Current.CancellationToken);
            Assert.Equal(0, counts.Pending);
            Assert.Equal(0, counts.Failed);
            Assert.Equal(0, counts.Dropped);
            Assert.Equal(0, _runtime.OpenCalls.Count);
            lock (_seen)
            {
                Check(history);
            }
        }

        private void Check(CallHistory history)
        {
            Assert.All(_seen, e => Assert.Equal(history.CallId, e.LitellmCallId));
            for (var i = 1; i < _seen.Count; i++)
            {
                Assert.True(_seen[i].Sequence > _seen[i - 1].Sequence, "out of sequence");
            }

            var terminal = _seen.Where(e => e.Outcome is not null).ToList();
            if (history.Possible is not { } possible)
            {
                Assert.Empty(_seen);
                return;
            }

            var last = Assert.Single(terminal);
            Assert.Same(last, _seen[^1]);
            Assert.Contains(last.Outcome!.Value, possible);
            Assert.Equal(last.Attempts.Select((_, i) => i + 1), last.Attempts.Select(a => a.Number));
            Assert.NotNull(last.Cost);
            if (
                last.Outcome is not (CallOutcome.CacheHit or CallOutcome.AnsweredByHook)
                && last.Cost.Total is { } total
            )
            {
                Assert.Equal(last.Attempts.Sum(a => a.Cost?.Total ?? 0), total);
            }
        }

        private void See(CallDetails call)
        {
            lock (_seen)
            {
                _seen.Add(call);
            }
        }

        public override void LogPreApiCall(
            string model,
            IReadOnlyList<Callgate.Wire.Message> messages,
            CallDetails call
        ) => See(call);

        public override void LogPostApiCall(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) => See(call);

        public override void LogStreamEvent(
            CallDetails call,
            LlmChunk chunk,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) => See(call);

        public override void LogSuccessEvent(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) => See(call);

        public override void LogFailureEvent(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) => See(call);

        public override ValueTask LogFailureFallbackEventAsync(
            string originalModelGroup,
            CallDetails call,
            Exception originalException,
            CancellationToken cancellationToken
        )
        {
            See(call);
            return default;
        }

        public void Dispose()
        {
            _runtime.TryStop();
            _runtime.Dispose();
        }
    }
}
