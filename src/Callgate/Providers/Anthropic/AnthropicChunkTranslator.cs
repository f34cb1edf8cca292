using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Providers.Anthropic;

/// <summary>Translates the events of a Messages API stream. Source: Anthropic's page on streaming.</summary>
internal sealed class AnthropicChunkTranslator(ChatRequest request, long created) : ChunkTranslator
{
    private readonly bool _mayBeJsonTool = AnthropicFormat.MayBeTool(request);
    private readonly AnthropicUsage _usage = new();
    private readonly Dictionary<int, OpenBlock> _blocks = [];
    private ChatChunkBody _template = new() { Object = "chat.completion.chunk", Created = created };
    private byte[]? _textHead;
    private int _calls;

    /// <inheritdoc />
    public override Usage? PartialUsage => _usage.ToUsage();

    /// <inheritdoc />
    public override void Translate(ReadOnlySpan<byte> eventType, ReadOnlySpan<byte> data, Queue<ChatChunk> output)
    {
        try
        {
            if (eventType.SequenceEqual("content_block_delta"u8))
            {
                TranslateDelta(data, output);
            }
            else if (eventType.SequenceEqual("error"u8))
            {
                throw ErrorOf(data);
            }
            else if (
                eventType.SequenceEqual("message_start"u8)
                || eventType.SequenceEqual("content_block_start"u8)
                || eventType.SequenceEqual("content_block_stop"u8)
                || eventType.SequenceEqual("message_delta"u8)
                || eventType.SequenceEqual("message_stop"u8)
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
        var root = JsonElement.Parse(data);
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
                throw ErrorOf(data);
        }
    }

    private LlmException ErrorOf(ReadOnlySpan<byte> data) =>
        AnthropicErrors.ReadInAnswer(data, _template.Model ?? request.Model);

    private void Start(JsonElement message, Queue<ChatChunk> output)
    {
        if (message.TryGetProperty("usage", out var usage))
        {
            _usage.Add(usage);
        }

        _template = _template with { Id = message.StringOf("id"), Model = message.StringOf("model") };
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
                var redacted = new ThinkingBlock { Type = "redacted_thinking", Data = element.StringOf("data") };
                Emit(output, new ChunkDelta { ThinkingBlocks = [redacted] });
                break;
            case "tool_use" when _mayBeJsonTool && element.StringOf("name") == AnthropicFormat.ToolName:
                _blocks[index] = new OpenBlock { IsJsonTool = true, Element = element };
                break;
            case "tool_use":
                var block = new OpenBlock { CallIndex = _calls++, Element = element };
                _blocks[index] = block;
                Emit(output, new ChunkDelta { ToolCalls = [AnthropicResponse.Call(element, block.CallIndex, "")] });
                break;
            default:
                _blocks[index] = new OpenBlock { IsOther = true, Element = element };
                break;
        }
    }

    private void TranslateDelta(ReadOnlySpan<byte> data, Queue<ChatChunk> output)
    {
        var delta = ContentDelta.Read(data);
        switch (delta.Kind)
        {
            case ContentDelta.Kinds.Text:
                EmitText(output, delta.Text, delta.Raw);
                break;
            case ContentDelta.Kinds.InputJson:
                AddInput(delta, output);
                break;
            case ContentDelta.Kinds.Thinking when delta.Text is { Length: > 0 } text:
                EmitThinking(output, text);
                break;
            case ContentDelta.Kinds.Signature when delta.Text is { Length: > 0 } text:
                EmitSignature(output, text);
                break;
            case ContentDelta.Kinds.Citations:
                EmitCitation(data, output);
                break;
        }
    }

    private void AddInput(in ContentDelta delta, Queue<ChatChunk> output)
    {
        if (delta.Text is not { Length: > 0 } json)
        {
            return;
        }

        if (!_blocks.TryGetValue(delta.Index, out var block))
        {
            throw new JsonException("The input belongs to no tool.");
        }

        block.HasInput = true;
        if (block.IsJsonTool)
        {
            EmitText(output, json, delta.Raw);
        }
        else if (block.IsOther)
        {
            block.Input.Append(json);
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
            var input = block.Element.TryGet("input", JsonValueKind.Object, out var whole) ? whole.GetRawText() : "{}";
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

        if (root.TryGet("delta", JsonValueKind.Object, out var delta) && delta.StringOf("stop_reason") is { } reason)
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
            output.Enqueue(new ChatChunk(_template with { Usage = total, ServiceTier = _usage.ServiceTier }));
        }
    }

    private void Emit(Queue<ChatChunk> output, ChunkDelta delta) =>
        output.Enqueue(new ChatChunk(_template with { Choices = [new ChunkChoice { Delta = delta }] }));

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
        var delta = JsonElement.Parse(data).GetPropertyOrThrow("delta");
        if (delta.TryGet("citation", JsonValueKind.Object, out var citation))
        {
            var extra = new ExtraFields().With(AnthropicResponse.Citations, AnthropicResponse.ListOf([citation]));
            Emit(output, new ChunkDelta { AdditionalProperties = extra });
        }
    }

    private static int IndexOf(JsonElement root) =>
        root.TryGet("index", JsonValueKind.Number, out var index) && index.TryGetInt32(out var number) ? number : 0;
}
