namespace Callgate.Sinks;

/// <summary>An event that waits for its sink.</summary>
internal sealed record HeldEvent(SinkEvent Event, ObserverHub Hub, long Since)
{
    public int Size => Event.Json.Length;
}

/// <summary>The events that a sink has yet to get, bounded in number and bytes. Thread-safe; one reader takes batches.</summary>
internal sealed class SinkBuffer(SinkOptions options)
{
    private const int MaxBatchBytes = 4 << 20;

    private readonly TimeProvider _time = options.TimeProvider;
    private readonly Lock _gate = new();
    private readonly Queue<HeldEvent> _waiting = new();
    private long _waitingBytes;

    // What waits, and what the reader has taken and not let go.
    private int _heldEvents;
    private long _heldBytes;

    private bool _isRead;
    private bool _isHurried;
    private TaskCompletionSource? _due;
    private TaskCompletionSource? _hurried;

    private bool IsDue => _isHurried || _waiting.Count >= options.BatchSize || _waitingBytes >= MaxBatchBytes;

    /// <summary>Whether there is room for an event of this size. There always is for one alone, whatever its size.</summary>
    public bool HasRoom(int bytes)
    {
        var events = Volatile.Read(ref _heldEvents);
        return events == 0
            || (events < options.MaxPendingEvents && Volatile.Read(ref _heldBytes) + bytes <= options.MaxPendingBytes);
    }

    /// <summary>Adds an event; false where there is no room. Where nobody reads, the caller is to begin.</summary>
    public bool TryAdd(HeldEvent held, out bool isToRead)
    {
        lock (_gate)
        {
            if (!HasRoom(held.Size))
            {
                isToRead = false;
                return false;
            }

            _waiting.Enqueue(held);
            _waitingBytes += held.Size;
            _heldBytes += held.Size;
            _heldEvents++;
            _isHurried |= held.Hub.IsFlushing;
            if (IsDue)
            {
                _due?.TrySetResult();
            }

            isToRead = !_isRead;
            _isRead = true;
            return true;
        }
    }

    /// <summary>Lets go of events that the reader is done with.</summary>
    public void Release(List<HeldEvent> events)
    {
        lock (_gate)
        {
            _heldEvents -= events.Count;
            _heldBytes -= events.Sum(h => (long)h.Size);
        }
    }

    /// <summary>Ends every wait: until nothing waits any more, batches are due as they are.</summary>
    public void Hurry()
    {
        lock (_gate)
        {
            _isHurried |= _heldEvents > 0;
            _due?.TrySetResult();
            _hurried?.TrySetResult();
        }
    }

    /// <summary>Waits until a batch is full, or its first event has waited long enough. There must be one.</summary>
    public async ValueTask WaitUntilDueAsync()
    {
        Task due;
        TimeSpan left;
        lock (_gate)
        {
            left = options.FlushInterval - _time.GetElapsedTime(_waiting.Peek().Since);
            if (IsDue || left <= TimeSpan.Zero)
            {
                return;
            }

            _due = new(TaskCreationOptions.RunContinuationsAsynchronously);
            due = _due.Task;
        }

        await due.WaitAsync(left, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Waits this long, or until somebody is in a hurry from now on.</summary>
    public async ValueTask PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        Task hurried;
        lock (_gate)
        {
            _hurried = new(TaskCreationOptions.RunContinuationsAsynchronously);
            hurried = _hurried.Task;
        }

        await hurried.WaitAsync(pause, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public List<HeldEvent> NextBatch()
    {
        var batch = new List<HeldEvent>();
        lock (_gate)
        {
            var bytes = 0L;
            while (
                batch.Count < options.BatchSize
                && _waiting.TryPeek(out var next)
                && (batch.Count == 0 || bytes + next.Size <= MaxBatchBytes)
            )
            {
                batch.Add(_waiting.Dequeue());
                bytes += next.Size;
            }

            _waitingBytes -= bytes;
        }

        return batch;
    }

    /// <summary>Ends the reading, where nothing waits.</summary>
    public bool TryStop()
    {
        lock (_gate)
        {
            _isRead = _waiting.Count > 0;
            _isHurried &= _isRead;
            return !_isRead;
        }
    }
}
