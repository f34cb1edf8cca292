using Callgate.Wire;

namespace Callgate.Conformance.Handlers;

/// <summary>Of each pair, overrides the async one only: it is to be called for sync calls too.</summary>
internal sealed class AsyncObservers : Recorder
{
    public override ValueTask LogPreApiCallAsync(
        string model,
        IReadOnlyList<Message> messages,
        CallDetails call,
        CancellationToken cancellationToken
    ) => Noted(call, nameof(LogPreApiCallAsync));

    public override ValueTask LogPostApiCallAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => Noted(call, nameof(LogPostApiCallAsync));

    public override ValueTask LogStreamEventAsync(
        CallDetails call,
        LlmChunk chunk,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => Noted(call, nameof(LogStreamEventAsync));

    public override ValueTask LogSuccessEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => Noted(call, nameof(LogSuccessEventAsync));

    public override ValueTask LogFailureEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => Noted(call, nameof(LogFailureEventAsync));

    private ValueTask Noted(CallDetails call, string hook)
    {
        Note(call, hook);
        return default;
    }
}
