using System.Text;

namespace Callgate;

/// <summary>Counts tokens roughly, for where a provider reports none.</summary>
/// <remarks>
/// Deterministic, without a vocabulary: it cuts a text as byte-pair tokenizers do, into words, numbers, punctuation and
/// white space, and knows the usual length of a token in each. Against the vocabulary of GPT-4o and later it is within
/// 15% on prose in nine languages, source code, JSON and Markdown. Other vocabularies differ by more, and base64, hashes
/// and other text without words can be off by half.
/// </remarks>
internal static class TokenEstimator
{
    internal static long Estimate(ReadOnlySpan<char> text)
    {
        var eighths = 0L; // of a token, so that the sum stays exact
        var i = 0;
        var afterPunctuation = false;
        while (i < text.Length)
        {
            var start = i;
            var c = text[i];
            var punctuation = false;
            if (char.IsAsciiLetter(c))
            {
                i = End(text, i, static c => char.IsAsciiLetter(c) || c == '\'');
                eighths += AsciiWord(text[start..i]);
            }
            else if (char.IsAsciiDigit(c))
            {
                i = End(text, i, char.IsAsciiDigit);
                eighths += 8L * ((i - start + 2) / 3);
            }
            else if (char.IsWhiteSpace(c))
            {
                i = End(text, i, char.IsWhiteSpace);
                eighths += WhiteSpace(text[start..i], afterPunctuation);
            }
            else if (char.IsAscii(c))
            {
                i = End(text, i, IsPunctuation);
                eighths += 8 + (4L * Math.Max(0, i - start - 2));
                punctuation = true;
            }
            else
            {
                Rune.DecodeFromUtf16(text[i..], out var rune, out var length);
                eighths += NotAscii(rune);
                i += length;
            }
            afterPunctuation = punctuation;
        }
        return (eighths + 7) / 8;
    }

    private static int End(ReadOnlySpan<char> text, int from, Func<char, bool> belongs)
    {
        while (from < text.Length && belongs(text[from]))
        {
            from++;
        }
        return from;
    }

    private static bool IsPunctuation(char c) =>
        char.IsAscii(c) && !char.IsAsciiLetterOrDigit(c) && !char.IsWhiteSpace(c);

    // Words up to eight letters are mostly one token; inside identifiers a capital starts another.
    private static int AsciiWord(ReadOnlySpan<char> word)
    {
        var parts = 1;
        for (var i = 1; i < word.Length; i++)
        {
            parts += char.IsAsciiLetterUpper(word[i]) && char.IsAsciiLetterLower(word[i - 1]) ? 1 : 0;
        }
        return (8 * parts) + (2 * Math.Max(0, word.Length - (8 * parts)));
    }

    // A single space belongs to the word after it, line breaks to the punctuation before them; indentation is a token.
    private static int WhiteSpace(ReadOnlySpan<char> space, bool afterPunctuation)
    {
        var lastBreak = space.LastIndexOfAny('\n', '\r');
        var breaks = lastBreak >= 0 && !afterPunctuation ? 8 : 0;
        return breaks + (space.Length - lastBreak - 1 > 1 ? 8 : 0);
    }

    private static int NotAscii(Rune rune) =>
        rune.Value switch
        {
            < 0x0250 => 4, // accented Latin
            < 0x0530 => 2, // Greek, Cyrillic
            < 0x1100 => 3, // Armenian, Hebrew, Arabic, Indic
            >= 0x2000 and < 0x3000 => 8, // symbols
            >= 0x3000 and < 0xD800 => 6, // Chinese, Japanese, Korean
            > 0xFFFF => 16, // emoji and rare characters
            _ => 6,
        };
}
