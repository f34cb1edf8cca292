using System.Collections.Concurrent;

namespace Callgate;

/// <summary>
/// What is worked out once for each name and then looked up. Names may come from anybody: what is remembered of them is bounded,
/// and beyond that worked out each time.
/// </summary>
internal sealed class NameTable<T>(Func<string, T> make)
{
    private const int MaxKnown = 1000;

    private readonly ConcurrentDictionary<string, T> _known = new(StringComparer.Ordinal);
    private int _count;

    public T this[string name] => _known.TryGetValue(name, out var known) ? known : Make(name);

    private T Make(string name)
    {
        var made = make(name);
        // Counted apart: the dictionary's own count takes all of its locks.
        if (Volatile.Read(ref _count) < MaxKnown && name.Length <= 256 && _known.TryAdd(name, made))
        {
            Interlocked.Increment(ref _count);
        }

        return made;
    }
}
