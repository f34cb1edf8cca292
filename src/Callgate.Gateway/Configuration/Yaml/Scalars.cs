using System.Globalization;

namespace Callgate.Gateway.Configuration.Yaml;

/// <summary>The values that text stands for.</summary>
internal static class Scalars
{
    public static bool? Flag(string text) =>
        text.ToLowerInvariant() switch
        {
            "true" or "yes" or "on" => true,
            "false" or "no" or "off" => false,
            _ => null,
        };

    /// <summary>A number, as Python reads it from text; null where it is none, or none that money is counted in.</summary>
    public static decimal? Number(string text) =>
        decimal.TryParse(
            text.Replace("_", "", StringComparison.Ordinal),
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : null;
}
