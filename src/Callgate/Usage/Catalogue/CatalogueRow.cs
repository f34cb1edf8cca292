using System.Collections.ObjectModel;
using System.Globalization;

namespace Callgate;

/// <summary>Parses one line of the embedded table; its head explains the columns.</summary>
internal static class CatalogueRow
{
    internal static ModelPrice Parse(string line, string version)
    {
        var columns = line.Split('\t');
        var p = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in columns[8].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            p.Add(pair[..at], pair[(at + 1)..]);
        }
        var price = new ModelPrice
        {
            CatalogueVersion = version,
            EffectiveFrom = Day(columns[1]),
            EffectiveTo = Day(columns[2]),
            Mode = columns[3],
            ContextWindow = Whole(columns[4]),
            MaxOutputTokens = Whole(columns[5]),
            Supports = Words(columns[6]),
            DeprecationDate = Day(columns[7]),
            InputPerMillionTokens = Usd(p, "in"),
            OutputPerMillionTokens = Usd(p, "out"),
            CachedInputPerMillionTokens = Usd(p, "cr"),
            CacheWrite5mPerMillionTokens = Usd(p, "w5"),
            CacheWrite1hPerMillionTokens = Usd(p, "w1"),
            InputAudioPerMillionTokens = Usd(p, "ain"),
            OutputAudioPerMillionTokens = Usd(p, "aout"),
            CachedInputAudioPerMillionTokens = Usd(p, "acr"),
            InputImagePerMillionTokens = Usd(p, "iin"),
            OutputImagePerMillionTokens = Usd(p, "iout"),
            CachedInputImagePerMillionTokens = Usd(p, "icr"),
            OutputVideoPerMillionTokens = Usd(p, "vout"),
            ReasoningPerMillionTokens = Usd(p, "rsn"),
            CitationPerMillionTokens = Usd(p, "cit"),
            Batch = Set(p, "b."),
            Flex = Set(p, "f."),
            Priority = Set(p, "p."),
            LongContextThreshold = p.Remove("over", out var over) ? Whole(over) : null,
            LongContext = Set(p, "l."),
            OffPeak = Set(p, "o."),
            PeakHoursUtc = p.Remove("peak", out var peak) ? peak : null,
            RegionalMultiplier = Usd(p, "reg"),
            PerImage = Usd(p, "img"),
            PerMegapixel = Usd(p, "mp"),
            PerSecond = Usd(p, "sec"),
            PerMinute = Usd(p, "min"),
            MinimumSeconds = Usd(p, "minsec"),
            PerMillionCharacters = Usd(p, "mchar"),
            PerPage = Usd(p, "page"),
            MediaPrices = p.Remove("media", out var media) ? Media(media) : ReadOnlyDictionary<string, decimal>.Empty,
            PerRequest = Usd(p, "req"),
            RequestFeeLow = Usd(p, "fee.l"),
            RequestFeeMedium = Usd(p, "fee.m"),
            RequestFeeHigh = Usd(p, "fee.h"),
            WebSearchPerCall = Usd(p, "web"),
            FileSearchPerCall = Usd(p, "file"),
        };
        return p.Count == 0 ? price : throw new FormatException($"Unknown price {p.Keys.First()} in: {line}");
    }

    private static PriceSet? Set(Dictionary<string, string> prices, string prefix)
    {
        var set = new PriceSet
        {
            InputPerMillionTokens = Usd(prices, prefix + "in"),
            OutputPerMillionTokens = Usd(prices, prefix + "out"),
            CachedInputPerMillionTokens = Usd(prices, prefix + "cr"),
            CacheWrite5mPerMillionTokens = Usd(prices, prefix + "w5"),
            CacheWrite1hPerMillionTokens = Usd(prices, prefix + "w1"),
        };
        return set.InputPerMillionTokens is null ? null : set;
    }

    private static decimal? Usd(Dictionary<string, string> prices, string key) =>
        prices.Remove(key, out var value) ? Number(value) : null;

    private static decimal Number(string value) =>
        decimal.Parse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);

    private static long? Whole(string value) =>
        value.Length == 0 ? null : long.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);

    // DateOnly.ParseExact would load calendars and cultures: 8 ms of the first look-up.
    private static DateOnly? Day(string value) =>
        value.Length == 0 ? null : new(Digits(value.AsSpan(0, 4)), Digits(value.AsSpan(5, 2)), Digits(value.AsSpan(8)));

    private static int Digits(ReadOnlySpan<char> value) =>
        int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);

    private static ReadOnlySet<string> Words(string value) =>
        value.Length == 0
            ? ReadOnlySet<string>.Empty
            : new(new HashSet<string>(value.Split(','), StringComparer.OrdinalIgnoreCase));

    private static Dictionary<string, decimal> Media(string value)
    {
        var prices = new Dictionary<string, decimal>();
        foreach (var pair in value.Split('|'))
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            prices.Add(pair[..at], Number(pair[(at + 1)..]));
        }
        return prices;
    }
}
