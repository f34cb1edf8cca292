namespace Callgate;

/// <summary>The five text prices per million tokens on their way through sets and factors.</summary>
internal readonly record struct TextPrices(
    decimal? Input,
    decimal? Output,
    decimal? Cached,
    decimal? Write5m,
    decimal? Write1h
)
{
    /// <summary>These prices with those of a set in their place.</summary>
    /// <param name="set">The set.</param>
    /// <param name="cachedAsInput">
    /// Whether a set without a cache price has no cache discount (batch, flex, priority), or the same one.
    /// </param>
    internal TextPrices Under(PriceSet set, bool cachedAsInput)
    {
        var input = set.InputPerMillionTokens ?? Input;
        var factor = Ratio(input, Input);
        return new(
            input,
            set.OutputPerMillionTokens ?? Output,
            set.CachedInputPerMillionTokens ?? (cachedAsInput ? input : Cached * factor),
            set.CacheWrite5mPerMillionTokens ?? Write5m * factor,
            set.CacheWrite1hPerMillionTokens ?? Write1h * factor
        );
    }

    /// <summary>These prices, dearer by as much as one set is than another.</summary>
    internal TextPrices Times(TextPrices from, TextPrices to)
    {
        var (inFactor, outFactor) = (Ratio(to.Input, from.Input), Ratio(to.Output, from.Output));
        return new(Input * inFactor, Output * outFactor, Cached * inFactor, Write5m * inFactor, Write1h * inFactor);
    }

    internal TextPrices Times(decimal factor) =>
        new(Input * factor, Output * factor, Cached * factor, Write5m * factor, Write1h * factor);

    /// <summary>What to multiply a price with that belongs to <paramref name="from"/>; 1 where that can't be said.</summary>
    internal static decimal Ratio(decimal? to, decimal? from) =>
        to is null || from is null or 0 ? 1 : to.Value / from.Value;
}
