using Callgate.Sinks;
using Callgate.Tests.Callbacks;
using CsCheck;

namespace Callgate.Tests.Sinks;

/// <summary>Whatever a sink does with its batches, each event ends in one account, and none is lost or overtaken.</summary>
public class SinkAccountsTests
{
    private static readonly Gen<(int Events, int BatchSize, int[] Script)> s_runs = Gen.Select(
        Gen.Int[1, 30],
        Gen.Int[1, 6],
        Gen.Int[0, 4].Array[0, 12]
    );

    [Fact]
    public Task Every_event_is_delivered_or_a_dead_letter() =>
        s_runs.SampleAsync(
            async run =>
            {
                var delivered = new List<string>();
                var refused = new List<string>();
                var sink = new ScriptedSink();
                sink.Do = (n, batch, _) =>
                {
                    var what = n < run.Script.Length ? run.Script[n] : 0;
                    if (what == 0)
                    {
                        delivered.AddRange(batch.Select(e => e.Id));
                        return Task.CompletedTask;
                    }

                    if (what == 1)
                    {
                        throw new IOException();
                    }

                    // Of the batch, the first is refused (2), or delivered (3), or both the first is refused and the last left (4).
                    var rest = batch.Skip(1).ToArray();
                    if (what == 3)
                    {
                        delivered.Add(batch[0].Id);
                        throw new SinkException("3") { Undelivered = rest };
                    }

                    refused.Add(batch[0].Id);
                    if (what == 4)
                    {
                        delivered.AddRange(rest.SkipLast(1).Select(e => e.Id));
                    }

                    throw new SinkException("2")
                    {
                        Refused = [batch[0]],
                        Undelivered = what == 4 ? [.. rest.TakeLast(1)] : null,
                    };
                };
                using var hub = new ObserverHub(1000, new CollectedLog(Microsoft.Extensions.Logging.LogLevel.None));
                var logger = new SinkLogger(
                    sink,
                    new SinkOptions { BatchSize = run.BatchSize, RetryDelay = TimeSpan.Zero }
                );
                hub.Track(logger);
                hub.CountAccepted(run.Events);
                for (var i = 0; i < run.Events; i++)
                {
                    logger.Take(
                        new ObserverEvent(
                            ObserverEventKind.Success,
                            Events.Calls.Success with
                            {
                                LitellmCallId = $"{i:d2}",
                            },
                            IsSync: false
                        ),
                        hub
                    );
                }

                var counts = await hub.FlushAsync(TimeSpan.FromMinutes(1), CancellationToken.None);

                Assert.Equal(0, counts.Pending);
                Assert.Equal(delivered.Count, counts.Delivered);
                Assert.Equal(refused.Count, counts.DeadLettered);
                Assert.Equal(run.Events, delivered.Concat(refused).Distinct().Count());
                Assert.Equal(run.Events, delivered.Count + refused.Count);
                Assert.Equal(delivered.Order(StringComparer.Ordinal), delivered);
            },
            iter: 100
        );
}
