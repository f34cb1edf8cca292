namespace Callgate.Testing;

/// <summary>
/// Records every observer and every interceptor of a client, and changes nothing. Thread-safe.
/// Observers run off the call's path: wait for what you expect with <see cref="WaitForAsync"/>.
/// </summary>
/// <param name="mode">Which of the paired observers it overrides.</param>
public sealed partial class RecordingLogger(RecordingMode mode = RecordingMode.Both) : CustomLogger, IHookSource
{
    private const Hooks SyncObservers =
        Hooks.LogPreApiCall
        | Hooks.LogPostApiCall
        | Hooks.LogStreamEvent
        | Hooks.LogSuccessEvent
        | Hooks.LogFailureEvent;

    private const Hooks AsyncObservers =
        Hooks.LogPreApiCallAsync
        | Hooks.LogPostApiCallAsync
        | Hooks.LogStreamEventAsync
        | Hooks.LogSuccessEventAsync
        | Hooks.LogFailureEventAsync;

    private const Hooks Unpaired =
        Hooks.LogSuccessFallbackEventAsync
        | Hooks.LogFailureFallbackEventAsync
        | Hooks.LogModelGroupRateLimitErrorAsync
        | Hooks.LoggingHookAsync
        | Hooks.GetChatCompletionPromptAsync
        | Hooks.FilterDeploymentsAsync
        | Hooks.PreCallCheckAsync
        | Hooks.PreCallDeploymentHookAsync
        | Hooks.PostCallSuccessDeploymentHookAsync
        | Hooks.PostCallFailureDeploymentHookAsync
        | Hooks.PostCallStreamingDeploymentHookAsync
        | Hooks.AgenticLoop;

    private readonly Lock _gate = new();
    private readonly List<RecordedHook> _records = [];
    private RecordedHook[]? _snapshot;
    private int _first;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One type with three sets of hooks: telling them apart by what a type overrides would take three types.
    Hooks IHookSource.Hooks { get; } =
        Unpaired
        | mode switch
        {
            RecordingMode.SyncOnly => SyncObservers,
            RecordingMode.AsyncOnly => AsyncObservers,
            _ => SyncObservers | AsyncObservers,
        };

    /// <summary>What was recorded so far, in order. A snapshot.</summary>
    public IReadOnlyList<RecordedHook> Records
    {
        get
        {
            lock (_gate)
            {
                return _snapshot ??= [.. _records];
            }
        }
    }

    /// <summary>The success events so far.</summary>
    public IReadOnlyList<RecordedHook> Successes =>
        [.. Records.Where(r => r.Hook is nameof(LogSuccessEvent) or nameof(LogSuccessEventAsync))];

    /// <summary>The failure events so far.</summary>
    public IReadOnlyList<RecordedHook> Failures =>
        [.. Records.Where(r => r.Hook is nameof(LogFailureEvent) or nameof(LogFailureEventAsync))];

    /// <summary>The names of the hooks so far, in order.</summary>
    public IReadOnlyList<string> Names => [.. Records.Select(r => r.Hook)];

    /// <summary>Forgets what was recorded so far. The indices go on.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _first += _records.Count;
            _records.Clear();
            _snapshot = null;
        }
    }

    /// <summary>Waits until a condition holds; it is asked now, and again after each hook.</summary>
    public async Task WaitForAsync(Func<RecordingLogger, bool> condition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
            }

            if (condition(this))
            {
                return;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private void Record(Func<int, RecordedHook> make)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _records.Add(make(_first + _records.Count));
            _snapshot = null;
            (changed, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.SetResult();
    }
}
