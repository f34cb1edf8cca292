using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>Steps 6, 7 and 9: what observers are told while a call runs. Nothing is made where nobody looks.</summary>
internal static class CallEvents
{
    // 6. Attempt: the exact input
    public static void LogPreApiCall(Call call)
    {
        if (Wants(call, Hooks.PreApi))
        {
            Observe(
                call,
                static call => new ObserverEvent(
                    ObserverEventKind.PreApi,
                    call.Describe("pre_api_call"),
                    call.Kind.IsSync
                )
            );
        }
    }

    // 6. Attempt: the raw reply
    public static void LogPostApiCall(Call call)
    {
        if (Wants(call, Hooks.PostApi))
        {
            Observe(
                call,
                static call => new ObserverEvent(
                    ObserverEventKind.PostApi,
                    call.Describe("post_api_call"),
                    call.Kind.IsSync
                )
                {
                    Start = call.StartTime,
                    End = call.Runtime.Time.GetUtcNow(),
                }
            );
        }
    }

    // 6. Attempt: a fallback's outcome, or a group with nobody left
    public static void LogRouting(Call call, ObserverEventKind kind, string modelGroup, Exception exception)
    {
        var observerEvent = new ObserverEvent(kind, null!, call.Kind.IsSync);
        if (Wants(call, observerEvent.Hooks))
        {
            Observe(
                call,
                call =>
                    observerEvent with
                    {
                        Call = call.Describe("routing_event"),
                        OriginalModelGroup = modelGroup,
                        Exception = exception,
                    }
            );
        }
    }

    // 7. Answer: a chunk for its observers
    public static void LogStreamEvent(Call call, LlmChunk chunk)
    {
        if (Wants(call, Hooks.StreamEvent))
        {
            ObserveChunk(call, chunk);
        }
    }

    // Apart from the method above, which then allocates no closure where nobody looks.
    private static void ObserveChunk(Call call, LlmChunk chunk) =>
        Observe(
            call,
            call => new ObserverEvent(ObserverEventKind.Chunk, call.Describe("stream_event"), call.Kind.IsSync)
            {
                Chunk = chunk,
                Start = call.StartTime,
                End = call.Runtime.Time.GetUtcNow(),
            }
        );

    // 9. Observe: in the order of the events' sequence, and nothing after the terminal one, as a call that was ended
    // from outside may still be running down.
    private static void Observe(Call call, Func<Call, ObserverEvent> make)
    {
        lock (call)
        {
            if (!call.IsClosed)
            {
                Observation.Send(call, make(call));
            }
        }
    }

    public static bool Wants(Call call, Hooks hooks) => call.Callbacks.Has(hooks) && !call.Options.NoLog;
}
