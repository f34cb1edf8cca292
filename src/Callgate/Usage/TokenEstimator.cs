using System.Text;

namespace Callgate;

/// <summary>Counts tokens roughly, for where a provider reports none.</summary>
/// <remarks>
/// Deterministic, without a vocabulary: it cuts a text as byte-pair tokenizers do, into words, numbers, punctuation and
/// white space, and knows the usual length of a token in each.
/// </remarks>
internal static class TokenEstimator
{
    internal static long Estimate(ReadOnlySpan<char> text)
    {
        var quarters = 0L; // of a token, so that the sum stays exact
        var i = 0;
        while (i < text.Length)
        {
            var start = i;
            var c = text[i];
            if (char.IsAsciiLetter(c))
            {
                i = End(text, i, static c => char.IsAsciiLetter(c) || c == '\'');
                quarters += AsciiWord(text[start..i]);
            }
            else if (char.IsAsciiDigit(c))
            {
                i = End(text, i, char.IsAsciiDigit);
                quarters += 4 * ((i - start + 2) / 3);
            }
            else if (char.IsWhiteSpace(c))
            {
                i = End(text, i, char.IsWhiteSpace);
                quarters += WhiteSpace(text[start..i], atEnd: i == text.Length);
            }
            else if (char.IsAscii(c))
            {
                i = End(
                    text,
                    i,
                    static c =>
                        char.IsAscii(c) && !char.IsAsciiLetterOrDigit(c) && !char.IsWhiteSpace(c)
                );
                quarters += 4 + (2 * (i - start - 1));
            }
            else
            {
                Rune.DecodeFromUtf16(text[i..], out var rune, out var length);
                quarters += NotAscii(rune);
                i += length;
            }
        }
        return (quarters + 3) / 4;
    }

    private static int End(ReadOnlySpan<char> text, int from, Func<char, bool> belongs)
    {
        while (from < text.Length && belongs(text[from]))
        {
            from++;
        }
        return from;
    }

    // Words up to eight letters are mostly one token; inside identifiers a capital starts another.
    private static int AsciiWord(ReadOnlySpan<char> word)
    {
        var parts = 1;
        for (var i = 1; i < word.Length; i++)
        {
            parts +=
                char.IsAsciiLetterUpper(word[i]) && char.IsAsciiLetterLower(word[i - 1]) ? 1 : 0;
        }
        var beyond = Math.Max(0, word.Length - (8 * parts));
        return (4 * parts) + beyond;
    }

    // A single space belongs to the word that follows it; line breaks and indentation are tokens.
    private static int WhiteSpace(ReadOnlySpan<char> space, bool atEnd)
    {
        if (space.Length == 1 && space[0] == ' ' && !atEnd)
        {
            return 0;
        }
        var breaks = space.ContainsAny('\n', '\r');
        return breaks && space[^1] is not ('\n' or '\r') ? 6 : 4;
    }

    private static int NotAscii(Rune rune) =>
        rune.Value switch
        {
            >= 0x3040 and <= 0x30FF => 3, // kana
            >= 0x3400 and <= 0x9FFF => 3, // Han
            >= 0xAC00 and <= 0xD7AF => 3, // hangul
            > 0xFFFF => 8, // emoji and rare Han
            _ when Rune.IsLetter(rune) => 2, // accented Latin, Cyrillic, Greek, Arabic, Indic …
            _ => 4,
        };
}
