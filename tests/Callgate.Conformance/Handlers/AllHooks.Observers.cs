using System.Runtime.CompilerServices;
using Callgate.Wire;

namespace Callgate.Conformance.Handlers;

/// <summary>Overrides every hook there is; a test compares it with <see cref="CustomLogger"/>.</summary>
internal sealed partial class AllHooks : Recorder
{
    public override void LogPreApiCall(string model, IReadOnlyList<Message> messages, CallDetails call) => Note(call);

    public override ValueTask LogPreApiCallAsync(
        string model,
        IReadOnlyList<Message> messages,
        CallDetails call,
        CancellationToken cancellationToken
    ) => Noted(call);

    public override void LogPostApiCall(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => Note(call);

    public override ValueTask LogPostApiCallAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => Noted(call);

    public override void LogStreamEvent(
        CallDetails call,
        LlmChunk chunk,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => Note(call);

    public override ValueTask LogStreamEventAsync(
        CallDetails call,
        LlmChunk chunk,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => Noted(call);

    public override void LogSuccessEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => Note(call);

    public override ValueTask LogSuccessEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => Noted(call);

    public override void LogFailureEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => Note(call);

    public override ValueTask LogFailureEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => Noted(call);

    public override ValueTask LogSuccessFallbackEventAsync(
        string originalModelGroup,
        CallDetails call,
        Exception originalException,
        CancellationToken cancellationToken
    ) => Noted(call);

    public override ValueTask LogFailureFallbackEventAsync(
        string originalModelGroup,
        CallDetails call,
        Exception originalException,
        CancellationToken cancellationToken
    ) => Noted(call);

    public override ValueTask LogModelGroupRateLimitErrorAsync(
        Exception exception,
        string? originalModelGroup,
        CallDetails call,
        CancellationToken cancellationToken
    ) => Noted(call);

    private ValueTask Noted(CallDetails call, [CallerMemberName] string hook = "")
    {
        Note(call, hook);
        return default;
    }
}
