namespace Callgate.Wire;

/// <summary>Cuts long values, so that printing a request or a response is always safe and short.</summary>
internal static class SafeText
{
    private const int Longest = 200;

    public static string Cut(string? text) =>
        text is null ? ""
        : text.Length <= Longest ? text
        : $"{text.AsSpan(0, Longest)}… ({text.Length} characters)";
}
