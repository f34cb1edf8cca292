using System.Text.Json.Serialization;

namespace Callgate;

/// <summary>What LiteLLM's format has no field for.</summary>
public sealed record CallgateEventDetails
{
    /// <summary>The version of the published schema. It rises when a field changes its meaning or goes; new fields come without notice.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary><c>successful_api_call</c> or <c>failed_api_call</c>; before the end of the call, the event that it was made for.</summary>
    public string EventType { get; init; } = "";

    /// <summary>Rises from event to event within a call.</summary>
    public int Sequence { get; init; }

    /// <summary>How the call ended; null while it runs.</summary>
    public CallOutcome? Outcome { get; init; }

    /// <summary>Where and why it was refused; null where it wasn't.</summary>
    public Rejection? Rejection { get; init; }

    /// <summary>How it failed, in Callgate's terms; null where it didn't.</summary>
    public EventError? Error { get; init; }

    /// <summary>The requests to providers, in order.</summary>
    public IReadOnlyList<EventAttempt> Attempts { get; init; } = [];

    /// <summary>The tokens in disjoint classes, and where the counts come from. Classes of zero are left out.</summary>
    [JsonConverter(typeof(TokenUsageConverter))]
    public TokenUsage Usage { get; init; } = TokenUsage.None;

    /// <summary>The unit prices that were applied; null where there are none, or several attempts were billed.</summary>
    [JsonConverter(typeof(AppliedPricesConverter))]
    public AppliedPrices? UnitPrices { get; init; }

    /// <summary>The version of the price catalogue in use.</summary>
    public string? CatalogueVersion { get; init; }

    /// <summary>The interceptors that ran.</summary>
    public IReadOnlyList<EventHookRun> HookRuns { get; init; } = [];

    /// <summary>Whether messages and answer are left out on purpose.</summary>
    public bool ContentWithheld { get; init; }

    /// <summary>The fields that were cut to <see cref="PayloadLimits"/>.</summary>
    public IReadOnlyList<string> Truncated { get; init; } = [];

    /// <summary>The fields that could not be made, with the type of the exception.</summary>
    public IReadOnlyList<string> Unavailable { get; init; } = [];

    /// <summary>How many messages, between the first and the last ones, were left out.</summary>
    public int MessagesOmitted { get; init; }

    /// <summary>The true size of the messages as JSON, in bytes; null where there are none, or they are withheld.</summary>
    public long? MessagesBytes { get; init; }

    /// <summary>The SHA-256 of those bytes, in lowercase hex.</summary>
    public string? MessagesSha256 { get; init; }

    /// <summary>The true size of the answer as JSON, in bytes; null where there is none, or it is withheld.</summary>
    public long? ResponseBytes { get; init; }

    /// <summary>The SHA-256 of those bytes, in lowercase hex.</summary>
    public string? ResponseSha256 { get; init; }

    /// <summary>A short, safe form.</summary>
    public override string ToString() => $"{EventType} {Outcome} {Attempts.Count} attempt(s)";
}

/// <summary>A failure in Callgate's terms.</summary>
/// <param name="ExceptionType">The exception's .NET type.</param>
/// <param name="Kind">What kind of failure it is; null where the exception isn't of Callgate's family.</param>
/// <param name="Code">The provider's error code.</param>
/// <param name="Type">The provider's error type.</param>
/// <param name="Param">The request's parameter that is at fault.</param>
public sealed record EventError(string ExceptionType, LlmErrorKind? Kind, string? Code, string? Type, string? Param);

/// <summary>An interceptor that ran.</summary>
/// <param name="Hook">The hook.</param>
/// <param name="Handler">The handler.</param>
/// <param name="Decision">What it decided.</param>
/// <param name="DurationMs">How long it took, in milliseconds.</param>
public sealed record EventHookRun(string Hook, string Handler, string Decision, double DurationMs);
