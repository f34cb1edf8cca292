using System.Buffers;
using System.Text.Json;

namespace Callgate.Formats.Responses;

/// <summary>Writes the events of one stream, numbered from a number on. The writer is used again and again.</summary>
internal sealed class ResponsesEvents(long number)
{
    private Utf8JsonWriter? _json;
    private IBufferWriter<byte> _output = null!;
    private long _number = number;

    /// <summary>Where the events go from now on.</summary>
    public void WriteTo(IBufferWriter<byte> output) => _output = output;

    /// <summary>Begins an event; its fields follow.</summary>
    public Utf8JsonWriter Begin(ReadOnlySpan<byte> type)
    {
        _output.Write("event: "u8);
        _output.Write(type);
        _output.Write("\ndata: "u8);
        if (_json is null)
        {
            _json = new Utf8JsonWriter(_output, ResponseObject.JsonOptions);
        }
        else
        {
            _json.Reset(_output);
        }

        _json.WriteStartObject();
        _json.WriteString("type"u8, type);
        _json.WriteNumber("sequence_number"u8, _number++);
        return _json;
    }

    /// <summary>Begins an event of an item.</summary>
    public Utf8JsonWriter Begin(ReadOnlySpan<byte> type, OutputItem item)
    {
        var json = Begin(type);
        json.WriteString("item_id"u8, item.Id);
        json.WriteNumber("output_index"u8, item.Index);
        return json;
    }

    public void End()
    {
        _json!.WriteEndObject();
        _json.Flush();
        _output.Write("\n\n"u8);
    }

    /// <summary>Says that an item came, or is done.</summary>
    public void WriteItem(ReadOnlySpan<byte> type, OutputItem item)
    {
        var json = Begin(type);
        json.WriteNumber("output_index"u8, item.Index);
        json.WritePropertyName("item"u8);
        item.Write(json);
        End();
    }
}
