namespace Callgate;

/// <summary>A call's failure, safe to keep: no prompt, no answer, no body, no key.</summary>
public sealed record StandardLoggingErrorInformation
{
    /// <summary>The HTTP status as text; where there was none, the one that stands for this kind of failure.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>LiteLLM's name of the failure's class, e.g. <c>RateLimitError</c>; of any other exception its type's name.</summary>
    public string? ErrorClass { get; init; }

    /// <summary>The provider.</summary>
    public string? LlmProvider { get; init; }

    /// <summary>The stack trace, without messages.</summary>
    public string? Traceback { get; init; }

    /// <summary>What went wrong.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>The provider's id of the request, for its support.</summary>
    public string? ErrorProviderRequestId { get; init; }

    /// <summary>What a gateway's rate limit counts. Null outside of a gateway.</summary>
    public string? ErrorRateLimitCategory { get; init; }

    /// <summary>The kind of a gateway's rate limit. Null outside of a gateway.</summary>
    public string? ErrorRateLimitType { get; init; }

    /// <summary>Whose budget was exceeded. Null outside of a gateway.</summary>
    public string? ErrorBudgetEntityType { get; init; }

    /// <summary>Its id. Null outside of a gateway.</summary>
    public string? ErrorBudgetEntityId { get; init; }

    /// <summary>The budget in USD. Null outside of a gateway.</summary>
    public double? ErrorBudgetLimit { get; init; }

    /// <summary>What was spent of it, in USD. Null outside of a gateway.</summary>
    public double? ErrorBudgetSpend { get; init; }

    /// <summary>Always null: see <c>callgate.error</c>.</summary>
    public string? NormalizedError { get; init; }
}
