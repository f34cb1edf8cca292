using System.Globalization;

namespace Callgate.Gateway.Keys;

/// <summary>
/// How long a key lives, in LiteLLM's words: a whole number with <c>s</c>, <c>m</c> (or <c>min</c>), <c>h</c>,
/// <c>d</c>, <c>w</c> or <c>mo</c> (calendar months); <c>-1</c> means for ever.
/// </summary>
internal static class KeyDuration
{
    public const string Forever = "-1";

    /// <summary>When a key expires; false where the text is no duration, or goes beyond the year 9999.</summary>
    /// <param name="text">The duration.</param>
    /// <param name="now">When it begins.</param>
    /// <param name="expires">Its end; null means never.</param>
    public static bool TryAdd(string text, DateTimeOffset now, out DateTimeOffset? expires)
    {
        expires = null;
        if (text == Forever)
        {
            return true;
        }

        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (
            digits <= 0
            || !int.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count == 0
        )
        {
            return false;
        }

        try
        {
            expires = text.AsSpan(digits) switch
            {
                "s" => now.AddSeconds(count),
                "m" or "min" => now.AddMinutes(count),
                "h" => now.AddHours(count),
                "d" => now.AddDays(count),
                "w" => now.AddDays(7.0 * count),
                "mo" => now.AddMonths(count),
                _ => null,
            };
            return expires is not null;
        }
        catch (ArgumentOutOfRangeException)
        {
            return false;
        }
    }
}
