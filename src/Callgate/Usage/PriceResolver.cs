using System.Runtime.CompilerServices;

namespace Callgate;

/// <summary>Chooses the unit prices that hold for one call.</summary>
/// <remarks>
/// First the set (batch, flex, priority, off-peak, or standard), then the long-context prices on top, then the regional
/// factor. A class without a price of its own follows the text price it belongs to.
/// </remarks>
internal static class PriceResolver
{
    // Nearly every call is billed at the list price; those unit prices are worked out once.
    private static readonly ConditionalWeakTable<ModelPrice, AppliedPrices> s_plain = [];

    internal static AppliedPrices Resolve(ModelPrice price, TokenUsage usage, PriceContext context) =>
        IsPlain(price, usage, context)
            ? s_plain.GetValue(price, static p => Choose(p, TokenUsage.None, new PriceContext { At = default }))
            : Choose(price, usage, context);

    private static bool IsPlain(ModelPrice price, TokenUsage usage, PriceContext context) =>
        context
            is {
                Tier: PriceTier.Standard,
                Regional: false,
                SearchContext: SearchContext.Low,
                Quality: null,
                Size: null
            }
        && price.OffPeak is null
        && (price.LongContext is null || !(usage.PromptTokens > price.LongContextThreshold))
        && usage is { Images: 0, Megapixels: 0, VideoSeconds: 0, AudioSeconds: 0, Characters: 0, Pages: 0 };

    private static AppliedPrices Choose(ModelPrice price, TokenUsage usage, PriceContext context)
    {
        var byTokens = price.InputPerMillionTokens is not null || price.OutputPerMillionTokens is not null;
        var units = UnitPrices(price, context);
        var counted = CountsUnits(units, usage);
        var applied = new AppliedPrices
        {
            PerRequest = RequestFee(price, context),
            PerWebSearch = price.WebSearchPerCall,
            PerFileSearch = price.FileSearchPerCall,
            CatalogueVersion = price.CatalogueVersion,
        };
        if (byTokens && (usage.TotalTokens > 0 || !counted))
        {
            applied = WithTokenPrices(applied, price, usage, context);

            // Embedding models that take images bill them beside the tokens of the text.
            return price.Mode == "embedding" ? applied with { PerImage = units.PerImage } : applied;
        }
        return applied with
        {
            PerImage = units.PerImage,
            PerMegapixel = units.PerMegapixel,
            PerSecond = units.PerSecond,
            PerMinute = units.PerMinute,
            MinimumSeconds = units.MinimumSeconds,
            PerMillionCharacters = units.PerMillionCharacters,
            PerPage = units.PerPage,
            Assumption = units.Assumption,
        };
    }

    private static AppliedPrices WithTokenPrices(
        AppliedPrices applied,
        ModelPrice price,
        TokenUsage usage,
        PriceContext context
    )
    {
        var text = new TextPrices(
            price.InputPerMillionTokens,
            price.OutputPerMillionTokens,
            price.CachedInputPerMillionTokens,
            price.CacheWrite5mPerMillionTokens,
            price.CacheWrite1hPerMillionTokens
        );
        var standard = text;
        var set = TierSet(price, context);
        var (name, assumption) = ("standard", (string?)null);
        if (set is not null)
        {
            name = context.Tier.ToString().ToLowerInvariant();
            text = text.Under(set, cachedAsInput: true);
        }
        else if (context.Tier != PriceTier.Standard)
        {
            assumption = $"no {context.Tier.ToString().ToLowerInvariant()} price is known; standard applied";
        }
        else if (price is { OffPeak: { } offPeak, PeakHoursUtc: { } peak } && !PeakHours.Covers(peak, context.At))
        {
            name = "off_peak";
            text = text.Under(offPeak, cachedAsInput: false);
        }
        if (price.LongContext is { } longContext && usage.PromptTokens > price.LongContextThreshold)
        {
            var tier = standard.Under(longContext, cachedAsInput: false);
            text = name == "standard" ? tier : text.Times(standard, tier);
            name = name == "standard" ? "long_context" : $"{name}+long_context";
        }
        if (context.Regional && price.RegionalMultiplier is { } factor)
        {
            text = text.Times(factor);
            name += "+regional";
        }
        return Spread(applied, price, text, standard) with { Set = name, Assumption = assumption };
    }

