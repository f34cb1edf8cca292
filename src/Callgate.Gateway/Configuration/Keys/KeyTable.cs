using System.Collections.Frozen;

namespace Callgate.Gateway.Configuration.Keys;

/// <summary>What happens to a key.</summary>
internal enum KeyStatus
{
    /// <summary>It does what it does in LiteLLM, or what its note says.</summary>
    Supported,

    /// <summary>It does nothing, and a warning says so.</summary>
    Ignored,

    /// <summary>A deployment that has it can't be served: its calls are answered with 501.</summary>
    Unserved,

    /// <summary>It restricts something that isn't enforced: the start is refused.</summary>
    Refused,
}

/// <summary>Keys that are treated alike.</summary>
/// <param name="Status">What happens to them.</param>
/// <param name="Note">What to know or to do, in whole sentences.</param>
/// <param name="Names">The keys.</param>
internal sealed record KeyRow(KeyStatus Status, string Note, IReadOnlyList<string> Names);

/// <summary>The keys that one map of the config may have. The tables are the documentation's too.</summary>
internal sealed class KeyTable
{
    private readonly FrozenDictionary<string, KeyRow> _byName;

    /// <param name="name">The section, as messages call it.</param>
    /// <param name="rows">Its keys.</param>
    public KeyTable(string name, params IReadOnlyList<KeyRow> rows)
    {
        Name = name;
        Rows = rows;
        _byName = rows.SelectMany(r => r.Names, (row, key) => (row, key))
            .ToFrozenDictionary(e => e.key, e => e.row, StringComparer.Ordinal);
    }

    public string Name { get; }
    public IReadOnlyList<KeyRow> Rows { get; }
    public IEnumerable<string> Names => Rows.SelectMany(r => r.Names);

    /// <summary>Whether it may have keys that nobody knows.</summary>
    public bool IsOpen { get; init; }

    public KeyRow? Find(string key) => _byName.GetValueOrDefault(key);

    public static KeyRow Supported(string note, params string[] names) => new(KeyStatus.Supported, note, names);

    public static KeyRow Ignored(string note, params string[] names) => new(KeyStatus.Ignored, note, names);

    public static KeyRow Unserved(string note, params string[] names) => new(KeyStatus.Unserved, note, names);

    public static KeyRow Refused(string note, params string[] names) => new(KeyStatus.Refused, note, names);
}
