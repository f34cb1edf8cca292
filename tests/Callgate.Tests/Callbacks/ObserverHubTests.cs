using Microsoft.Extensions.Logging.Abstractions;

namespace Callgate.Tests.Callbacks;

public sealed class ObserverHubTests
{
    [Fact]
    public async Task AFlush_EndsNoSoonerThanWhatCameBeforeItIsSeen()
    {
        // Many, as the moment is short in which another flush's end could be taken for this one's.
        using var hub = new ObserverHub(maxPending: int.MaxValue, NullLogger.Instance);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(FlushOftenAsync)));

        async Task FlushOftenAsync()
        {
            for (var i = 0; i < 250_000; i++)
            {
                var isSeen = false;
                hub.CountAccepted(1);
                ThreadPool.UnsafeQueueUserWorkItem(
                    _ =>
                    {
                        Volatile.Write(ref isSeen, true);
                        hub.CountDelivered(1);
                    },
                    null
                );
                await hub.FlushAsync(Timeout.InfiniteTimeSpan, TestContext.Current.CancellationToken);
                Assert.True(Volatile.Read(ref isSeen), $"Flush {i} ended early.");
            }
        }
    }
}
