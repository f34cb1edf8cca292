using System.Text;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Providers.Anthropic;

/// <summary>Translates the events of a Messages API stream. Source: Anthropic's page on streaming.</summary>
internal sealed class AnthropicChunkTranslator(ChatRequest request, long created) : ChunkTranslator
{
    private readonly bool _mayBeJsonTool = AnthropicFormat.MayBeTool(request);
    private readonly AnthropicUsage _usage = new();
    private readonly Dictionary<int, Block> _blocks = [];
    private ChatChunkBody _template = new() { Object = "chat.completion.chunk", Created = created };
    private byte[]? _textHead;
    private int _calls;

    /// <inheritdoc />
    public override Usage? PartialUsage => _usage.ToUsage();

    /// <inheritdoc />
    public override void Translate(
        ReadOnlySpan<byte> eventType,
        ReadOnlySpan<byte> data,
        Queue<ChatChunk> output
    )
    {
        try
        {
            if (eventType.SequenceEqual("content_block_delta"u8))
            {
                TranslateDelta(data, output);
            }
            else if (
                eventType.SequenceEqual("message_start"u8)
                || eventType.SequenceEqual("content_block_start"u8)
                || eventType.SequenceEqual("content_block_stop"u8)
                || eventType.SequenceEqual("message_delta"u8)
                || eventType.SequenceEqual("message_stop"u8)
                || eventType.SequenceEqual("error"u8)
                // Some compatible servers leave the event's name out.
                || eventType.IsEmpty
                || eventType.SequenceEqual("message"u8)
            )
            {
                TranslateEvent(data, output);
            }
        }
        catch (InvalidOperationException e)
        {
            // Well-formed, but a value is not of the kind that it should be, or not UTF-8.
            throw new JsonException("The event is not what Anthropic documents.", e);
        }
    }

    private void TranslateEvent(ReadOnlySpan<byte> data, Queue<ChatChunk> output)
    {
        var reader = new Utf8JsonReader(data);
        var root = JsonElement.ParseValue(ref reader);
        switch (root.StringOf("type"))
        {
            case "message_start":
                Start(root.GetPropertyOrThrow("message"), output);
                break;
            case "content_block_start":
                StartBlock(IndexOf(root), root.GetPropertyOrThrow("content_block"), output);
                break;
            case "content_block_delta":
                TranslateDelta(data, output);
                break;
            case "content_block_stop":
                StopBlock(IndexOf(root), output);
                break;
            case "message_delta":
                End(root, output);
                break;
            case "message_stop":
                IsDone = true;
                break;
            case "error":
                throw AnthropicErrors.ReadInAnswer(data, _template.Model ?? request.Model);
        }
    }

    private void Start(JsonElement message, Queue<ChatChunk> output)
    {
        if (message.TryGetProperty("usage", out var usage))
        {
            _usage.Add(usage);
        }

        _template = _template with
        {
            Id = message.StringOf("id"),
            Model = message.StringOf("model"),
        };
        _textHead = null;
        Emit(output, new ChunkDelta { Role = "assistant", Content = "" });
    }

    private void StartBlock(int index, JsonElement element, Queue<ChatChunk> output)
    {
        switch (element.StringOf("type"))
        {
            case "text":
                if (element.StringOf("text") is { Length: > 0 } text)
                {
                    Emit(output, new ChunkDelta { Content = text });
                }

                break;
            case "thinking":
                if (element.StringOf("thinking") is { Length: > 0 } thinking)
                {
                    EmitThinking(output, thinking);
                }

                if (element.StringOf("signature") is { Length: > 0 } signature)
                {
                    EmitSignature(output, signature);
                }

                break;
            case "redacted_thinking":
                var redacted = new ThinkingBlock
                {
                    Type = "redacted_thinking",
                    Data = element.StringOf("data"),
                };
                Emit(output, new ChunkDelta { ThinkingBlocks = [redacted] });
                break;
            case "tool_use"
                when _mayBeJsonTool && element.StringOf("name") == AnthropicFormat.ToolName:
                _blocks[index] = new Block { IsJsonTool = true, Element = element };
                break;
            case "tool_use":
                var block = new Block { CallIndex = _calls++, Element = element };
                _blocks[index] = block;
                Emit(
                    output,
                    new ChunkDelta
                    {
                        ToolCalls = [AnthropicResponse.Call(element, block.CallIndex, "")],
                    }
                );
                break;
            default:
                _blocks[index] = new Block { IsOther = true, Element = element };
                break;
        }
    }

