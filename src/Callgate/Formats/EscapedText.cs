using System.Globalization;

namespace Callgate.Formats;

/// <summary>
/// JSON may write a character as <c>\uXXXX</c>, and so half of one too. Whoever reads such text fails, at whatever point it is read;
/// so it is looked for once, beforehand.
/// </summary>
internal static class EscapedText
{
    private const int EscapeLength = 6;

    /// <summary>Whether each half of a surrogate pair has its other half. What is no JSON may pass: its parser will say so.</summary>
    public static bool IsUnicode(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\ud"u8) < 0 && json.IndexOf("\\uD"u8) < 0)
        {
            return true;
        }

        for (int at; (at = json.IndexOf((byte)'\\')) >= 0; )
        {
            json = json[at..];
            var unit = UnitOf(json);
            if (char.IsHighSurrogate(unit) && char.IsLowSurrogate(UnitOf(json[EscapeLength..])))
            {
                json = json[(2 * EscapeLength)..];
            }
            else if (char.IsSurrogate(unit))
            {
                return false;
            }
            else
            {
                json = json[Math.Min(2, json.Length)..];
            }
        }

        return true;
    }

    private static char UnitOf(ReadOnlySpan<byte> json) =>
        json is [(byte)'\\', (byte)'u', _, _, _, _, ..]
        && ushort.TryParse(
            json[2..EscapeLength],
            NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture,
            out var unit
        )
            ? (char)unit
            : '\0';
}
