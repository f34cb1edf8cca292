using System.Runtime.InteropServices;
using System.Text.Json;
using Callgate.Providers;
using Callgate.Wire;

namespace Callgate.Formats.Responses;

/// <summary>Translates the events of a Responses API stream: the way back of <see cref="ResponsesStreamEncoder"/>.</summary>
/// <param name="provider">The provider, for errors.</param>
/// <param name="model">The model that is called, for errors.</param>
internal sealed class ResponsesChunkTranslator(string provider, string model) : ChunkTranslator
{
    private readonly Dictionary<int, OpenCall> _calls = [];
    private ChatChunkBody _template = new() { Object = "chat.completion.chunk" };
    private byte[]? _textHead;
    private int _reasoningParts;

    /// <inheritdoc />
    public override void Translate(ReadOnlySpan<byte> eventType, ReadOnlySpan<byte> data, Queue<ChatChunk> output)
    {
        // Not OpenAI's, but some servers' that speak its format.
        if (data.SequenceEqual("[DONE]"u8))
        {
            IsDone = true;
            return;
        }

        try
        {
            var root = JsonElement.Parse(data);
            Translate(root, ResponsesReader.TextOf(root, "type"), output);
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("The event is not what OpenAI documents.", e);
        }
    }

    private void Translate(JsonElement root, string? type, Queue<ChatChunk> output)
    {
        switch (type)
        {
            case "response.output_text.delta":
                TranslateText(root, output);
                break;
            case "response.function_call_arguments.delta":
                AddArguments(root, ResponsesReader.TextOf(root, "delta"), output);
                break;
            case "response.custom_tool_call_input.delta":
                AddArguments(root, CustomInput.Escape(ResponsesReader.TextOf(root, "delta") ?? ""), output);
                break;
            case "response.reasoning_summary_text.delta" or "response.reasoning_text.delta":
                EmitThinking(ResponsesReader.TextOf(root, "delta"), output);
                break;
            case "response.reasoning_summary_part.added" when _reasoningParts++ > 0:
                EmitThinking(ReasoningText.Separator, output);
                break;
            case "response.refusal.delta":
                Emit(output, new ChunkDelta { Refusal = ResponsesReader.TextOf(root, "delta") });
                break;
            case "response.output_text.annotation.added":
                EmitAnnotation(root, output);
                break;
            case "response.output_item.added":
                Begin(root, output);
                break;
            case "response.output_item.done":
                End(root, output);
                break;
            case "response.created":
                Start(ResponseOf(root), output);
                break;
            case "response.completed" or "response.incomplete":
                Finish(ResponseOf(root), output);
                break;
            case "response.failed":
                throw ResponsesReader.ErrorOf(provider, model, ResponseOf(root));
            case "error":
                throw ResponsesReader.ErrorOf(provider, model, root);
        }
    }

    private void Start(JsonElement response, Queue<ChatChunk> output)
    {
        _template = _template with
        {
            Id = ResponsesReader.TextOf(response, "id"),
            Model = ResponsesReader.TextOf(response, "model"),
            Created = ResponsesReader.CreatedOf(response),
        };
        _textHead = null;
        Emit(output, new ChunkDelta { Role = "assistant", Content = "" });
    }

    private void Finish(JsonElement response, Queue<ChatChunk> output)
    {
        var choice = new ChunkChoice
        {
            Delta = new ChunkDelta(),
            FinishReason = ResponsesReader.FinishReasonOf(response, _calls.Count > 0),
        };
        output.Enqueue(new ChatChunk(_template with { Choices = [choice] }));
        if (ResponsesUsage.Read(response) is { } usage)
        {
            var tier = ResponsesReader.TextOf(response, "service_tier");
            output.Enqueue(new ChatChunk(_template with { Usage = usage, ServiceTier = tier }));
        }

        IsComplete = IsDone = true;
    }

    private void Begin(JsonElement root, Queue<ChatChunk> output)
    {
        var item = ItemOf(root);
        switch (ResponsesReader.TextOf(item, "type"))
        {
            case "function_call" or "custom_tool_call":
                var isCustom = ResponsesReader.TextOf(item, "type") == "custom_tool_call";
                var call = new OpenCall(_calls.Count);
                _calls[IndexOf(root)] = call;
                var head = isCustom ? CustomInput.Begin : "";
                Emit(output, new ChunkDelta { ToolCalls = [ResponsesReader.CallOf(item, call.Index, head)] });
                break;
            case "reasoning":
                _reasoningParts = 0;
                break;
        }
    }

