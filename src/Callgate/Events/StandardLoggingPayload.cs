using System.Text.Json;
using System.Text.Json.Serialization;

namespace Callgate;

/// <summary>
/// A call's event in LiteLLM's <c>StandardLoggingPayload</c> format, with its field names and types; what it has no field for
/// stands under <see cref="Callgate"/>. Immutable. Holds no key, and of an exception only what is safe to keep.
/// </summary>
/// <remarks>Its JSON Schema is published as <c>docs/schemas/standard-logging-payload.v1.json</c>.</remarks>
public sealed record StandardLoggingPayload
{
    /// <summary>The answer's id; the call's where there is no answer. An answer from the cache has a suffix of its own.</summary>
    public string Id { get; init; } = "";

    /// <summary>The call's id: the event's idempotency key.</summary>
    public string LitellmCallId { get; init; } = "";

    /// <summary>Groups the calls that belong together.</summary>
    public string TraceId { get; init; } = "";

    /// <summary>The caller's session.</summary>
    public string? SessionId { get; init; }

    /// <summary><c>completion</c>, <c>acompletion</c>, <c>embedding</c> or <c>aembedding</c>.</summary>
    public string CallType { get; init; } = "";

    /// <summary>Whether the answer was streamed.</summary>
    public bool? Stream { get; init; }

    /// <summary><c>success</c> or <c>failure</c>.</summary>
    public string Status { get; init; } = "success";

    /// <summary>The status by what took part in the call.</summary>
    public StandardLoggingStatusFields StatusFields { get; init; } = new();

    /// <summary>The cost in USD; 0 where it is unknown, which <see cref="ResponseCostStatus"/> tells from a call that was free.</summary>
    public decimal ResponseCost { get; init; }

    /// <summary>How far the cost can be trusted; null while the call runs.</summary>
    public CostStatus? ResponseCostStatus { get; init; }

    /// <summary>Why the cost is unknown, estimated, or nothing.</summary>
    public string? ResponseCostReason { get; init; }

    /// <summary>The parts of the cost; null where it wasn't computed from prices.</summary>
    public StandardLoggingCostBreakdown? CostBreakdown { get; init; }

    /// <summary>Why the cost of a success is unknown; null where it is known.</summary>
    public StandardLoggingCostFailureDebugInfo? ResponseCostFailureDebugInfo { get; init; }

    /// <summary>What kept the cost of a success at zero; null where it is known.</summary>
    public StandardLoggingZeroCostDiagnostic? ZeroCostDiagnostic { get; init; }

    /// <summary>The provider; null before routing.</summary>
    public string? CustomLlmProvider { get; init; }

    /// <summary>The model that was called.</summary>
    public string Model { get; init; } = "";

    /// <summary>The deployment's id.</summary>
    public string? ModelId { get; init; }

    /// <summary>The model, or model group, as the caller wrote it.</summary>
    public string? ModelGroup { get; init; }

    /// <summary>The address, without user, query and fragment; empty where no provider was asked.</summary>
    public string ApiBase { get; init; } = "";

    /// <summary>All tokens of all attempts.</summary>
    public long TotalTokens { get; init; }

    /// <summary>Those of the prompt, cached ones included.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Those of the answer, reasoning included.</summary>
    public long CompletionTokens { get; init; }

    /// <summary>When the call began, in Unix seconds.</summary>
    [JsonPropertyName("startTime")]
    public double StartTime { get; init; }

    /// <summary>When it ended, in Unix seconds; while it runs, when it began.</summary>
    [JsonPropertyName("endTime")]
    public double EndTime { get; init; }

    /// <summary>When the first token, or the whole answer, came, in Unix seconds; where none came, the end.</summary>
    [JsonPropertyName("completionStartTime")]
    public double CompletionStartTime { get; init; }

    /// <summary>Seconds until the answer; of a stream, until its first token.</summary>
    public double ResponseTime { get; init; }

    /// <summary>The model's prices and limits.</summary>
    public StandardLoggingModelInformation ModelMapInformation { get; init; } = new();

    /// <summary>Whether the cache answered.</summary>
    public bool? CacheHit { get; init; }

    /// <summary>The cache's key; null where no cache was asked.</summary>
    public string? CacheKey { get; init; }

    /// <summary>What an answer from the cache would have cost, in USD; 0 where that is unknown.</summary>
    public decimal SavedCacheCost { get; init; }

    /// <summary>The caller's tags.</summary>
    public IReadOnlyList<string> RequestTags { get; init; } = [];

    /// <summary>The access groups that let the key call the model. Empty outside of a gateway.</summary>
    public IReadOnlyList<string> RequestModelAccessGroups { get; init; } = [];

    /// <summary>The end user that the request names.</summary>
    public string? EndUser { get; init; }

    /// <summary>The caller's address. Null outside of a gateway.</summary>
    public string? RequesterIpAddress { get; init; }

    /// <summary>The caller's program. Null outside of a gateway.</summary>
    public string? UserAgent { get; init; }

    /// <summary>The messages, or the texts to embed, within <see cref="PayloadLimits"/>; null, or placeholders, where the content is withheld.</summary>
    public JsonElement? Messages { get; init; }

    /// <summary>The answer, within <see cref="PayloadLimits"/>; null where there is none; null, or a placeholder, where the content is withheld.</summary>
    public JsonElement? Response { get; init; }

    /// <summary>The known parameters of the request. Headers and fields that Callgate doesn't know are left out.</summary>
    public JsonElement ModelParameters { get; init; } = EventJson.EmptyObject;

    /// <summary>The failure's message; null on success. Holds no prompt, no answer, no key.</summary>
    public string? ErrorStr { get; init; }

    /// <summary>The failure; null on success.</summary>
    public StandardLoggingErrorInformation? ErrorInformation { get; init; }

    /// <summary>What is known about the answer besides its content.</summary>
    public StandardLoggingHiddenParams HiddenParams { get; init; } = new();

    /// <summary>What guardrails found. Null outside of a gateway.</summary>
    public JsonElement? GuardrailInformation { get; init; }

    /// <summary>The provider's built-in tools that the request turns on; null where there are none.</summary>
    public StandardLoggingBuiltInToolsParams? StandardBuiltInToolsParams { get; init; }

    /// <summary>What automatic routing saved, in USD. Always null: Callgate has no such router.</summary>
    public decimal? AutorouterSavings { get; init; }

    /// <summary>An estimate of the same. Always null.</summary>
    public decimal? AutorouterSavingsEstimate { get; init; }

    /// <summary>What that estimate is compared with. Always null.</summary>
    public JsonElement? AutorouterBaselineObservation { get; init; }

    /// <summary>Who called, and what they passed along.</summary>
    public StandardLoggingMetadata Metadata { get; init; } = new();

    /// <summary>What LiteLLM's format has no field for.</summary>
    public CallgateEventDetails Callgate { get; init; } = new();

    /// <summary>The event as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, EventJson.Relaxed.StandardLoggingPayload);

    /// <summary>Writes the event as JSON.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        JsonSerializer.Serialize(writer, this, EventJson.Relaxed.StandardLoggingPayload);
    }

    /// <summary>A short, safe form without content.</summary>
    public override string ToString() =>
        $"{Status} {CallType} {Model} {PromptTokens}+{CompletionTokens} tokens"
        + (ResponseCostStatus is { } status ? $" ${ResponseCost} ({status})" : "")
        + (ErrorInformation is { } error ? $" {error.ErrorClass}" : "")
        + $" ({LitellmCallId})";

    internal static StandardLoggingPayload From(CallDetails call, LlmResponse? response) =>
        PayloadBuilder.Build(call, response);
}
