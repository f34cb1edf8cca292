using System.Collections.Concurrent;

namespace Callgate;

/// <summary>
/// The events that one handler has yet to see. Appending never blocks; one work item at a time drains it,
/// so a handler sees events one after the other, and a slow one delays nobody else.
/// </summary>
internal sealed class ObserverQueue(Registration registration) : IThreadPoolWorkItem
{
    /// <summary>Chunks that a handler may lag behind.</summary>
    private const int MaxPendingChunks = 4096;

    /// <summary>Events that may gather before a handler is started at once.</summary>
    private const int MaxWaiting = 256;

    private readonly ConcurrentQueue<(ObserverEvent Event, ObserverHub Hub)> _events = new();
    private int _pending;
    private int _running;

    public void Append(ObserverEvent observerEvent, ObserverHub hub)
    {
        hub.CountAccepted();
        var bound =
            observerEvent.Kind == ObserverEventKind.Chunk ? Math.Min(MaxPendingChunks, hub.MaxPending) : hub.MaxPending;
        var pending = Interlocked.Increment(ref _pending);
        if (pending > bound)
        {
            Interlocked.Decrement(ref _pending);
            hub.CountDropped(registration);
            return;
        }

        _events.Enqueue((observerEvent, hub));
        if (Interlocked.CompareExchange(ref _running, 1, 0) == 0)
        {
            ObserverTicker.Start(this);
        }
        else if (pending == MaxWaiting)
        {
            ObserverTicker.Tick();
        }
    }

    void IThreadPoolWorkItem.Execute() => Drain();

    private void Drain()
    {
        while (true)
        {
            while (_events.TryDequeue(out var next))
            {
                ValueTask task;
                try
                {
                    task = ObserverDispatch.Dispatch(registration, next.Event, next.Hub.Stopping);
                }
#pragma warning disable CA1031 // Whatever a handler throws stays here: an observer cannot harm a call.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    Finish(next, exception);
                    continue;
                }

                if (!task.IsCompletedSuccessfully)
                {
                    _ = FinishLaterAsync(task, next);
                    return;
                }

                Finish(next, null);
            }

            Interlocked.Exchange(ref _running, 0);
            // An event may have come after the last look and before the line above.
            if (_events.IsEmpty || Interlocked.Exchange(ref _running, 1) != 0)
            {
                return;
            }
        }
    }

    private async Task FinishLaterAsync(ValueTask task, (ObserverEvent Event, ObserverHub Hub) next)
    {
        Exception? failure = null;
        try
        {
            await task.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
        }

        Finish(next, failure);
        Drain();
    }

    private void Finish((ObserverEvent Event, ObserverHub Hub) next, Exception? failure)
    {
        Interlocked.Decrement(ref _pending);
        next.Hub.CountDelivered(registration, next.Event, failure);
    }
}
