namespace Callgate.Routing;

/// <summary>A model name with stars, such as <c>openai/*</c>: each star stands for any text, the empty one too.</summary>
internal sealed class WildcardPattern
{
    private readonly string[] _literals;

    public WildcardPattern(string text)
    {
        Text = text;
        _literals = text.Split('*');
    }

    public string Text { get; }

    public static bool IsPattern(string name) => name.Contains('*', StringComparison.Ordinal);

    /// <summary>Orders the one that says most about a name first; of equal ones, that with fewer stars.</summary>
    public static int MostSpecificFirst(WildcardPattern one, WildcardPattern other)
    {
        var byLiterals = LiteralLength(other).CompareTo(LiteralLength(one));
        return byLiterals != 0 ? byLiterals : one._literals.Length.CompareTo(other._literals.Length);
    }

    private static int LiteralLength(WildcardPattern pattern) => pattern.Text.Length - pattern._literals.Length + 1;

    /// <summary>Whether a name is one of those.</summary>
    public bool IsMatch(ReadOnlySpan<char> name)
    {
        var (first, last) = (_literals[0], _literals[^1]);
        if (name.Length < first.Length + last.Length || !name.StartsWith(first) || !name.EndsWith(last))
        {
            return false;
        }

        // Each piece at its first place after the one before.
        var rest = name[first.Length..^last.Length];
        for (var i = 1; i < _literals.Length - 1; i++)
        {
            var at = rest.IndexOf(_literals[i]);
            if (at < 0)
            {
                return false;
            }

            rest = rest[(at + _literals[i].Length)..];
        }

        return true;
    }

    /// <summary>What the stars stand for in a name, each as long as can be; null where the name doesn't match.</summary>
    public string[]? Match(string name)
    {
        var (first, last) = (_literals[0], _literals[^1]);
        if (
            name.Length < first.Length + last.Length
            || !name.StartsWith(first, StringComparison.Ordinal)
            || !name.EndsWith(last, StringComparison.Ordinal)
        )
        {
            return null;
        }

        var found = new string[_literals.Length - 1];
        var end = name.Length - last.Length;
        for (var i = _literals.Length - 2; i >= 1; i--)
        {
            var at = name.AsSpan(first.Length, end - first.Length).LastIndexOf(_literals[i], StringComparison.Ordinal);
            if (at < 0)
            {
                return null;
            }

            at += first.Length;
            found[i] = name[(at + _literals[i].Length)..end];
            end = at;
        }

        found[0] = name[first.Length..end];
        return found;
    }

    /// <summary>A model with what was found in its stars' places; where it has too few of them, the name itself.</summary>
    public static string Fill(string model, string[] found, string name)
    {
        if (!IsPattern(model))
        {
            return model;
        }

        var literals = model.Split('*');
        if (literals.Length - 1 < found.Length)
        {
            return name;
        }

        return string.Concat(literals.Select((literal, i) => i < found.Length ? literal + found[i] : literal));
    }
}
