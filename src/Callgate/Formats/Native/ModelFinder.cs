using System.Text.Json;

namespace Callgate.Formats.Native;

/// <summary>Finds the model in the events of a stream: by parsing the first, and by its very bytes in those that follow.</summary>
internal sealed class ModelFinder(string? parent = null)
{
    private byte[]? _known;
    private int _valueAt;

    public Range Find(ReadOnlySpan<byte> data)
    {
        if (_known is { } known && data.IndexOf(known) is >= 0 and var at)
        {
            return (at + _valueAt)..(at + known.Length);
        }

        if (data.IndexOf("\"model\""u8) < 0)
        {
            return default;
        }

        var found = Parse(data, out var nameAt);
        if (found.End.Value > 0)
        {
            _known = data[nameAt..found.End.Value].ToArray();
            _valueAt = found.Start.Value - nameAt;
        }

        return found;
    }

    private Range Parse(ReadOnlySpan<byte> data, out int nameAt)
    {
        nameAt = 0;
        var reader = new Utf8JsonReader(data);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return default;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (parent is not null && reader.CurrentDepth == 1 && reader.ValueTextEquals(parent))
            {
                // Its fields are looked through like the others.
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    continue;
                }
            }
            else if (reader.CurrentDepth == (parent is null ? 1 : 2) && reader.ValueTextEquals("model"u8))
            {
                nameAt = (int)reader.TokenStartIndex;
                reader.Read();
                return reader.TokenType == JsonTokenType.String
                    ? (int)reader.TokenStartIndex..(int)reader.BytesConsumed
                    : default;
            }

            reader.Skip();
        }

        return default;
    }
}
