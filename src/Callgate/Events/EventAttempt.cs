using System.Text.Json.Serialization;

namespace Callgate;

/// <summary>One request to a provider within a call.</summary>
public sealed record EventAttempt
{
    /// <summary>1 for the first.</summary>
    public int Number { get; init; }

    /// <summary>Why it was made: <c>first</c>, <c>retry</c>, <c>fallback</c>, <c>context_window_fallback</c> or <c>content_policy_fallback</c>.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The deployment's id.</summary>
    public string ModelId { get; init; } = "";

    /// <summary>The model group that it served.</summary>
    public string ModelGroup { get; init; } = "";

    /// <summary>The model that was called.</summary>
    public string Model { get; init; } = "";

    /// <summary>The provider.</summary>
    public string Provider { get; init; } = "";

    /// <summary>The address, without user, query and fragment.</summary>
    public string? ApiBase { get; init; }

    /// <summary>The HTTP status; null where there was none.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The provider's id of the request.</summary>
    public string? RequestId { get; init; }

    /// <summary>The failure's class, as in <c>error_information</c>; null where it succeeded.</summary>
    public string? ErrorClass { get; init; }

    /// <summary>The failure's message; null where it succeeded.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>When it was sent, in Unix seconds.</summary>
    public double Start { get; init; }

    /// <summary>When it ended, in Unix seconds.</summary>
    public double End { get; init; }

    /// <summary>Its tokens in disjoint classes. Classes of zero are left out.</summary>
    [JsonConverter(typeof(TokenUsageConverter))]
    public TokenUsage Usage { get; init; } = TokenUsage.None;

    /// <summary>Its cost; null where it ended before anything was billed.</summary>
    public EventCost? Cost { get; init; }
}

/// <summary>The cost of one attempt.</summary>
public sealed record EventCost
{
    /// <summary>USD; null where it is unknown.</summary>
    public decimal? Total { get; init; }

    /// <summary>How far it can be trusted.</summary>
    public CostStatus Status { get; init; }

    /// <summary>Why it is unknown, estimated, or nothing.</summary>
    public string? Reason { get; init; }

    /// <summary>The unit prices that were applied: with the attempt's usage they give the total again.</summary>
    [JsonConverter(typeof(AppliedPricesConverter))]
    public AppliedPrices? UnitPrices { get; init; }
}
