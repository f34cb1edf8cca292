namespace Callgate;

/// <summary>
/// Finds the hook that a method's name means: in any casing, with or without Async, in LiteLLM's spelling, or mistyped.
/// The analyzers compile this file too, so that they and the registration say the same.
/// </summary>
internal static class HookNames
{
    /// <summary>The shortest hook has eleven letters: two wrong ones still leave no doubt.</summary>
    private const int MaxDistance = 2;

    /// <summary>The nearest hook; null where none is near.</summary>
    /// <param name="name">The method's name.</param>
    /// <param name="returnsTask">Whether it returns a task of some kind.</param>
    /// <param name="hooks">The hooks' names.</param>
    /// <param name="distance">How many letters differ.</param>
    public static string? Nearest(string name, bool returnsTask, IEnumerable<string> hooks, out int distance)
    {
        var plain = Plain(name);
        var isAsync = returnsTask || plain.Length != name.Replace("_", "").Length;
        string? nearest = null;
        var best = int.MaxValue;
        foreach (var hook in hooks)
        {
            var plainHook = Plain(hook);
            var d = Distance(plain, plainHook);
            // Of a pair, the one of the same kind: LiteLLM's async_log_success_event is LogSuccessEventAsync.
            var rank = (2 * d) + (isAsync == (plainHook.Length != hook.Length) ? 0 : 1);
            if (d <= MaxDistance && rank < best)
            {
                best = rank;
                nearest = hook;
            }
        }

        distance = best / 2;
        return nearest;
    }

    /// <summary>Whether two hooks are the sync and the async one of a pair, or the same.</summary>
    public static bool ArePair(string hook, string other) => Plain(hook) == Plain(other);

    /// <summary>
    /// Whether a method beside hooks that are overridden is a helper and no mistaken hook:
    /// <c>LogSuccessEvent(call)</c> beside the override of <c>LogSuccessEvent</c>, or a private one beside <c>LogSuccessEventAsync</c>.
    /// </summary>
    public static bool IsHelper(string nearest, int distance, bool isPublic, IEnumerable<string> overridden) =>
        overridden.Any(o => distance == 0 && isPublic ? o == nearest : ArePair(o, nearest));

    private static string Plain(string name)
    {
        const string Async = "ASYNC";
        var plain = name.Replace("_", "").ToUpperInvariant();
        if (plain.StartsWith(Async, StringComparison.Ordinal))
        {
            plain = plain.Substring(Async.Length);
        }

        return plain.EndsWith(Async, StringComparison.Ordinal)
            ? plain.Substring(0, plain.Length - Async.Length)
            : plain;
    }

    /// <summary>Letters to insert, delete, change, or swap with their neighbour; beyond the bound, some number above it.</summary>
    private static int Distance(string a, string b)
    {
        if (a == b)
        {
            return 0;
        }

        if (Math.Abs(a.Length - b.Length) > MaxDistance)
        {
            return MaxDistance + 1;
        }

        var beforeLast = new int[b.Length + 1];
        var last = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(change, Math.Min(last[j], current[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    current[j] = Math.Min(current[j], beforeLast[j - 2] + 1);
                }
            }

            (beforeLast, last, current) = (last, current, beforeLast);
        }

        return last[b.Length];
    }
}
