namespace Callgate.Gateway.Configuration.Keys;

/// <summary>Finds what somebody meant to write.</summary>
internal static class EditDistance
{
    private const int MaxLength = 64;

    /// <summary>The nearest of the names; null where none is near enough to be meant.</summary>
    public static string? Nearest(string written, IEnumerable<string> names)
    {
        if (written.Length > MaxLength)
        {
            return null;
        }

        var (nearest, least) = ((string?)null, Math.Min(3, 1 + written.Length / 4));
        foreach (var name in names)
        {
            var distance = Between(written, name);
            if (distance < least || distance == least && nearest is null)
            {
                (nearest, least) = (name, distance);
            }
        }

        return nearest;
    }

    /// <summary>How many letters to add, drop, change, or swap with their neighbour.</summary>
    public static int Between(string one, string other)
    {
        var rows = new int[3][];
        for (var r = 0; r < 3; r++)
        {
            rows[r] = new int[other.Length + 1];
        }

        var (before, last, current) = (rows[0], rows[1], rows[2]);
        for (var j = 0; j <= other.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= one.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var change = one[i - 1] == other[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(last[j] + 1, current[j - 1] + 1), last[j - 1] + change);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                {
                    current[j] = Math.Min(current[j], before[j - 2] + 1);
                }
            }

            (before, last, current) = (last, current, before);
        }

        return last[other.Length];
    }
}
