using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Callgate.Gateway.Configuration.Yaml;

/// <summary>Reads the text of one file into nodes: anchors, aliases and merge keys resolved, what is wrong collected.</summary>
internal sealed class YamlFile
{
    private const int MaxDepth = 64;
    private const long MaxSize = 200_000;

    private readonly string _file;
    private readonly LoadContext _context;
    private readonly Parser _parser;
    private readonly Dictionary<string, ConfigNode> _anchors = new(StringComparer.Ordinal);

    private YamlFile(string file, string text, LoadContext context)
    {
        _file = file;
        _context = context;
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>The file's one document; null where it is empty, or can't be read at all.</summary>
    public static ConfigNode? Read(string file, string text, LoadContext context)
    {
        var yaml = new YamlFile(file, text, context);
        try
        {
            return yaml.ReadDocument();
        }
        catch (UnreadableException)
        {
            return null;
        }
        catch (YamlException exception)
        {
            // The parser's messages are fixed texts: they quote nothing from the file.
            context.Error(yaml.At(exception.Start), "", $"This is no YAML: {exception.Message}");
            return null;
        }
#pragma warning disable CA1031 // Whatever the parser trips over, it is the file that is wrong.
        catch (Exception)
#pragma warning restore CA1031
        {
            context.Error(yaml.Here, "", "This is no YAML that could be read.");
            return null;
        }
    }

    private ConfigNode? ReadDocument()
    {
        Next<StreamStart>();
        if (_parser.MoveNext() && _parser.Current is StreamEnd)
        {
            return null;
        }

        _parser.MoveNext();
        var root = ReadNode(0);
        Next<DocumentEnd>();
        if (_parser.MoveNext() && _parser.Current is DocumentStart)
        {
            throw Unreadable("A second document begins here: a config is one document.");
        }

        return root is ScalarNode { IsNull: true } ? null : root;
    }

    /// <summary>Reads the node that begins at the current event, and stops at its last one.</summary>
    private ConfigNode ReadNode(int depth)
    {
        if (depth > MaxDepth)
        {
            throw Unreadable($"This is nested more than {MaxDepth} deep.");
        }

        var start = _parser.Current!;
        if (start is AnchorAlias alias)
        {
            return _anchors.TryGetValue(alias.Value.Value, out var known)
                ? known
                : throw Unreadable("This alias has no anchor before it. Text that begins with * wants quotes.");
        }

        var at = At(start.Start);
        ConfigNode node = start switch
        {
            Scalar scalar => new ScalarNode(_file, at.Line, at.Column, scalar.Value, IsPlain(scalar)),
            SequenceStart => new ListNode(_file, at.Line, at.Column, ReadItems(depth)),
            MappingStart => new MapNode(_file, at.Line, at.Column, ReadEntries(depth)),
            _ => throw Unreadable("This is no value."),
        };
        CheckTag(start, at);
        CheckSize(node.Size);
        if (start is NodeEvent { Anchor.IsEmpty: false } anchored)
        {
            _anchors[anchored.Anchor.Value] = node;
        }

        return node;
    }

    private List<ConfigNode> ReadItems(int depth)
    {
        List<ConfigNode> items = [];
        var size = 0L;
        while (_parser.MoveNext() && _parser.Current is not SequenceEnd)
        {
            items.Add(ReadNode(depth + 1));
            CheckSize(size += items[^1].Size);
        }

        return items;
    }

    private List<MapEntry> ReadEntries(int depth)
    {
        List<MapEntry> entries = [];
        Dictionary<string, ScalarNode> seen = new(StringComparer.Ordinal);
        List<ConfigNode> merged = [];
        var size = 0L;
        while (_parser.MoveNext() && _parser.Current is not MappingEnd)
        {
            var key = ReadNode(depth + 1);
            _parser.MoveNext();
            var value = ReadNode(depth + 1);
            CheckSize(size += key.Size + value.Size);
            if (key is not ScalarNode name)
            {
                _context.Error(key, "", "A key must be text.");
            }
            else if (name is { Text: "<<", IsPlain: true })
            {
                merged.Add(value);
            }
            else if (!seen.TryAdd(name.Text, name))
            {
                _context.Error(
                    name,
                    "",
                    $"The key {Shown.Key(new MapEntry(name, value))} stands here again; it stands in line {seen[name.Text].Line} already."
                );
            }
            else
            {
                entries.Add(new MapEntry(name, value));
            }
        }

        merged.ForEach(m => Merge(m, entries, seen));
        return entries;
    }

    /// <summary>Adds what a merge key brings in, where the map doesn't say otherwise.</summary>
    private void Merge(ConfigNode from, List<MapEntry> entries, Dictionary<string, ScalarNode> seen)
    {
        switch (from)
        {
            case MapNode map:
                entries.AddRange(map.Entries.Where(e => seen.TryAdd(e.Key.Text, e.Key)));
                break;
            case ListNode list when list.Items.All(i => i is MapNode):
                foreach (var item in list.Items)
                {
                    Merge(item, entries, seen);
                }

                break;
            default:
                _context.Error(from, "", "The merge key << takes a map, or a list of maps.");
                break;
        }
    }

    private static bool IsPlain(Scalar scalar) => scalar.Style == ScalarStyle.Plain && scalar.Tag.IsEmpty;

    private void CheckTag(ParsingEvent start, ConfigNode at)
    {
        if (
            start is NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } tag }
            && tag.Value
                is not (
                    "tag:yaml.org,2002:str"
                    or "tag:yaml.org,2002:int"
                    or "tag:yaml.org,2002:float"
                    or "tag:yaml.org,2002:bool"
                    or "tag:yaml.org,2002:seq"
                    or "tag:yaml.org,2002:map"
                )
        )
        {
            _context.Error(at, "", "A tag of this kind has no meaning here: remove it.");
        }
    }

    private void CheckSize(long size)
    {
        if (size > MaxSize)
        {
            throw Unreadable($"This is too much for a config: more than {MaxSize:N0} values, aliases written out.");
        }
    }

    private void Next<T>()
        where T : ParsingEvent
    {
        if (!_parser.MoveNext() || _parser.Current is not T)
        {
            throw Unreadable("This is no YAML document.");
        }
    }

    private ScalarNode Here => At(_parser.Current?.Start ?? new Mark(0, 1, 1));

    private ScalarNode At(Mark mark) =>
        new(
            _file,
            (int)Math.Clamp(mark.Line, 1, int.MaxValue),
            (int)Math.Clamp(mark.Column, 1, int.MaxValue),
            "",
            true
        );

    private UnreadableException Unreadable(string message)
    {
        _context.Error(Here, "", message);
        return new UnreadableException();
    }

    /// <summary>Nothing can be made of the rest; it was reported.</summary>
    private sealed class UnreadableException : Exception;
}
