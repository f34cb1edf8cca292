namespace Callgate;

/// <summary>One request to a provider within a call. Immutable.</summary>
public sealed record AttemptDetails
{
    /// <summary>1 for the first.</summary>
    public required int Number { get; init; }

    /// <summary>Why it was made: <c>first</c>, <c>retry</c>, <c>fallback</c>, <c>context_window_fallback</c>, <c>content_policy_fallback</c>, or <c>next</c> where another client makes several requests within one call.</summary>
    public required string Reason { get; init; }

    /// <summary>The deployment's id.</summary>
    public required string ModelId { get; init; }

    /// <summary>The model group that it served.</summary>
    public required string ModelGroup { get; init; }

    /// <summary>The model that was called.</summary>
    public required string Model { get; init; }

    /// <summary>The provider.</summary>
    public required string CustomLlmProvider { get; init; }

    /// <summary>The address, without its query.</summary>
    public string? ApiBase { get; init; }

    /// <summary>When it was sent.</summary>
    public DateTimeOffset StartTime { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset EndTime { get; init; }

    /// <summary>The HTTP status; null where there was none.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The provider's id of the request.</summary>
    public string? RequestId { get; init; }

    /// <summary>How it failed; null where it succeeded.</summary>
    public Exception? Exception { get; init; }

    /// <summary>Its tokens.</summary>
    public TokenUsage Usage { get; init; } = TokenUsage.None;

    /// <summary>Its cost; null where it ended before anything was billed.</summary>
    public Cost? Cost { get; init; }

    /// <summary>A short, safe form.</summary>
    public override string ToString() =>
        $"#{Number} {Reason} {ModelId}: {(Exception is null ? "ok" : Exception.GetType().Name)}";
}
