using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Callgate;

/// <summary>A bag for one call, keyed by type, that passes state from hook to hook. Thread-safe.</summary>
public sealed class CallItems
{
    private readonly ConcurrentDictionary<Type, object> _items = new();

    /// <summary>Keeps a value, replacing an earlier one of its type.</summary>
    public void Set<T>(T value)
        where T : notnull => _items[typeof(T)] = value;

    /// <summary>Gets the value of this type.</summary>
    public bool TryGet<T>([MaybeNullWhen(false)] out T value)
        where T : notnull
    {
        if (_items.TryGetValue(typeof(T), out var item))
        {
            value = (T)item;
            return true;
        }

        value = default;
        return false;
    }
}
