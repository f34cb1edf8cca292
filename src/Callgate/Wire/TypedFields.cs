using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace Callgate.Wire;

/// <summary>
/// The names of the fields that a wire type has properties for. An extra field of such a name would be written beside its property:
/// of two fields of one name, hooks would judge the one, and the provider take the other.
/// </summary>
internal static class TypedFields
{
    private static readonly ConcurrentDictionary<Type, FrozenSet<string>> s_names = new();

    /// <summary>The fields without those that the type has properties for.</summary>
    public static ExtraFields? Without(ExtraFields? fields, Type type)
    {
        if (fields is null)
        {
            return null;
        }

        var names = s_names.GetOrAdd(type, static t => NamesOf(t));
        if (!fields.Keys.Any(names.Contains))
        {
            return fields;
        }

        var rest = new ExtraFields();
        foreach (var (name, value) in fields.Where(f => !names.Contains(f.Key)))
        {
            rest.Set(name, value);
        }

        return rest.Count == 0 ? null : rest;
    }

    private static FrozenSet<string> NamesOf(Type type) =>
        (WireJson.Default.GetTypeInfo(type)?.Properties ?? [])
            .Where(p => p is { IsExtensionData: false, Get: not null })
            .Select(p => p.Name)
            .ToFrozenSet(StringComparer.Ordinal);
}
