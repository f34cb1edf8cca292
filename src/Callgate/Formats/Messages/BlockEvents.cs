using System.Buffers;
using System.Text.Json;
using Callgate.Providers.Anthropic;
using Callgate.Wire;

namespace Callgate.Formats;

/// <summary>The events of a stream in Anthropic's words, as they follow each other.</summary>
internal sealed class BlockEvents(FormatContext context)
{
    private readonly EventWriter _events = new();
    private int _index;

    /// <summary>Begins the message. Most providers tell the usage at the end alone: until then it is nothing.</summary>
    public void WriteStart(IBufferWriter<byte> output, string? id, Usage? usage)
    {
        var json = Begin(output, "message_start"u8);
        json.WritePropertyName("message"u8);
        MessageBody.WriteHead(json, id, context);
        json.WriteStartArray("content"u8);
        json.WriteEndArray();
        json.WriteNull("stop_reason"u8);
        json.WriteNull("stop_sequence"u8);
        json.WritePropertyName("usage"u8);
        MessageUsage.Write(json, usage);
        json.WriteEndObject();
        End(output, json);
    }

    /// <summary>Begins a block, and writes what came while it waited.</summary>
    public void WriteStart(IBufferWriter<byte> output, OutgoingBlock block)
    {
        var input = default(JsonElement);
        var json = Begin(output, "content_block_start"u8);
        json.WriteNumber("index"u8, _index);
        json.WritePropertyName("content_block"u8);
        switch (block.Kind)
        {
            case BlockKind.Text:
                json.WriteStartObject();
                json.WriteString("type"u8, "text"u8);
                json.WriteString("text"u8, ""u8);
                json.WriteEndObject();
                break;
            case BlockKind.Thinking:
                MessageBody.WriteThinking(json, new ThinkingBlock { Type = "thinking" });
                break;
            case BlockKind.Call:
                MessageBody.WriteCallHead(
                    json,
                    block.Id ?? MessageBody.CallIdOf(context, block.CallIndex),
                    block.Name,
                    block.Extra
                );
                WriteEmptyInput(json);
                json.WriteEndObject();
                break;
            default:
                input = WriteWithoutInput(json, block.Element);
                break;
        }

        End(output, json);
        WriteWaiting(output, block, input);
    }

    /// <summary>Writes more of the open block.</summary>
    public void WriteDelta(IBufferWriter<byte> output, BlockKind kind, string text)
    {
        var (type, field) = kind switch
        {
            BlockKind.Text => ("text_delta", "text"),
            BlockKind.Thinking => ("thinking_delta", "thinking"),
            _ => ("input_json_delta", "partial_json"),
        };
        if (text.Length > 0)
        {
            var json = BeginDelta(output, type);
            json.WriteString(field, text);
            EndDelta(output, json);
        }
    }

    public void WriteSignature(IBufferWriter<byte> output, string signature)
    {
        var json = BeginDelta(output, "signature_delta");
        json.WriteString("signature"u8, signature);
        EndDelta(output, json);
    }

    public void WriteCitation(IBufferWriter<byte> output, JsonElement citation)
    {
        var json = BeginDelta(output, "citations_delta");
        json.Write("citation", citation);
        EndDelta(output, json);
    }

    /// <summary>Ends the open block.</summary>
    public void WriteStop(IBufferWriter<byte> output)
    {
        var json = Begin(output, "content_block_stop"u8);
        json.WriteNumber("index"u8, _index++);
        End(output, json);
    }

    /// <summary>Ends the message.</summary>
    public void WriteEnd(
        IBufferWriter<byte> output,
        string? finishReason,
        ExtraFields? stopFields,
        bool hasCalls,
        Usage? usage
    )
    {
        var json = Begin(output, "message_delta"u8);
        json.WriteStartObject("delta"u8);
        MessageBody.WriteStop(json, finishReason, stopFields, hasCalls);
        json.WriteEndObject();
        json.WritePropertyName("usage"u8);
        MessageUsage.Write(json, usage);
        End(output, json);
        End(output, Begin(output, "message_stop"u8));
    }

    /// <summary>A block of thinking in Anthropic's form.</summary>
    public static JsonElement ElementOf(ThinkingBlock block)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            MessageBody.WriteThinking(json, block);
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private void WriteWaiting(IBufferWriter<byte> output, OutgoingBlock block, JsonElement input)
    {
        WriteDelta(output, block.Kind, input.IsSomething() ? input.GetRawText() : block.Waiting.ToString());
        block.Waiting.Clear();
        foreach (var citation in block.WaitingCitations)
        {
            WriteCitation(output, citation);
        }

        if (block.WaitingSignature is { } signature)
        {
            WriteSignature(output, signature);
        }
    }

    /// <summary>Anthropic tells the input of its own tools in pieces too; other blocks are whole at once.</summary>
    private static JsonElement WriteWithoutInput(Utf8JsonWriter json, JsonElement block)
    {
        if (!block.TryGet("input", JsonValueKind.Object, out var input) || input.GetPropertyCount() == 0)
        {
            block.WriteTo(json);
            return default;
        }

        json.WriteStartObject();
        foreach (var property in block.EnumerateObject())
        {
            if (property.NameEquals("input"u8))
            {
                WriteEmptyInput(json);
            }
            else
            {
                property.WriteTo(json);
            }
        }

        json.WriteEndObject();
        return input;
    }

    private static void WriteEmptyInput(Utf8JsonWriter json)
    {
        json.WriteStartObject("input"u8);
        json.WriteEndObject();
    }

    private Utf8JsonWriter BeginDelta(IBufferWriter<byte> output, string type)
    {
        var json = Begin(output, "content_block_delta"u8);
        json.WriteNumber("index"u8, _index);
        json.WriteStartObject("delta"u8);
        json.WriteString("type"u8, type);
        return json;
    }

    private void EndDelta(IBufferWriter<byte> output, Utf8JsonWriter json)
    {
        json.WriteEndObject();
        End(output, json);
    }

    private Utf8JsonWriter Begin(IBufferWriter<byte> output, ReadOnlySpan<byte> type)
    {
        output.Write("event: "u8);
        output.Write(type);
        var json = _events.Begin(output, "\ndata: "u8);
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        return json;
    }

    private void End(IBufferWriter<byte> output, Utf8JsonWriter json)
    {
        json.WriteEndObject();
        _events.End(output);
    }
}
