namespace Callgate;

/// <summary>What a model costs, in USD, with its limits. Write one yourself to override the catalogue.</summary>
/// <remarks>
/// Immutable. Null means unknown or not applicable, 0 means really free of charge. A negative price throws
/// <see cref="ArgumentOutOfRangeException"/> that names the member.
/// </remarks>
/// <example><c>new ModelPrice { InputPerMillionTokens = 3m, OutputPerMillionTokens = 15m }</c></example>
public sealed partial record ModelPrice
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

    /// <summary>USD per million tokens read from the prompt cache. Null: cached tokens cost as much as uncached ones.</summary>
    public decimal? CachedInputPerMillionTokens
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per million tokens written to the prompt cache for five minutes, or for the vendor's only lifetime. Null: written tokens cost as much as uncached ones.</summary>
    public decimal? CacheWrite5mPerMillionTokens
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per million tokens written to the prompt cache for an hour. Null: likewise.</summary>
    public decimal? CacheWrite1hPerMillionTokens
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per million audio tokens of the prompt. Null: as text.</summary>
    public decimal? InputAudioPerMillionTokens
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per million cached audio tokens. Null: the discount that cached text has.</summary>
    public decimal? CachedInputAudioPerMillionTokens
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per million audio tokens of the answer. Null: as text.</summary>
    public decimal? OutputAudioPerMillionTokens
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per million image tokens of the prompt. Null: as text.</summary>
    public decimal? InputImagePerMillionTokens
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per million cached image tokens. Null: the discount that cached text has.</summary>
    public decimal? CachedInputImagePerMillionTokens
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per million image tokens of the answer. Null: as text.</summary>
    public decimal? OutputImagePerMillionTokens
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per million video tokens of the answer. Null: as text.</summary>
    public decimal? OutputVideoPerMillionTokens
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per million reasoning tokens. Null: as output text.</summary>
    public decimal? ReasoningPerMillionTokens
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per million citation tokens. Null: not billed.</summary>
    public decimal? CitationPerMillionTokens
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>Prices of the batch API.</summary>
    public PriceSet? Batch { get; init; }

    /// <summary>Prices of flex processing.</summary>
    public PriceSet? Flex { get; init; }

    /// <summary>Prices of priority processing, or of Anthropic's fast mode.</summary>
    public PriceSet? Priority { get; init; }

    /// <summary>Prices of the whole request when its prompt, cached tokens included, exceeds <see cref="LongContextThreshold"/>.</summary>
    public PriceSet? LongContext { get; init; }

    /// <summary>The number of prompt tokens above which <see cref="LongContext"/> holds.</summary>
    public long? LongContextThreshold { get; init; }

    /// <summary>Prices outside of <see cref="PeakHoursUtc"/>.</summary>
    public PriceSet? OffPeak { get; init; }

    /// <summary>
    /// The days and hours at which the standard prices hold although there are off-peak ones, in UTC, for instance
    /// <c>Mon-Fri,01:00-04:00,06:00-10:00</c> (ends are exclusive). Null: always. A malformed value throws
    /// <see cref="FormatException"/>.
    /// </summary>
    public string? PeakHoursUtc
    {
        get;
        init
        {
            PeakHours.Check(value);
            field = value;
        }
    }

    /// <summary>The factor on token prices for regional and data-residency endpoints.</summary>
    public decimal? RegionalMultiplier
    {
        get;
        init => field = Amounts.NotNegative(value);
    }
}
