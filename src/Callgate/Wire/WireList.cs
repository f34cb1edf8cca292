namespace Callgate.Wire;

/// <summary>Lists as they come over the wire.</summary>
internal static class WireList
{
    /// <summary>The list without nulls, which no format has in its lists, and some servers send.</summary>
    public static IReadOnlyList<T>? WithoutNulls<T>(IReadOnlyList<T>? list)
        where T : class
    {
        for (var i = 0; i < list?.Count; i++)
        {
            if (list[i] is null)
            {
                return [.. list.OfType<T>()];
            }
        }

        return list;
    }
}
