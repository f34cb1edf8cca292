namespace Callgate;

/// <summary>The parts of a cost in USD. <c>input_cost + output_cost + tool_usage_cost</c> and the additional costs sum to <c>total_cost</c>.</summary>
public sealed record StandardLoggingCostBreakdown
{
    /// <summary>The prompt, cache reads and writes included.</summary>
    public decimal InputCost { get; init; }

    /// <summary>The answer, reasoning included.</summary>
    public decimal OutputCost { get; init; }

    /// <summary>The sum.</summary>
    public decimal TotalCost { get; init; }

    /// <summary>Calls of built-in tools.</summary>
    public decimal ToolUsageCost { get; init; }

    /// <summary>Of the input: what was read from the provider's cache.</summary>
    public decimal? CacheReadCost { get; init; }

    /// <summary>Of the input: what was written to the provider's cache.</summary>
    public decimal? CacheCreationCost { get; init; }

    /// <summary>Of the output: reasoning.</summary>
    public decimal? ReasoningCost { get; init; }

    /// <summary>Other costs by name: <c>media</c> and <c>requests</c>; null where there are none.</summary>
    public IReadOnlyDictionary<string, decimal>? AdditionalCosts { get; init; }

    /// <summary>The cost before a discount. Null: Callgate grants none.</summary>
    public decimal? OriginalCost { get; init; }

    /// <summary>The discount. Always null.</summary>
    public decimal? DiscountPercent { get; init; }

    /// <summary>The discount in USD. Always null.</summary>
    public decimal? DiscountAmount { get; init; }

    /// <summary>The margin. Always null.</summary>
    public decimal? MarginPercent { get; init; }

    /// <summary>The fixed margin in USD. Always null.</summary>
    public decimal? MarginFixedAmount { get; init; }

    /// <summary>The whole margin in USD. Always null.</summary>
    public decimal? MarginTotalAmount { get; init; }

    /// <summary>The service tier that answered, where the provider names it.</summary>
    public string? ServiceTier { get; init; }

    /// <summary>Where the data stays. Always null.</summary>
    public string? DataResidency { get; init; }

    /// <summary>Vertex AI's location. Always null.</summary>
    public string? VertexLocation { get; init; }
}

/// <summary>Why a cost is unknown.</summary>
public sealed record StandardLoggingCostFailureDebugInfo
{
    /// <summary>Why.</summary>
    public string ErrorStr { get; init; } = "";

    /// <summary>Always empty: no exception is behind it.</summary>
    public string TracebackStr { get; init; } = "";

    /// <summary>The model.</summary>
    public string Model { get; init; } = "";

    /// <summary>Whether the cache answered.</summary>
    public bool? CacheHit { get; init; }

    /// <summary>The provider.</summary>
    public string? CustomLlmProvider { get; init; }

    /// <summary>The model that sets the price, where it is another one. Always null.</summary>
    public string? BaseModel { get; init; }

    /// <summary>The call's type.</summary>
    public string CallType { get; init; } = "";

    /// <summary>Whether the price is the user's own.</summary>
    public bool? CustomPricing { get; init; }
}

/// <summary>What kept a cost at zero.</summary>
public sealed record StandardLoggingZeroCostDiagnostic
{
    /// <summary>Why.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The model whose price was looked for.</summary>
    public string PricingModel { get; init; } = "";

    /// <summary>The prices that are missing; empty where the model has none at all.</summary>
    public IReadOnlyList<string> MissingPricingKeys { get; init; } = [];
}
