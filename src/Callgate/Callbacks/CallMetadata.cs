using System.Collections.Frozen;

namespace Callgate;

internal static class CallMetadata
{
    public static IReadOnlyDictionary<string, object?> Empty { get; } = FrozenDictionary<string, object?>.Empty;

    /// <summary>Both; of two entries of one name, the added one.</summary>
    public static IReadOnlyDictionary<string, object?> With(
        IReadOnlyDictionary<string, object?> metadata,
        IReadOnlyDictionary<string, object?> added
    )
    {
        if (added.Count == 0)
        {
            return metadata;
        }

        var both = new Dictionary<string, object?>(metadata, StringComparer.Ordinal);
        foreach (var (name, value) in added)
        {
            both[name] = value;
        }

        return both;
    }
}
