using System.Runtime.CompilerServices;
using Callgate.Wire;

namespace Callgate.Testing;

public sealed partial class RecordingLogger
{
    /// <inheritdoc />
    public override void LogPreApiCall(string model, IReadOnlyList<Message> messages, CallDetails call) =>
        Observed(call);

    /// <inheritdoc />
    public override ValueTask LogPreApiCallAsync(
        string model,
        IReadOnlyList<Message> messages,
        CallDetails call,
        CancellationToken cancellationToken
    ) => Observed(call);

    /// <inheritdoc />
    public override void LogPostApiCall(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => Observed(call, response, null, startTime, endTime);

    /// <inheritdoc />
    public override ValueTask LogPostApiCallAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => Observed(call, response, null, startTime, endTime);

    /// <inheritdoc />
    public override void LogSuccessEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => Observed(call, response, null, startTime, endTime);

    /// <inheritdoc />
    public override ValueTask LogSuccessEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => Observed(call, response, null, startTime, endTime);

    /// <inheritdoc />
    public override void LogFailureEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => Observed(call, response, null, startTime, endTime);

    /// <inheritdoc />
    public override ValueTask LogFailureEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => Observed(call, response, null, startTime, endTime);

    /// <inheritdoc />
    public override void LogStreamEvent(
        CallDetails call,
        LlmChunk chunk,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => Observed(call, null, chunk, startTime, endTime);

    /// <inheritdoc />
    public override ValueTask LogStreamEventAsync(
        CallDetails call,
        LlmChunk chunk,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => Observed(call, null, chunk, startTime, endTime);

    /// <inheritdoc />
    public override ValueTask LogSuccessFallbackEventAsync(
        string originalModelGroup,
        CallDetails call,
        Exception originalException,
        CancellationToken cancellationToken
    ) => Observed(call, exception: originalException);

    /// <inheritdoc />
    public override ValueTask LogFailureFallbackEventAsync(
        string originalModelGroup,
        CallDetails call,
        Exception originalException,
        CancellationToken cancellationToken
    ) => Observed(call, exception: originalException);

    /// <inheritdoc />
    public override ValueTask LogModelGroupRateLimitErrorAsync(
        Exception exception,
        string? originalModelGroup,
        CallDetails call,
        CancellationToken cancellationToken
    ) => Observed(call, exception: exception);

    private ValueTask Observed(
        CallDetails call,
        LlmResponse? response = null,
        LlmChunk? chunk = null,
        DateTimeOffset? start = null,
        DateTimeOffset? end = null,
        Exception? exception = null,
        [CallerMemberName] string hook = ""
    )
    {
        Record(index => new RecordedHook
        {
            Index = index,
            Hook = hook,
            CallId = call.LitellmCallId,
            Call = call,
            Response = response,
            Chunk = chunk,
            Exception = exception ?? call.Exception,
            Start = start,
            End = end,
        });
        return default;
    }
}
