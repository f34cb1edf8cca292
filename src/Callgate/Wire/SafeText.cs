namespace Callgate.Wire;

/// <summary>Cuts long values, so that printing a request or a response is always safe and short.</summary>
internal static class SafeText
{
    private const int Longest = 200;

    /// <summary>The text as part of one line of a message: cut, and without control characters, which could forge further lines.</summary>
    public static string Line(string? text)
    {
        var cut = Cut(text);
        return cut.Any(char.IsControl) ? string.Concat(cut.Select(c => char.IsControl(c) ? ' ' : c)) : cut;
    }

    public static string Cut(string? text) =>
        text is null ? ""
        : text.Length <= Longest ? text
        // Half of a character is left out.
        : $"{text.AsSpan(0, char.IsHighSurrogate(text[Longest - 1]) ? Longest - 1 : Longest)}… ({text.Length} characters)";
}
