namespace Callgate;

/// <summary>The unit prices in USD that a call was billed at, so that its cost can be checked and computed again offline.</summary>
/// <remarks>Tiers, off-peak hours and regional factors are already in them. Null: such units weren't billed.</remarks>
public sealed record AppliedPrices
{
    /// <summary>USD per million text tokens of the prompt.</summary>
    public decimal? Input { get; init; }

    /// <summary>USD per million text tokens read from the cache.</summary>
    public decimal? InputCached { get; init; }

    /// <summary>USD per million audio tokens of the prompt.</summary>
    public decimal? InputAudio { get; init; }

    /// <summary>USD per million audio tokens read from the cache.</summary>
    public decimal? InputAudioCached { get; init; }

    /// <summary>USD per million image tokens of the prompt.</summary>
    public decimal? InputImage { get; init; }

    /// <summary>USD per million image tokens read from the cache.</summary>
    public decimal? InputImageCached { get; init; }

    /// <summary>USD per million tokens written to the cache for five minutes.</summary>
    public decimal? CacheWrite5m { get; init; }

    /// <summary>USD per million tokens written to the cache for an hour.</summary>
    public decimal? CacheWrite1h { get; init; }

    /// <summary>USD per million text tokens of the answer.</summary>
    public decimal? Output { get; init; }

    /// <summary>USD per million reasoning tokens.</summary>
    public decimal? Reasoning { get; init; }

    /// <summary>USD per million audio tokens of the answer.</summary>
    public decimal? OutputAudio { get; init; }

    /// <summary>USD per million image tokens of the answer.</summary>
    public decimal? OutputImage { get; init; }

    /// <summary>USD per million video tokens of the answer.</summary>
    public decimal? OutputVideo { get; init; }

    /// <summary>USD per million citation tokens.</summary>
    public decimal? Citation { get; init; }

    /// <summary>USD per request or query.</summary>
    public decimal? PerRequest { get; init; }

    /// <summary>USD per web search.</summary>
    public decimal? PerWebSearch { get; init; }

    /// <summary>USD per file search.</summary>
    public decimal? PerFileSearch { get; init; }

    /// <summary>USD per image.</summary>
    public decimal? PerImage { get; init; }

    /// <summary>USD per megapixel.</summary>
    public decimal? PerMegapixel { get; init; }

    /// <summary>USD per second of video.</summary>
    public decimal? PerSecond { get; init; }

    /// <summary>USD per minute of audio.</summary>
    public decimal? PerMinute { get; init; }

    /// <summary>USD per million characters.</summary>
    public decimal? PerMillionCharacters { get; init; }

    /// <summary>USD per page.</summary>
    public decimal? PerPage { get; init; }

    /// <summary>The least number of audio seconds billed per request.</summary>
    public decimal? MinimumSeconds { get; init; }

    /// <summary>Which prices were chosen: <c>standard</c>, <c>batch</c>, <c>flex+long_context</c>, <c>off_peak+regional</c> …</summary>
    public string Set { get; init; } = "standard";

    /// <summary>What had to be assumed; a cost from these prices is then <see cref="CostStatus.Estimated"/>.</summary>
    public string? Assumption { get; init; }

    /// <summary>The version of the catalogue that the prices are from. Null: an override.</summary>
    public string? CatalogueVersion { get; init; }
}
