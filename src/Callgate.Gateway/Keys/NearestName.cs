namespace Callgate.Gateway.Keys;

/// <summary>Guesses what a mistyped name was to be.</summary>
internal static class NearestName
{
    /// <summary>The nearest of some names; null where none is near.</summary>
    public static string? Of(string name, IEnumerable<string> known)
    {
        // Longer names than any of ours aren't worth the comparing.
        if (name.Length > 64)
        {
            return null;
        }

        var (nearest, distance) = known.Select(k => (k, Distance(name, k))).MinBy(k => k.Item2);
        return distance <= Math.Max(2, name.Length / 3) ? nearest : null;
    }

    /// <summary>How many letters to insert, delete or change.</summary>
    private static int Distance(string a, string b)
    {
        var last = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = last[0]++;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = diagonal + (char.ToLowerInvariant(a[i - 1]) == b[j - 1] ? 0 : 1);
                diagonal = last[j];
                last[j] = Math.Min(change, Math.Min(last[j], last[j - 1]) + 1);
            }
        }

        return last[b.Length];
    }
}
