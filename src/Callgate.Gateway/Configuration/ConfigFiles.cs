using System.Security.Cryptography;
using System.Text;
using Callgate.Gateway.Configuration.Yaml;

namespace Callgate.Gateway.Configuration;

/// <summary>Reads a config file and what it includes, and makes one map of them.</summary>
internal sealed class ConfigFiles(LoadContext context)
{
    private const int MaxBytes = 4 << 20;
    private const int MaxFiles = 100;

    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<string> _files = [];

    public IReadOnlyList<string> Files => _files;

    public string Fingerprint => Convert.ToHexString(_hash.GetCurrentHash());

    /// <summary>The config as one map; null where a file can't be used.</summary>
    public MapNode? Read(string path)
    {
        _files.Add(path);
        return Read(path, new ScalarNode(path, 0, 0, "", false), "");
    }

    private MapNode? Read(string path, ConfigNode askedFor, string keyPath)
    {
        if (TextOf(path, askedFor, keyPath) is not { } text)
        {
            return null;
        }

        switch (YamlFile.Read(path, text, context))
        {
            case MapNode map:
                return WithIncluded(path, map);
            case null:
                return new MapNode(path, 1, 1, []);
            case var other:
                context.Error(other, "", $"A config is a map of sections, not {other.Kind}.");
                return null;
        }
    }

    private MapNode WithIncluded(string path, MapNode map)
    {
        foreach (var (node, at) in new ConfigMap(map, "", context).Items("include", orOne: true))
        {
            if (new ConfigMap(map, "", context).ItemText(node, at) is not { } name)
            {
                continue;
            }

            if (name.Contains("://", StringComparison.Ordinal))
            {
                context.Error(node, at, "must be a file on this machine.");
                continue;
            }

            if (name.Contains('\0', StringComparison.Ordinal))
            {
                context.Error(node, at, "is no name of a file.");
                continue;
            }

            var included = Path.Combine(Path.GetDirectoryName(path) ?? "", name);
            if (_files.Exists(f => Path.GetFullPath(f) == Path.GetFullPath(included)))
            {
                context.Error(node, at, "is read already: each file can be included once.");
            }
            else if (_files.Count == MaxFiles)
            {
                context.Error(node, at, $"is one file too many: a config has at most {MaxFiles}.");
                break;
            }
            else
            {
                _files.Add(included);
                map = Read(included, node, at) is { } more ? Joined(map, more, isTop: true) : map;
            }
        }

        return map;
    }

    /// <summary>Two maps as one: lists are joined, sections merged; else the included value holds.</summary>
    private MapNode Joined(MapNode map, MapNode more, bool isTop)
    {
        List<MapEntry> entries = [.. map.Entries.Where(e => more.Find(e.Key.Text) is null)];
        foreach (var (key, value) in more.Entries)
        {
            if (map.Find(key.Text) is not { } own || isTop && key.Text == "include")
            {
                entries.Add(new MapEntry(key, value));
            }
            else if (own is ListNode list && value is ListNode added)
            {
                var items = (IReadOnlyList<ConfigNode>)[.. list.Items, .. added.Items];
                entries.Add(new MapEntry(key, new ListNode(own.File, own.Line, own.Column, items)));
            }
            else if (isTop && own is MapNode section && value is MapNode moreOfIt)
            {
                entries.Add(new MapEntry(key, Joined(section, moreOfIt, isTop: false)));
            }
            else
            {
                context.Warn(
                    key,
                    "",
                    $"{Shown.Key(key.Text)} stands in {own.File}:{own.Line} too; what is here holds."
                );
                entries.Add(new MapEntry(key, value));
            }
        }

        return new MapNode(map.File, map.Line, map.Column, entries);
    }

    private string? TextOf(string path, ConfigNode askedFor, string keyPath)
    {
        try
        {
            var bytes = BytesOf(path);
            _hash.AppendData(s_utf8.GetBytes(path));
            _hash.AppendData(bytes);
            if (bytes.Length > MaxBytes)
            {
                context.Error(askedFor, keyPath, Says(keyPath, path, $"is larger than {MaxBytes >> 20} MiB."));
                return null;
            }

            return s_utf8.GetString(bytes.AsSpan(bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0));
        }
        catch (DecoderFallbackException)
        {
            context.Error(askedFor, keyPath, Says(keyPath, path, "is no UTF-8 text."));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            context.Error(askedFor, keyPath, Says(keyPath, path, "does not exist."));
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            context.Error(askedFor, keyPath, Says(keyPath, path, "can't be read."));
        }

        return null;
    }

    private static string Says(string keyPath, string path, string what) =>
        keyPath.Length > 0 ? $"names {Shown.Text(path, 500)}, which {what}" : $"The config {what}";

    private static byte[] BytesOf(string path)
    {
        // Shared with whoever is writing it: what is read half is read again, as the writing goes on.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[MaxBytes + 1];
        return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }
}
