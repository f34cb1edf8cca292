using System.Buffers.Binary;
using System.Text.Json;

namespace Callgate.Formats;

/// <summary>
/// Looks for an object that names a field twice: of two readers, each could read another request, and a hook would judge what the
/// provider never sees. Small objects, which nearly all are, cost a few comparisons, and no memory.
/// </summary>
internal static class DistinctNames
{
    /// <summary>As deep as a reader goes.</summary>
    private const int MostOpen = 64;

    /// <summary>Names of all objects that are open at once.</summary>
    private const int MostNames = 128;

    /// <summary>Names of one object: each is compared with all before it.</summary>
    private const int MostCompared = 32;

    /// <summary>Passes over the value that the reader stands on.</summary>
    /// <returns>Whether its names plainly are distinct; false: it has to be parsed to know.</returns>
    public static bool Skip(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return true;
        }

        var names = new Names(stackalloc long[MostNames], stackalloc int[MostOpen + 1]);
        var depth = reader.CurrentDepth;
        var arePlain = true;
        do
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    names.Open();
                    break;
                case JsonTokenType.EndObject:
                    names.Close();
                    break;
                case JsonTokenType.PropertyName:
                    arePlain = arePlain && !reader.ValueIsEscaped && names.TryAdd(reader.ValueSpan);
                    break;
            }
        } while (reader.Read() && reader.CurrentDepth > depth);

        return arePlain;
    }

    /// <summary>The names of the objects that are open, by their hashes, a stack of stacks.</summary>
    private ref struct Names(Span<long> hashes, Span<int> starts)
    {
        private readonly Span<long> _hashes = hashes;
        private readonly Span<int> _starts = starts;
        private int _count;
        private int _open;

        public void Open() => _starts[_open++] = _count;

        public void Close() => _count = _starts[--_open];

        public bool TryAdd(ReadOnlySpan<byte> name)
        {
            var own = _hashes[_starts[_open - 1].._count];
            var hash = HashOf(name);
            if (own.Length == MostCompared || _count == MostNames || own.Contains(hash))
            {
                return false;
            }

            _hashes[_count++] = hash;
            return true;
        }

        // Short names, as most are, are their own; where longer ones meet, parsing tells.
        private static long HashOf(ReadOnlySpan<byte> name)
        {
            if (name.Length >= sizeof(long))
            {
                return BinaryPrimitives.ReadInt64LittleEndian(name)
                    + (BinaryPrimitives.ReadInt64LittleEndian(name[^sizeof(long)..]) * 31)
                    + name.Length;
            }

            long hash = 0;
            foreach (var letter in name)
            {
                hash = (hash << 8) | letter;
            }

            return hash;
        }
    }
}
