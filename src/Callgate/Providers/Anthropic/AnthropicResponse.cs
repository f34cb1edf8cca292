using System.Text;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Providers.Anthropic;

/// <summary>
/// Reads a Messages API answer as a chat completion. What has no place in OpenAI's format is kept: blocks of the server's own tools in
/// the message's <c>content_blocks</c>, from where they go back in the next turn; citations in its <c>citations</c>;
/// <c>stop_sequence</c> and <c>stop_details</c> beside the finish reason; other fields of the answer and the usage where they were.
/// </summary>
internal static class AnthropicResponse
{
    /// <summary>The message's field for blocks that OpenAI's format has no place for.</summary>
    public const string OtherBlocks = "content_blocks";

    public const string Citations = "citations";

    public static ChatCompletion Read(ChatRequest request, ReadOnlySpan<byte> body, long created)
    {
        var root = JsonElement.Parse(body);
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("The answer is not an object.");
        }

        if (root.StringOf("type") == "error")
        {
            throw AnthropicErrors.ReadInAnswer(body, request.Model);
        }

        if (!root.TryGet("content", JsonValueKind.Array, out var content))
        {
            throw new JsonException("The answer has no content.");
        }

        var usage = new AnthropicUsage();
        if (root.TryGetProperty("usage", out var reported))
        {
            usage.Add(reported);
        }

        var message = new MessageReader(AnthropicFormat.MayBeTool(request));
        foreach (var block in content.EnumerateArray())
        {
            message.Add(block);
        }

        return new ChatCompletion
        {
            Id = root.StringOf("id"),
            Object = "chat.completion",
            Created = created,
            Model = root.StringOf("model"),
            ServiceTier = usage.ServiceTier,
            Usage = usage.ToUsage(),
            Choices =
            [
                new Choice
                {
                    Index = 0,
                    FinishReason = FinishReason(root.StringOf("stop_reason") ?? "end_turn", message.HasCalls),
                    AdditionalProperties = StopFields(root),
                    Message = message.ToMessage(),
                },
            ],
            AdditionalProperties = Others(root),
        };
    }

    /// <summary>The reason in OpenAI's words. A call of our own JSON tool is an answer, not a call.</summary>
    public static string FinishReason(string stopReason, bool hasCalls) =>
        stopReason switch
        {
            "max_tokens" or "model_context_window_exceeded" => "length",
            "tool_use" => hasCalls ? "tool_calls" : "stop",
            "refusal" => "content_filter",
            _ => "stop",
        };

    /// <summary>What Anthropic says about the end besides the reason.</summary>
    public static ExtraFields? StopFields(JsonElement source)
    {
        ExtraFields? extra = null;
        foreach (var name in (ReadOnlySpan<string>)["stop_sequence", "stop_details"])
        {
            if (source.TryGetProperty(name, out var value) && value.IsSomething())
            {
                extra = (extra ?? new ExtraFields()).With(name, value.Clone());
            }
        }

        // OpenAI has no word for these, and a client of Anthropic's goes on after the one, and not after the other.
        if (source.StringOf("stop_reason") is "pause_turn" or "model_context_window_exceeded")
        {
            extra = (extra ?? new ExtraFields()).With("stop_reason", source.GetProperty("stop_reason").Clone());
        }

        return extra;
    }

    /// <summary>The call as OpenAI has it; the caller is told only where it is not the model itself.</summary>
    public static ToolCall Call(JsonElement block, int? index, string arguments)
    {
        ExtraFields? extra = null;
        if (
            block.TryGet("caller", JsonValueKind.Object, out var caller)
            && caller.StringOf("type") is not (null or "direct")
        )
        {
            extra = new ExtraFields().With("caller", caller.Clone());
        }

        if (block.TryGet("toolset_name", JsonValueKind.String, out var toolset))
        {
            extra = (extra ?? new ExtraFields()).With("toolset_name", toolset.Clone());
        }

        return new ToolCall
        {
            Index = index,
            Id = block.StringOf("id"),
            Type = "function",
            Function = new FunctionCall { Name = block.StringOf("name"), Arguments = arguments },
            AdditionalProperties = extra,
        };
    }

    public static JsonElement ListOf(IEnumerable<JsonElement> elements) =>
        JsonElement.Parse($"[{string.Join(',', elements.Select(e => e.GetRawText()))}]");

    private static ExtraFields? Others(JsonElement root)
    {
        ExtraFields? extra = null;
        foreach (var property in root.EnumerateObject())
        {
            var isKnown =
                property.Name
                is "id"
                    or "type"
                    or "role"
                    or "model"
                    or "content"
                    or "usage"
                    or "stop_reason"
                    or "stop_sequence"
                    or "stop_details"
                    // Names of ours.
                    or "object"
                    or "created"
                    or "choices"
                    or "service_tier";
            if (!isKnown && property.Value.IsSomething())
            {
                (extra ??= new ExtraFields()).Set(property.Name, property.Value.Clone());
            }
        }

        return extra;
    }

    private sealed class MessageReader(bool mayBeJsonTool)
    {
        private readonly List<ToolCall> _calls = [];
        private readonly List<ThinkingBlock> _thinking = [];
        private readonly List<JsonElement> _citations = [];
        private readonly List<JsonElement> _others = [];
        private StringBuilder? _text;

        public bool HasCalls => _calls.Count > 0;

        public void Add(JsonElement block)
        {
            switch (block.StringOf("type"))
            {
                case "text":
                    (_text ??= new StringBuilder()).Append(block.StringOf("text"));
                    if (block.TryGet("citations", JsonValueKind.Array, out var citations))
                    {
                        _citations.AddRange(citations.EnumerateArray());
                    }

                    break;
                case "tool_use":
                    var input =
                        block.TryGetProperty("input", out var given) && given.IsSomething() ? given.GetRawText() : "{}";
                    if (mayBeJsonTool && block.StringOf("name") == AnthropicFormat.ToolName)
                    {
                        (_text ??= new StringBuilder()).Append(input);
                    }
                    else
                    {
                        _calls.Add(Call(block, null, input));
                    }

                    break;
                case "thinking":
                    _thinking.Add(
                        new ThinkingBlock
                        {
                            Type = "thinking",
                            Thinking = block.StringOf("thinking"),
                            Signature = block.StringOf("signature"),
                        }
                    );
                    break;
                case "redacted_thinking":
                    _thinking.Add(new ThinkingBlock { Type = "redacted_thinking", Data = block.StringOf("data") });
                    break;
                default:
                    _others.Add(block);
                    break;
            }
        }

        public Message ToMessage()
        {
            ExtraFields? extra = null;
            if (_citations.Count > 0)
            {
                extra = new ExtraFields().With(Citations, ListOf(_citations));
            }

            if (_others.Count > 0)
            {
                extra = (extra ?? new ExtraFields()).With(OtherBlocks, ListOf(_others));
            }

            var reasoning = string.Concat(_thinking.Select(t => t.Thinking));
            return new Message
            {
                Role = "assistant",
                Content = _text is null ? null : new MessageContent(_text.ToString()),
                ToolCalls = _calls.Count == 0 ? null : _calls,
                ReasoningContent = reasoning.Length == 0 ? null : reasoning,
                ThinkingBlocks = _thinking.Count == 0 ? null : _thinking,
                AdditionalProperties = extra,
            };
        }
    }
}
