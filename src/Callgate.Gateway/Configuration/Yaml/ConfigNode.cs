namespace Callgate.Gateway.Configuration.Yaml;

/// <summary>A value in a config file, with its place. Immutable once read; an alias is the same node again.</summary>
internal abstract class ConfigNode(string file, int line, int column)
{
    public string File => file;
    public int Line => line;
    public int Column => column;

    /// <summary>How much this is with all aliases written out: what it costs to look at all of it.</summary>
    public abstract long Size { get; }

    /// <summary>In the words of a message: a map, a list, text.</summary>
    public abstract string Kind { get; }
}

/// <summary>Text, a number, true or false, or nothing.</summary>
internal sealed class ScalarNode(string file, int line, int column, string text, bool isPlain)
    : ConfigNode(file, line, column)
{
    public string Text => text;

    /// <summary>Without quotes or a tag: its type shows in how it is written.</summary>
    public bool IsPlain => isPlain;

    public bool IsNull => isPlain && text is "" or "~" or "null" or "Null" or "NULL";
    public override long Size => 1 + text.Length / 64;
    public override string Kind => "text";
}

/// <summary>A list.</summary>
internal sealed class ListNode(string file, int line, int column, IReadOnlyList<ConfigNode> items)
    : ConfigNode(file, line, column)
{
    public IReadOnlyList<ConfigNode> Items => items;
    public override long Size { get; } = items.Aggregate(1L, (sum, item) => sum + item.Size);
    public override string Kind => "a list";
}

/// <summary>A map, in the order of the file; each key once.</summary>
internal sealed class MapNode(string file, int line, int column, IReadOnlyList<MapEntry> entries)
    : ConfigNode(file, line, column)
{
    private readonly Dictionary<string, ConfigNode> _byKey = entries.ToDictionary(
        e => e.Key.Text,
        e => e.Value,
        StringComparer.Ordinal
    );

    public IReadOnlyList<MapEntry> Entries => entries;
    public override long Size { get; } = entries.Aggregate(1L, (sum, e) => sum + e.Key.Size + e.Value.Size);
    public override string Kind => "a map";

    public ConfigNode? Find(string key) => _byKey.GetValueOrDefault(key);
}

/// <summary>A key with its value.</summary>
internal readonly record struct MapEntry(ScalarNode Key, ConfigNode Value);
