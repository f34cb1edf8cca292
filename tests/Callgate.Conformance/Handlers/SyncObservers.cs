using Callgate.Wire;

namespace Callgate.Conformance.Handlers;

/// <summary>Of each pair, overrides the sync one only: it is to be called for async calls too.</summary>
internal sealed class SyncObservers : Recorder
{
    public override void LogPreApiCall(string model, IReadOnlyList<Message> messages, CallDetails call) => Note(call);

    public override void LogPostApiCall(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => Note(call);

    public override void LogStreamEvent(
        CallDetails call,
        LlmChunk chunk,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => Note(call);

    public override void LogSuccessEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => Note(call);

    public override void LogFailureEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => Note(call);
}
