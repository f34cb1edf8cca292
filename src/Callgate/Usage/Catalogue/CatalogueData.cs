using System.Text;

namespace Callgate;

/// <summary>The embedded table: an index of its lines, searched in place; a row is parsed when it is first asked for.</summary>
internal sealed class CatalogueData
{
    private const string Resource = "Callgate.prices.tsv";
    private const int LongestKey = 256;

    private readonly byte[] _bytes;
    private readonly List<int> _lines = new(2048);

    // By line; a row that two threads parse at once is parsed twice to equal values, and one of them stays.
    private readonly ModelPrice?[] _parsed;

    private CatalogueData(byte[] bytes)
    {
        _bytes = bytes;
        Version = "unknown";
        for (var start = 0; start < bytes.Length; )
        {
            var length = bytes.AsSpan(start).IndexOf((byte)'\n');
            length = length < 0 ? bytes.Length - start : length;
            var line = bytes.AsSpan(start, length);
            if (line.StartsWith("# version "u8))
            {
                Version = Encoding.UTF8.GetString(line["# version ".Length..].TrimEnd((byte)'\r'));
            }
            else if (length > 0 && line[0] != '#')
            {
                _lines.Add(start);
            }
            start += length + 1;
        }
        _parsed = new ModelPrice?[_lines.Count];
    }

    internal string Version { get; }

    internal int Count => _lines.Count;

    internal static CatalogueData Load()
    {
        using var stream =
            typeof(CatalogueData).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return new(bytes);
    }

    internal ModelPrice? Find(string key, DateTimeOffset at)
    {
        Span<byte> buffer = stackalloc byte[LongestKey];
        if (!Encoding.UTF8.TryGetBytes(key, buffer, out var length))
        {
            return null;
        }
        var wanted = buffer[..length];
        for (var i = FirstNotBelow(wanted); i < Count && Compare(KeyOf(i), wanted) == 0; i++)
        {
            var price = PriceOf(i);
            if (price.IsInEffect(at))
            {
                return price;
            }
        }
        return null;
    }

    internal CatalogueEntry EntryOf(int line)
    {
        var key = Encoding.UTF8.GetString(KeyOf(line));
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return new(key[..slash], key[(slash + 1)..], PriceOf(line));
    }

    private ModelPrice PriceOf(int line) => Volatile.Read(ref _parsed[line]) is { } known ? known : Parse(line);

    private ModelPrice Parse(int line)
    {
        var text = Encoding.UTF8.GetString(LineOf(line)).TrimEnd('\r');
        var price = CatalogueRow.Parse(text, Version);
        Volatile.Write(ref _parsed[line], price);
        return price;
    }

    private int FirstNotBelow(ReadOnlySpan<byte> wanted)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Compare(KeyOf(middle), wanted) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }
        return low;
    }

    private static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var common = Math.Min(left.Length, right.Length);
        for (var i = 0; i < common; i++)
        {
            var difference = Lower(left[i]) - Lower(right[i]);
            if (difference != 0)
            {
                return difference;
            }
        }
        return left.Length - right.Length;
    }

    private static int Lower(byte value) => value is >= (byte)'A' and <= (byte)'Z' ? value | 0x20 : value;

    private ReadOnlySpan<byte> KeyOf(int line)
    {
        var text = LineOf(line);
        return text[..text.IndexOf((byte)'\t')];
    }

    private ReadOnlySpan<byte> LineOf(int line)
    {
        var rest = _bytes.AsSpan(_lines[line]);
        var end = rest.IndexOf((byte)'\n');
        return end < 0 ? rest : rest[..end];
    }
}
