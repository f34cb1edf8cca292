using Callgate.Wire;

namespace Callgate;

/// <summary>A whole handler in a list that is for one kind of event: it sees that kind only.</summary>
internal sealed class OneEventLogger(CustomLogger inner, FunctionEvent functionEvent) : CustomLogger, IHookSource
{
    public CustomLogger Inner => inner;

    public FunctionEvent Event => functionEvent;

    public Hooks Hooks { get; } = HookScan.HooksOf(inner) & HooksOf(functionEvent);

    public static Hooks HooksOf(FunctionEvent functionEvent) =>
        functionEvent switch
        {
            FunctionEvent.Input => Hooks.PreApi,
            FunctionEvent.Success => Hooks.Success,
            _ => Hooks.Failure,
        };

    public override void LogPreApiCall(string model, IReadOnlyList<Message> messages, CallDetails call) =>
        inner.LogPreApiCall(model, messages, call);

    public override ValueTask LogPreApiCallAsync(
        string model,
        IReadOnlyList<Message> messages,
        CallDetails call,
        CancellationToken cancellationToken
    ) => inner.LogPreApiCallAsync(model, messages, call, cancellationToken);

    public override void LogSuccessEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => inner.LogSuccessEvent(call, response, startTime, endTime);

    public override ValueTask LogSuccessEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => inner.LogSuccessEventAsync(call, response, startTime, endTime, cancellationToken);

    public override void LogFailureEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => inner.LogFailureEvent(call, response, startTime, endTime);

    public override ValueTask LogFailureEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => inner.LogFailureEventAsync(call, response, startTime, endTime, cancellationToken);
}
