namespace Callgate;

/// <summary>Token prices that replace the standard ones under a condition: a service tier, a long prompt, off-peak hours.</summary>
/// <remarks>A negative price throws <see cref="ArgumentOutOfRangeException"/>. What is null follows from the standard price.</remarks>
public sealed record PriceSet
{
    /// <summary>USD per million uncached text tokens of the prompt.</summary>
    public decimal? InputPerMillionTokens
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per million text tokens of the answer.</summary>
    public decimal? OutputPerMillionTokens
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per million tokens read from the prompt cache.</summary>
    public decimal? CachedInputPerMillionTokens
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per million tokens written to the prompt cache for five minutes, or for the vendor's only lifetime.</summary>
    public decimal? CacheWrite5mPerMillionTokens
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per million tokens written to the prompt cache for an hour.</summary>
    public decimal? CacheWrite1hPerMillionTokens
    {
        get;
        init => field = Amounts.NotNegative(value);
    }
}