    private void End(JsonElement root, Queue<ChatChunk> output)
    {
        var item = ItemOf(root);
        switch (ResponsesReader.TextOf(item, "type"))
        {
            case "message":
                break;
            case "function_call":
                AddWhole(root, ResponsesReader.TextOf(item, "arguments"), output);
                break;
            case "custom_tool_call":
                AddWhole(root, CustomInput.Escape(ResponsesReader.TextOf(item, "input") ?? ""), output);
                AddArguments(root, CustomInput.End, output);
                break;
            case "reasoning":
                // Its text went before.
                var block = ResponsesReader.ThinkingOf(item) with
                {
                    Thinking = null,
                };
                if (block.Signature is not null || block.Data is not null || block.AdditionalProperties is not null)
                {
                    Emit(output, new ChunkDelta { ThinkingBlocks = [block] });
                }

                break;
            default:
                EmitExtra(OutputItems.Others, ResponsesReader.ArrayOf([item]), output);
                break;
        }
    }

    /// <summary>Some servers send the arguments in one piece, with their item.</summary>
    private void AddWhole(JsonElement root, string? arguments, Queue<ChatChunk> output)
    {
        if (_calls.TryGetValue(IndexOf(root), out var call) && !call.HasArguments)
        {
            AddArguments(root, arguments, output);
        }
    }

    private void AddArguments(JsonElement root, string? piece, Queue<ChatChunk> output)
    {
        if (string.IsNullOrEmpty(piece))
        {
            return;
        }

        if (!_calls.TryGetValue(IndexOf(root), out var call))
        {
            throw new JsonException("The arguments belong to no call.");
        }

        call.HasArguments = true;
        var part = new ToolCall
        {
            Index = call.Index,
            Function = new FunctionCall { Arguments = piece },
        };
        Emit(output, new ChunkDelta { ToolCalls = [part] });
    }

    private void TranslateText(JsonElement root, Queue<ChatChunk> output)
    {
        if (!ResponsesReader.TryGet(root, "delta", JsonValueKind.String, out var delta) || delta.ValueEquals(""u8))
        {
            return;
        }

        var text = delta.GetString()!;
        if (
            ResponsesReader.TryGet(root, "logprobs", JsonValueKind.Array, out var tokens)
            && tokens.GetArrayLength() > 0
        )
        {
            var choice = new ChunkChoice
            {
                Delta = new ChunkDelta { Content = text },
                Logprobs = JsonElement.Parse($$"""{"content":{{tokens.GetRawText()}}}"""),
            };
            output.Enqueue(new ChatChunk(_template with { Choices = [choice] }));
            return;
        }

        var head = _textHead ??= TextHead();
        var raw = JsonMarshal.GetRawUtf8Value(delta);
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
        var at = empty.AsSpan().LastIndexOf("\"choices\":[]"u8);
        return [.. empty.AsSpan(0, at), .. "\"choices\":[{\"index\":0,\"delta\":{\"content\":"u8];
    }

    private void EmitThinking(string? text, Queue<ChatChunk> output)
    {
        if (!string.IsNullOrEmpty(text))
        {
            var piece = new ThinkingBlock { Type = "thinking", Thinking = text };
            Emit(output, new ChunkDelta { ReasoningContent = text, ThinkingBlocks = [piece] });
        }
    }

    private void EmitAnnotation(JsonElement root, Queue<ChatChunk> output)
    {
        if (
            ResponsesReader.TryGet(root, "annotation", JsonValueKind.Object, out var annotation)
            && ResponsesAnnotations.Nest([annotation]) is { } nested
        )
        {
            EmitExtra(ResponsesAnnotations.Field, nested, output);
        }
    }

    private void EmitExtra(string field, JsonElement value, Queue<ChatChunk> output) =>
        Emit(output, new ChunkDelta { AdditionalProperties = new ExtraFields().With(field, value) });

    private void Emit(Queue<ChatChunk> output, ChunkDelta delta) =>
        output.Enqueue(new ChatChunk(_template with { Choices = [new ChunkChoice { Delta = delta }] }));

    private static JsonElement ResponseOf(JsonElement root) =>
        ResponsesReader.TryGet(root, "response", JsonValueKind.Object, out var response)
            ? response
            : throw new JsonException("The event has no response.");

    private static JsonElement ItemOf(JsonElement root) =>
        ResponsesReader.TryGet(root, "item", JsonValueKind.Object, out var item)
            ? item
            : throw new JsonException("The event has no item.");

    private static int IndexOf(JsonElement root) =>
        ResponsesReader.TryGet(root, "output_index", JsonValueKind.Number, out var index)
        && index.TryGetInt32(out var number)
            ? number
            : throw new JsonException("The event has no output_index.");

    private sealed class OpenCall(int index)
    {
        public int Index { get; } = index;
        public bool HasArguments { get; set; }
    }
}
