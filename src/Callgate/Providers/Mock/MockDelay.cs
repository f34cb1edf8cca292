namespace Callgate.Providers.Mock;

/// <summary>Waits on a thread, for clients that read synchronously.</summary>
internal static class MockDelay
{
    public static void Wait(TimeSpan delay, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        if (delay <= TimeSpan.Zero)
        {
            return;
        }

        using var elapsed = new ManualResetEventSlim();
        using var timer = timeProvider.CreateTimer(
            static state => ((ManualResetEventSlim)state!).Set(),
            elapsed,
            delay,
            Timeout.InfiniteTimeSpan
        );
        elapsed.Wait(cancellationToken);
    }
}
