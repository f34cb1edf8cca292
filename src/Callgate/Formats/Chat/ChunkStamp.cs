using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats;

/// <summary>
/// Shows a chunk's model by the name that the client knows, and adds what a chunk of somebody's own making lacks; every other byte goes
/// on as it came. The chunks of a stream begin alike, so that after the first one a comparison finds the place.
/// </summary>
internal sealed class ChunkStamp(FormatContext context)
{
    private readonly byte[] _model = JsonSerializer.SerializeToUtf8Bytes(context.Model, WireJson.Relaxed.String);
    private byte[] _head = [];
    private byte[] _shownHead = [];

    /// <summary>The id of an answer that came without one.</summary>
    public static string IdOf(FormatContext context) => $"chatcmpl-{context.CallId}";

    public void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> chunk)
    {
        // Of two fields of one name the last one holds. Within a text its quotes would be escaped.
        if (_head.Length > 0 && chunk.StartsWith(_head) && chunk[_head.Length..].IndexOf("\"model\""u8) < 0)
        {
            output.Write(_shownHead);
            EventWriter.WriteLine(output, chunk[_head.Length..]);
        }
        else
        {
            WriteScanned(output, chunk);
        }
    }

    private void WriteScanned(IBufferWriter<byte> output, ReadOnlySpan<byte> chunk)
    {
        var fields = Scan(chunk);
        if (fields.Start == 0)
        {
            // No object, which nobody can stamp.
            EventWriter.WriteLine(output, chunk);
            return;
        }

        output.Write("{"u8);
        output.Write(Encoding.UTF8.GetBytes(Missing(fields)));
        var at = fields.Start;
        foreach (var (start, end) in fields.Models)
        {
            EventWriter.WriteLine(output, chunk[at..start]);
            output.Write(_model);
            at = end;
        }

        EventWriter.WriteLine(output, chunk[at..]);
        if (fields is { Models: [var only], IsHeadWhole: true })
        {
            _head = chunk[..only.End].ToArray();
            var shown = new ArrayBufferWriter<byte>(_head.Length + _model.Length);
            EventWriter.WriteLine(shown, _head.AsSpan(0, only.Start));
            shown.Write(_model);
            _shownHead = shown.WrittenSpan.ToArray();
        }
    }

    private static Fields Scan(ReadOnlySpan<byte> chunk)
    {
        var reader = new Utf8JsonReader(chunk);
        var fields = new Fields();
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return fields;
        }

        fields.Start = (int)reader.BytesConsumed;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            fields.IsEmpty = false;
            if (reader.ValueTextEquals("model"u8))
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                fields.Models.Add((start, (int)reader.BytesConsumed));
                fields.IsHeadWhole = fields is { HasId: true, HasObject: true, HasCreated: true };
                continue;
            }

            fields.HasId |= reader.ValueTextEquals("id"u8);
            fields.HasObject |= reader.ValueTextEquals("object"u8);
            fields.HasCreated |= reader.ValueTextEquals("created"u8);
            reader.Skip();
        }

        return fields;
    }

    private string Missing(Fields fields)
    {
        var missing = new StringBuilder();
        if (!fields.HasId)
        {
            missing.Append("\"id\":").Append(WireJson.ElementOf(IdOf(context)).GetRawText()).Append(',');
        }

        if (!fields.HasObject)
        {
            missing.Append("\"object\":\"chat.completion.chunk\",");
        }

        if (!fields.HasCreated)
        {
            missing.Append(CultureInfo.InvariantCulture, $"\"created\":{context.Created},");
        }

        if (fields.Models.Count == 0)
        {
            missing.Append("\"model\":").Append(Encoding.UTF8.GetString(_model)).Append(',');
        }

        if (fields.IsEmpty)
        {
            missing.Length--;
        }

        return missing.ToString();
    }

    /// <summary>What is where in a chunk.</summary>
    private sealed class Fields
    {
        /// <summary>Where its first field begins; 0 where it is no object.</summary>
        public int Start { get; set; }
        public bool IsEmpty { get; set; } = true;
        public bool HasId { get; set; }
        public bool HasObject { get; set; }
        public bool HasCreated { get; set; }

        /// <summary>Where the values of the model stand.</summary>
        public List<(int Start, int End)> Models { get; } = [];

        /// <summary>Whether nothing is missing up to the model.</summary>
        public bool IsHeadWhole { get; set; }
    }
}
