using System.Text.Json;

namespace Callgate;

/// <summary>A call's terminal event on its way to sinks. Immutable; made once, and shared by all of them.</summary>
/// <param name="Id">The call's id: the idempotency key. It stands in the payload too, as <c>litellm_call_id</c>.</param>
/// <param name="Kind">Whether the call succeeded.</param>
/// <param name="Json">The <see cref="StandardLoggingPayload"/>: UTF-8, in one line, without a line end.</param>
public sealed record SinkEvent(string Id, SinkEventKind Kind, ReadOnlyMemory<byte> Json)
{
    /// <summary>What it is, without its content.</summary>
    public override string ToString() => $"{Kind} {Id} ({Json.Length} bytes)";

    internal static SinkEvent From(ObserverEvent observerEvent) =>
        new(
            observerEvent.Call.LitellmCallId,
            observerEvent.Kind == ObserverEventKind.Success ? SinkEventKind.Success : SinkEventKind.Failure,
            JsonSerializer.SerializeToUtf8Bytes(
                observerEvent.Call.StandardLoggingPayload,
                EventJson.Relaxed.StandardLoggingPayload
            )
        );
}

/// <summary>How a call ended.</summary>
public enum SinkEventKind
{
    /// <summary>LiteLLM's <c>llm_api_success</c>.</summary>
    Success,

    /// <summary>LiteLLM's <c>llm_api_failure</c>.</summary>
    Failure,
}
