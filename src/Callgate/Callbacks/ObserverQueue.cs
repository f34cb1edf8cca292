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

    /// <summary>Whether the handler has seen everything.</summary>
    public bool IsIdle => Volatile.Read(ref _pending) == 0;

    /// <summary>Takes an event that the hub has counted as accepted.</summary>
    public void Append(ObserverEvent observerEvent, ObserverHub hub)
    {
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
            var seen = 0;
            ObserverHub? hub = null;
            while (_events.TryDequeue(out var next))
            {
                if (!ReferenceEquals(hub, next.Hub))
                {
                    Finish(hub, seen);
                    (hub, seen) = (next.Hub, 0);
                }

                var task = Dispatch(next);
                if (!task.IsCompleted)
                {
                    Finish(hub, seen);
                    _ = FinishLaterAsync(task, next);
                    return;
                }

                // Handled here, not awaited: a handler that always fails must not deepen the stack by each event.
                if (!task.IsCompletedSuccessfully)
                {
                    Note(next, task.AsTask().Exception?.InnerException ?? new OperationCanceledException());
                }

                seen++;
            }

            Finish(hub, seen);
            Interlocked.Exchange(ref _running, 0);
            // An event may have come after the last look and before the line above.
            if (_events.IsEmpty || Interlocked.Exchange(ref _running, 1) != 0)
            {
                return;
            }
        }
    }

    private ValueTask Dispatch((ObserverEvent Event, ObserverHub Hub) next)
    {
        try
        {
            if (registration.Deferred is { } deferred)
            {
                next.Hub.Track(deferred);
                deferred.Take(next.Event, next.Hub);
                return default;
            }

            return ObserverDispatch.Dispatch(registration, next.Event, next.Hub.Stopping);
        }
#pragma warning disable CA1031 // Whatever a handler throws stays here: an observer cannot harm a call.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Note(next, exception);
            if (registration.Deferred is not null)
            {
                next.Hub.CountDeadLettered(1);
            }

            return default;
        }
    }

    private async Task FinishLaterAsync(ValueTask task, (ObserverEvent Event, ObserverHub Hub) next)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Note(next, exception);
        }

        Finish(next.Hub, 1);
        Drain();
    }

    private void Note((ObserverEvent Event, ObserverHub Hub) next, Exception failure) =>
        next.Hub.CountFailed(registration, next.Event, failure);

    private void Finish(ObserverHub? hub, int count)
    {
        if (hub is not null && count > 0)
        {
            Interlocked.Add(ref _pending, -count);
            if (registration.Deferred is null)
            {
                hub.CountDelivered(count);
            }
        }
    }
}