    /// <summary>
    /// A delta carries one text, whatever its kind. Text of the answer, which makes up nearly all of a stream, is copied as it
    /// stands, escapes and all.
    /// </summary>
    private void TranslateDelta(ReadOnlySpan<byte> data, Queue<ChatChunk> output)
    {
        var reader = new Utf8JsonReader(data);
        var index = 0;
        var kind = DeltaKind.Unknown;
        string? text = null;
        ReadOnlySpan<byte> raw = default;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("The event is not an object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("index"u8))
            {
                reader.Read();
                index = reader.GetInt32();
            }
            else if (reader.ValueTextEquals("delta"u8))
            {
                ReadDelta(ref reader, data, ref kind, ref text, ref raw);
            }
            else
            {
                reader.Skip();
            }
        }

        reader.Read(); // whatever follows the object makes it invalid
        switch (kind)
        {
            case DeltaKind.Text:
                EmitText(output, text, raw);
                break;
            case DeltaKind.InputJson:
                AddInput(index, text, raw, output);
                break;
            case DeltaKind.Thinking when text is { Length: > 0 }:
                EmitThinking(output, text);
                break;
            case DeltaKind.Signature when text is { Length: > 0 }:
                EmitSignature(output, text);
                break;
            case DeltaKind.Citations:
                EmitCitation(data, output);
                break;
        }
    }

