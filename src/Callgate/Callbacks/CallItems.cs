using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Callgate;

/// <summary>A bag for one call, keyed by type, that passes state from hook to hook. Thread-safe.</summary>
public sealed class CallItems
{
    // Made when something is put in: most calls pass nothing along.
    private ConcurrentDictionary<Type, object>? _items;

    /// <summary>Keeps a value, replacing an earlier one of its type.</summary>
    public void Set<T>(T value)
        where T : notnull => LazyInitializer.EnsureInitialized(ref _items)[typeof(T)] = value;

    /// <summary>Gets the value of this type.</summary>
    public bool TryGet<T>([MaybeNullWhen(false)] out T value)
        where T : notnull
    {
        if (_items is { } items && items.TryGetValue(typeof(T), out var item))
        {
            value = (T)item;
            return true;
        }

        value = default;
        return false;
    }
}
