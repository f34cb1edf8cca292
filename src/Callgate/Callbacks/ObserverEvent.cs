namespace Callgate;

internal enum ObserverEventKind
{
    PreApi,
    PostApi,
    Chunk,
    Success,
    Failure,
    SuccessFallback,
    FailureFallback,
    RateLimit,
}

/// <summary>One event on its way to observers. Immutable; shared by all of them.</summary>
internal sealed record ObserverEvent(ObserverEventKind Kind, CallDetails Call, bool IsSync)
{
    private SinkEvent? _sinkEvent;
    private object? _sinkEventLock;
    private bool _hasSinkEvent;

    public LlmResponse? Response
    {
        get => field?.Observed;
        init;
    }
    public LlmChunk? Chunk { get; init; }
    public string? OriginalModelGroup { get; init; }
    public Exception? Exception { get; init; }
    public DateTimeOffset Start { get; init; }
    public DateTimeOffset End { get; init; }

    /// <summary>A terminal event as sinks get it: written once for all of them. The event is final by then; it must not be copied on.</summary>
    public SinkEvent SinkEvent =>
        LazyInitializer.EnsureInitialized(
            ref _sinkEvent!,
            ref _hasSinkEvent,
            ref _sinkEventLock,
            () => SinkEvent.From(this)
        );

    public Hooks Hooks =>
        Kind switch
        {
            ObserverEventKind.PreApi => Hooks.PreApi,
            ObserverEventKind.PostApi => Hooks.PostApi,
            ObserverEventKind.Chunk => Hooks.StreamEvent,
            ObserverEventKind.Success => Hooks.Success,
            ObserverEventKind.Failure => Hooks.Failure,
            ObserverEventKind.SuccessFallback => Hooks.LogSuccessFallbackEventAsync,
            ObserverEventKind.FailureFallback => Hooks.LogFailureFallbackEventAsync,
            _ => Hooks.LogModelGroupRateLimitErrorAsync,
        };
}
