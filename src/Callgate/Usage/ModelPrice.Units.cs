using System.Collections.ObjectModel;

namespace Callgate;

/// <content>Prices by other units than tokens, and limits.</content>
public sealed partial record ModelPrice
{
    /// <summary>USD per image, where <see cref="MediaPrices"/> doesn't say otherwise.</summary>
    public decimal? PerImage
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per megapixel.</summary>
    public decimal? PerMegapixel
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per second of video.</summary>
    public decimal? PerSecond
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per minute of audio.</summary>
    public decimal? PerMinute
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>The least number of audio seconds billed per request.</summary>
    public decimal? MinimumSeconds
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per million characters of speech or embedded text.</summary>
    public decimal? PerMillionCharacters
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per page.</summary>
    public decimal? PerPage
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per request or query.</summary>
    public decimal? PerRequest
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per request with a low search context, on top of tokens.</summary>
    public decimal? RequestFeeLow
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per request with a medium search context.</summary>
    public decimal? RequestFeeMedium
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per request with a high search context.</summary>
    public decimal? RequestFeeHigh
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per call of the built-in web search.</summary>
    public decimal? WebSearchPerCall
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>USD per call of the built-in file search.</summary>
    public decimal? FileSearchPerCall
    {
        get;
        init => field = Amounts.NotNegative(value);
    }

    /// <summary>
    /// USD per image, or per second where <see cref="PerSecond"/> is set, by <c>quality:size</c> or <c>size</c>.
    /// </summary>
    public IReadOnlyDictionary<string, decimal> MediaPrices
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            var copy = new Dictionary<string, decimal>(StringComparer.OrdinalIgnoreCase);
            foreach (var (key, price) in value)
            {
                copy.Add(key, Amounts.NotNegative(price));
            }
            field = copy.AsReadOnly();
        }
    } = ReadOnlyDictionary<string, decimal>.Empty;

    /// <summary>What the model is for: <c>chat</c>, <c>embedding</c>, <c>image</c>, <c>rerank</c> …</summary>
    public string? Mode { get; init; }

    /// <summary>All tokens that fit, prompt and answer together.</summary>
    public long? ContextWindow { get; init; }

    /// <summary>The most tokens that one answer can have.</summary>
    public long? MaxOutputTokens { get; init; }

    /// <summary>
    /// What the model is known to support: <c>tools</c>, <c>vision</c>, <c>json_schema</c>, <c>prompt_caching</c>,
    /// <c>reasoning</c>, <c>pdf</c>, <c>audio_in</c>, <c>audio_out</c>, <c>video_in</c>, <c>web_search</c>,
    /// <c>computer_use</c>. A missing word means unknown, not no.
    /// </summary>
    public IReadOnlySet<string> Supports { get; init; } = ReadOnlySet<string>.Empty;

    /// <summary>When the vendor retires the model, as far as known.</summary>
    public DateOnly? DeprecationDate { get; init; }

    /// <summary>The first day (UTC) on which the price holds. Null: since ever.</summary>
    public DateOnly? EffectiveFrom { get; init; }

    /// <summary>The last day (UTC) on which the price holds. Null: until further notice.</summary>
    public DateOnly? EffectiveTo { get; init; }

    /// <summary>The version of the catalogue that the price is from. Null: you wrote it.</summary>
    public string? CatalogueVersion { get; init; }

    /// <summary>What the batch API takes off the input price, for instance 0.5. Null: no batch price is known.</summary>
    public decimal? BatchDiscount =>
        Batch?.InputPerMillionTokens is { } batch && InputPerMillionTokens is > 0 and var input
            ? 1 - (batch / input)
            : null;

    /// <summary>Whether the price holds at a time.</summary>
    /// <param name="at">The time of a call.</param>
    public bool IsInEffect(DateTimeOffset at)
    {
        var day = DateOnly.FromDateTime(at.UtcDateTime);
        return !(day < EffectiveFrom) && !(day > EffectiveTo);
    }
}
