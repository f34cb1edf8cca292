namespace Callgate;

/// <summary>Calls the one method of a handler that an event belongs to. The only place where observers are fired.</summary>
internal static class ObserverDispatch
{
    public static ValueTask Dispatch(Registration registration, ObserverEvent e, CancellationToken stopping)
    {
        var handler = registration.Handler;
        switch (e.Kind)
        {
            case ObserverEventKind.PreApi when UseSync(registration, e, Hooks.LogPreApiCall, Hooks.LogPreApiCallAsync):
                handler.LogPreApiCall(e.Call.Model, e.Call.Messages, e.Call);
                return default;
            case ObserverEventKind.PreApi:
                return handler.LogPreApiCallAsync(e.Call.Model, e.Call.Messages, e.Call, stopping);

            case ObserverEventKind.PostApi
                when UseSync(registration, e, Hooks.LogPostApiCall, Hooks.LogPostApiCallAsync):
                handler.LogPostApiCall(e.Call, null, e.Start, e.End);
                return default;
            case ObserverEventKind.PostApi:
                return handler.LogPostApiCallAsync(e.Call, null, e.Start, e.End, stopping);

            case ObserverEventKind.Chunk when UseSync(registration, e, Hooks.LogStreamEvent, Hooks.LogStreamEventAsync):
                handler.LogStreamEvent(e.Call, e.Chunk!, e.Start, e.End);
                return default;
            case ObserverEventKind.Chunk:
                return handler.LogStreamEventAsync(e.Call, e.Chunk!, e.Start, e.End, stopping);

            case ObserverEventKind.Success
                when UseSync(registration, e, Hooks.LogSuccessEvent, Hooks.LogSuccessEventAsync):
                handler.LogSuccessEvent(e.Call, e.Response, e.Start, e.End);
                return default;
            case ObserverEventKind.Success:
                return handler.LogSuccessEventAsync(e.Call, e.Response, e.Start, e.End, stopping);

            case ObserverEventKind.Failure
                when UseSync(registration, e, Hooks.LogFailureEvent, Hooks.LogFailureEventAsync):
                handler.LogFailureEvent(e.Call, e.Response, e.Start, e.End);
                return default;
            case ObserverEventKind.Failure:
                return handler.LogFailureEventAsync(e.Call, e.Response, e.Start, e.End, stopping);

            case ObserverEventKind.SuccessFallback:
                return handler.LogSuccessFallbackEventAsync(e.OriginalModelGroup!, e.Call, e.Exception!, stopping);
            case ObserverEventKind.FailureFallback:
                return handler.LogFailureFallbackEventAsync(e.OriginalModelGroup!, e.Call, e.Exception!, stopping);
            default:
                return handler.LogModelGroupRateLimitErrorAsync(e.Exception!, e.OriginalModelGroup, e.Call, stopping);
        }
    }

    /// <summary>The name of the method that <see cref="Dispatch"/> calls.</summary>
    public static string HookOf(Registration registration, ObserverEvent e)
    {
        // Of a pair, the sync one comes first.
        var overridden = HookScan.NamesOf(registration.Hooks & e.Hooks);
        return e.IsSync ? overridden.First() : overridden.Last();
    }

    // Both overridden: the one that fits the call. One overridden: that one, for both.
    private static bool UseSync(Registration registration, ObserverEvent e, Hooks sync, Hooks async) =>
        registration.Has(sync) && (e.IsSync || !registration.Has(async));
}