    private static AppliedPrices Spread(AppliedPrices applied, ModelPrice price, TextPrices text, TextPrices standard)
    {
        var inFactor = TextPrices.Ratio(text.Input, standard.Input);
        var outFactor = TextPrices.Ratio(text.Output, standard.Output);
        var cacheFactor = TextPrices.Ratio(text.Cached, text.Input);
        var audio = price.InputAudioPerMillionTokens * inFactor;
        var image = price.InputImagePerMillionTokens * inFactor;
        var cached = text.Cached ?? text.Input;
        return applied with
        {
            Input = text.Input,
            InputCached = cached,
            InputAudio = audio ?? text.Input,
            InputAudioCached = price.CachedInputAudioPerMillionTokens * inFactor ?? audio * cacheFactor ?? cached,
            InputImage = image ?? text.Input,
            InputImageCached = price.CachedInputImagePerMillionTokens * inFactor ?? image * cacheFactor ?? cached,
            CacheWrite5m = text.Write5m ?? text.Input,
            CacheWrite1h = text.Write1h ?? text.Write5m ?? text.Input,
            Output = text.Output,
            Reasoning = price.ReasoningPerMillionTokens * outFactor ?? text.Output,
            OutputAudio = price.OutputAudioPerMillionTokens * outFactor ?? text.Output,
            OutputImage = price.OutputImagePerMillionTokens * outFactor ?? text.Output,
            OutputVideo = price.OutputVideoPerMillionTokens * outFactor ?? text.Output,
            Citation = price.CitationPerMillionTokens * inFactor,
        };
    }

    private static PriceSet? TierSet(ModelPrice price, PriceContext context) =>
        context.Tier switch
        {
            PriceTier.Batch => price.Batch,
            PriceTier.Flex => price.Flex,
            PriceTier.Priority => price.Priority,
            _ => null,
        };

    private static decimal? RequestFee(ModelPrice price, PriceContext context)
    {
        var fee = context.SearchContext switch
        {
            SearchContext.High => price.RequestFeeHigh,
            SearchContext.Medium => price.RequestFeeMedium,
            _ => price.RequestFeeLow,
        };
        return fee is null ? price.PerRequest : fee + (price.PerRequest ?? 0);
    }

    private static AppliedPrices UnitPrices(ModelPrice price, PriceContext context)
    {
        var asked = Known(context.Quality) ?? Known(context.Size);
        var listed = asked is null ? null : Listed(price.MediaPrices, context);
        var isVideo = price.PerSecond is not null;
        return new()
        {
            PerImage = isVideo ? price.PerImage : listed ?? price.PerImage,
            PerMegapixel = price.PerMegapixel,
            PerSecond = isVideo ? listed ?? price.PerSecond : null,
            PerMinute = price.PerMinute,
            MinimumSeconds = price.MinimumSeconds,
            PerMillionCharacters = price.PerMillionCharacters,
            PerPage = price.PerPage,
            Assumption =
                asked is not null && listed is null && price.MediaPrices.Count > 0
                    ? "no price is listed for this quality and size; the default applied"
                    : null,
        };
    }

    private static decimal? Listed(IReadOnlyDictionary<string, decimal> prices, PriceContext context)
    {
        var (quality, size) = (Known(context.Quality), Known(context.Size));
        string?[] keys =
        [
            $"{quality}:{size}",
            size,
            quality is null ? $"standard:{size}" : null,
            size is null ? $"{quality}:1024x1024" : null,
        ];
        foreach (var key in keys)
        {
            if (key is not null && prices.TryGetValue(key, out var found))
            {
                return found;
            }
        }
        return null;
    }

    private static string? Known(string? value) =>
        string.IsNullOrEmpty(value) || value.Equals("auto", StringComparison.OrdinalIgnoreCase) ? null : value;

    private static bool CountsUnits(AppliedPrices units, TokenUsage usage) =>
        (units.PerImage is not null && usage.Images > 0)
        || (units.PerMegapixel is not null && usage.Megapixels > 0)
        || (units.PerSecond is not null && usage.VideoSeconds > 0)
        || (units.PerMinute is not null && usage.AudioSeconds > 0)
        || (units.PerMillionCharacters is not null && usage.Characters > 0)
        || (units.PerPage is not null && usage.Pages > 0);
}
