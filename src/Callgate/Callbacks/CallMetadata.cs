using System.Collections.Frozen;

namespace Callgate;

internal static class CallMetadata
{
    public static IReadOnlyDictionary<string, object?> Empty { get; } =
        FrozenDictionary<string, object?>.Empty;
}
