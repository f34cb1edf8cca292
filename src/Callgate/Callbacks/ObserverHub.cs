using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Callgate;

/// <summary>One client's side of its observers: hands events out, counts what becomes of them, and waits for them.</summary>
internal sealed partial class ObserverHub(int maxPending, ILogger logger) : IDisposable
{
    // The cause by its name: its type may belong to callback code that is loaded and unloaded at run time.
    private readonly ConcurrentDictionary<(string Handler, string Hook, string Cause), int> _failures = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();

    // Weak: a sink that was removed and holds nothing is forgotten.
    private readonly ConditionalWeakTable<IDeferredObserver, object?> _deferred = [];
    private long _accepted;
    private long _delivered;
    private long _failed;
    private long _deadLettered;
    private long _dropped;
    private int _working;
    private int _flushing;
    private TaskCompletionSource? _idle;

    public int MaxPending => maxPending;

    public ILogger Logger => logger;

    /// <summary>Whether somebody waits for all events to be seen.</summary>
    public bool IsFlushing => Volatile.Read(ref _flushing) != 0;

    /// <summary>Cancelled when the client gives up waiting for its observers.</summary>
    public CancellationToken Stopping => _stopping.Token;

    public FlushResult Counts
    {
        get
        {
            // Read in this order, a delivery in between can't make Pending negative.
            var delivered = Interlocked.Read(ref _delivered);
            var dropped = Interlocked.Read(ref _dropped);
            var deadLettered = Interlocked.Read(ref _deadLettered);
            var failed = Interlocked.Read(ref _failed);
            return new FlushResult
            {
                Accepted = Interlocked.Read(ref _accepted),
                Delivered = delivered,
                Failed = failed,
                DeadLettered = deadLettered,
                Dropped = dropped,
            };
        }
    }

    /// <summary>Whether something is under way that will append events.</summary>
    public bool IsWorking => Volatile.Read(ref _working) != 0;

    /// <summary>Something is under way that will append events; flushing waits for it.</summary>
    public void BeginWork() => Interlocked.Increment(ref _working);

    public void EndWork()
    {
        Interlocked.Decrement(ref _working);
        SignalWhenIdle();
    }

    public void CountAccepted(int count) => Interlocked.Add(ref _accepted, count);

    public void CountDropped(Registration registration)
    {
        var dropped = Interlocked.Increment(ref _dropped);
        if ((dropped & (dropped - 1)) == 0)
        {
            LogDropped(logger, registration.Name, maxPending, dropped);
        }

        SignalWhenIdle();
    }

    /// <summary>A sink has dropped events, and told of it.</summary>
    public void CountDropped(int count)
    {
        Interlocked.Add(ref _dropped, count);
        SignalWhenIdle();
    }

    /// <summary>A sink has given events up for good.</summary>
    public void CountDeadLettered(int count)
    {
        Interlocked.Add(ref _deadLettered, count);
        SignalWhenIdle();
    }

    /// <summary>An observer holds events of this client from now on; flushing asks it for them.</summary>
    public void Track(IDeferredObserver observer) => _deferred.TryAdd(observer, null);

    /// <summary>An observer failed on an event, which counts as delivered all the same.</summary>
    public void CountFailed(Registration registration, ObserverEvent observerEvent, Exception failure)
    {
        Interlocked.Increment(ref _failed);
        Report(registration.Name, ObserverDispatch.HookOf(registration, observerEvent), failure);
    }

    public void CountDelivered(int count)
    {
        Interlocked.Add(ref _delivered, count);
        SignalWhenIdle();
    }

    /// <summary>Reports a handler's failure, once per handler, hook and cause.</summary>
    public void Report(string handler, string hook, Exception failure)
    {
        if (_failures.AddOrUpdate((handler, hook, failure.GetType().ToString()), 1, (_, n) => n + 1) == 1)
        {
            LogHandlerFailed(logger, handler, hook, failure);
        }
    }

    /// <summary>Waits until every event so far has been seen, or the deadline.</summary>
    public async ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        TaskCompletionSource idle;
        lock (_gate)
        {
            idle = _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        Interlocked.Increment(ref _flushing);
        try
        {
            ObserverTicker.Tick();
            foreach (var (observer, _) in _deferred)
            {
                observer.Flush();
            }

            SignalWhenIdle();
            await idle.Task.WaitAsync(timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The counts tell what is still pending.
        }
        finally
        {
            Interlocked.Decrement(ref _flushing);
        }

        return Counts;
    }

    private void SignalWhenIdle()
    {
        if (Volatile.Read(ref _idle) is null)
        {
            return;
        }

        TaskCompletionSource? idle = null;
        // Looked at under the lock: what was idle before a flush began must not end it.
        lock (_gate)
        {
            if (Volatile.Read(ref _working) == 0 && Counts.Pending == 0)
            {
                (idle, _idle) = (_idle, null);
            }
        }

        idle?.TrySetResult();
    }

    // Only cancelled: an observer that comes to its event after the wait was given up still asks for the token.
    public void Dispose() => _stopping.Cancel();

    [LoggerMessage(
        LogLevel.Warning,
        "Callback {Handler} failed in {Hook}; the call is unharmed. Further failures of this kind are counted, not logged."
    )]
    private static partial void LogHandlerFailed(ILogger logger, string handler, string hook, Exception exception);

    [LoggerMessage(
        LogLevel.Warning,
        "Callback {Handler} is more than {MaxPending} events behind: {Dropped} event(s) dropped so far."
    )]
    private static partial void LogDropped(ILogger logger, string handler, int maxPending, long dropped);
}
