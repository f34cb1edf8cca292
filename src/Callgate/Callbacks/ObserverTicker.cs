using System.Collections.Concurrent;

namespace Callgate;

/// <summary>
/// Starts observers a moment late. Waking a thread costs a call more than all else that is done for its observers:
/// with a pause of a few milliseconds, a busy client wakes one for many calls at once. Flushing doesn't wait for it.
/// </summary>
internal static class ObserverTicker
{
    private const int PauseInMilliseconds = 5;

    private static readonly ConcurrentQueue<IThreadPoolWorkItem> s_waiting = new();
    private static readonly Timer s_timer = NewTimer();
    private static int s_armed;

    public static void Start(IThreadPoolWorkItem queue)
    {
        s_waiting.Enqueue(queue);
        if (Interlocked.Exchange(ref s_armed, 1) == 0)
        {
            s_timer.Change(PauseInMilliseconds, Timeout.Infinite);
        }
    }

    /// <summary>Starts whatever waits, now.</summary>
    public static void Tick()
    {
        // Before the look: whoever comes after it arms the timer again.
        Interlocked.Exchange(ref s_armed, 0);
        while (s_waiting.TryDequeue(out var queue))
        {
            ThreadPool.UnsafeQueueUserWorkItem(queue, preferLocal: false);
        }
    }

    private static Timer NewTimer()
    {
        // The timer outlives the call that happens to be the first: it must not keep that call's context.
        using (ExecutionContext.SuppressFlow())
        {
            return new Timer(static _ => Tick(), null, Timeout.Infinite, Timeout.Infinite);
        }
    }
}