    private static void ReadDelta(
        ref Utf8JsonReader reader,
        ReadOnlySpan<byte> data,
        ref DeltaKind kind,
        ref string? text,
        ref ReadOnlySpan<byte> raw
    )
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("The delta is not an object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                kind =
                    reader.ValueTextEquals("text_delta"u8) ? DeltaKind.Text
                    : reader.ValueTextEquals("input_json_delta"u8) ? DeltaKind.InputJson
                    : reader.ValueTextEquals("thinking_delta"u8) ? DeltaKind.Thinking
                    : reader.ValueTextEquals("signature_delta"u8) ? DeltaKind.Signature
                    : reader.ValueTextEquals("citations_delta"u8) ? DeltaKind.Citations
                    : DeltaKind.Unknown;
            }
            else if (
                reader.ValueTextEquals("text"u8)
                || reader.ValueTextEquals("partial_json"u8)
                || reader.ValueTextEquals("thinking"u8)
                || reader.ValueTextEquals("signature"u8)
            )
            {
                reader.Read();
                text = reader.GetString();
                raw = data[(int)reader.TokenStartIndex..(int)reader.BytesConsumed];
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void AddInput(int index, string? json, ReadOnlySpan<byte> raw, Queue<ChatChunk> output)
    {
        if (string.IsNullOrEmpty(json))
        {
            return;
        }

        if (!_blocks.TryGetValue(index, out var block))
        {
            throw new JsonException("The input belongs to no tool.");
        }

        block.HasInput = true;
        if (block.IsJsonTool)
        {
            EmitText(output, json, raw);
        }
        else if (block.IsOther)
        {
            (block.Input ??= new StringBuilder()).Append(json);
        }
        else
        {
            EmitArguments(output, block.CallIndex, json);
        }
    }

    private void StopBlock(int index, Queue<ChatChunk> output)
    {
        if (!_blocks.Remove(index, out var block))
        {
            return;
        }

        if (block.IsOther)
        {
            var extra = new ExtraFields().With(
                AnthropicResponse.OtherBlocks,
                AnthropicResponse.ListOf([block.Whole()])
            );
            Emit(output, new ChunkDelta { AdditionalProperties = extra });
        }
        else if (!block.HasInput)
        {
            // A tool without parameters gets no input at all, and an empty text is no JSON.
            var input = block.Element.TryGet("input", JsonValueKind.Object, out var whole)
                ? whole.GetRawText()
                : "{}";
            if (block.IsJsonTool)
            {
                Emit(output, new ChunkDelta { Content = input });
            }
            else
            {
                EmitArguments(output, block.CallIndex, input);
            }
        }
    }

    private void End(JsonElement root, Queue<ChatChunk> output)
    {
        if (root.TryGetProperty("usage", out var usage))
        {
            _usage.Add(usage);
        }

        if (
            root.TryGet("delta", JsonValueKind.Object, out var delta)
            && delta.StringOf("stop_reason") is { } reason
        )
        {
            IsComplete = true;
            var choice = new ChunkChoice
            {
                Delta = new ChunkDelta(),
                FinishReason = AnthropicResponse.FinishReason(reason, _calls > 0),
                AdditionalProperties = AnthropicResponse.StopFields(delta),
            };
            output.Enqueue(new ChatChunk(_template with { Choices = [choice] }));
        }

        if (IsComplete && _usage.ToUsage() is { } total)
        {
            output.Enqueue(
                new ChatChunk(_template with { Usage = total, ServiceTier = _usage.ServiceTier })
            );
        }
    }

    private void Emit(Queue<ChatChunk> output, ChunkDelta delta) =>
        output.Enqueue(
            new ChatChunk(_template with { Choices = [new ChunkChoice { Delta = delta }] })
        );

    private void EmitText(Queue<ChatChunk> output, string? text, ReadOnlySpan<byte> raw)
    {
        if (string.IsNullOrEmpty(text))
        {
            return;
        }

        var head = _textHead ??= TextHead();
        var tail = "},\"finish_reason\":null}]}"u8;
        var bytes = GC.AllocateUninitializedArray<byte>(head.Length + raw.Length + tail.Length);
        head.CopyTo(bytes, 0);
        raw.CopyTo(bytes.AsSpan(head.Length));
        tail.CopyTo(bytes.AsSpan(head.Length + raw.Length));
        output.Enqueue(ChatChunk.FromBytes(bytes, text));
    }

    private byte[] TextHead()
    {
        var empty = JsonSerializer.SerializeToUtf8Bytes(_template, WireJson.Relaxed.ChatChunkBody);
        var list = "\"choices\":[]"u8;
        var at = empty.AsSpan().LastIndexOf(list);
        return [.. empty.AsSpan(0, at), .. "\"choices\":[{\"index\":0,\"delta\":{\"content\":"u8];
    }

    private void EmitArguments(Queue<ChatChunk> output, int index, string json)
    {
        var piece = new ToolCall
        {
            Index = index,
            Function = new FunctionCall { Arguments = json },
        };
        Emit(output, new ChunkDelta { ToolCalls = [piece] });
    }

    private void EmitThinking(Queue<ChatChunk> output, string text)
    {
        var piece = new ThinkingBlock { Type = "thinking", Thinking = text };
        Emit(output, new ChunkDelta { ReasoningContent = text, ThinkingBlocks = [piece] });
    }

    private void EmitSignature(Queue<ChatChunk> output, string signature)
    {
        var piece = new ThinkingBlock { Type = "thinking", Signature = signature };
        Emit(output, new ChunkDelta { ThinkingBlocks = [piece] });
    }

    private void EmitCitation(ReadOnlySpan<byte> data, Queue<ChatChunk> output)
    {
        var reader = new Utf8JsonReader(data);
        var delta = JsonElement.ParseValue(ref reader).GetPropertyOrThrow("delta");
        if (delta.TryGet("citation", JsonValueKind.Object, out var citation))
        {
            var extra = new ExtraFields().With(
                AnthropicResponse.Citations,
                AnthropicResponse.ListOf([citation])
            );
            Emit(output, new ChunkDelta { AdditionalProperties = extra });
        }
    }

    private static int IndexOf(JsonElement root) =>
        root.TryGet("index", JsonValueKind.Number, out var index)
        && index.TryGetInt32(out var number)
            ? number
            : 0;

    private enum DeltaKind
    {
        Unknown,
        Text,
        InputJson,
        Thinking,
        Signature,
        Citations,
    }

    /// <summary>A block of which more is to come.</summary>
    private sealed class Block
    {
        public required JsonElement Element { get; init; }
        public bool IsJsonTool { get; init; }
        public bool IsOther { get; init; }
        public int CallIndex { get; init; }
        public bool HasInput { get; set; }
        public StringBuilder? Input { get; set; }

        /// <summary>The block with the input that came in pieces.</summary>
        public JsonElement Whole()
        {
            if (Input is null)
            {
                return Element;
            }

            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                writer.WriteStartObject();
                foreach (var property in Element.EnumerateObject().Where(p => p.Name != "input"))
                {
                    property.WriteTo(writer);
                }

                writer.Write("input", JsonElement.Parse(Input.ToString()));
                writer.WriteEndObject();
            }

            return JsonElement.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        }
    }
}
