using System.Text;
using System.Text.Json;
using Callgate.Providers;
using Callgate.Providers.OpenAi;
using Callgate.Wire;

namespace Callgate.Formats.Responses;

/// <summary>
/// Reads a response object as a chat completion, for hooks and observers of calls whose provider speaks the format itself. Items of other
/// kinds are kept in the message's <c>output_items</c>.
/// </summary>
internal static class ResponsesReader
{
    /// <exception cref="JsonException">It is no response object.</exception>
    /// <exception cref="LlmException">The response failed.</exception>
    public static ChatCompletion Read(string provider, string model, ReadOnlySpan<byte> body)
    {
        try
        {
            var root = JsonElement.Parse(body);
            if (root.ValueKind != JsonValueKind.Object || !TryGet(root, "output", JsonValueKind.Array, out var output))
            {
                throw new JsonException("The response has no output.");
            }

            if (TextOf(root, "status") == "failed")
            {
                throw ErrorOf(provider, model, root);
            }

            var message = new MessageBuilder();
            foreach (var item in output.EnumerateArray())
            {
                message.Add(item);
            }

            return new ChatCompletion
            {
                Id = TextOf(root, "id"),
                Object = "chat.completion",
                Created = CreatedOf(root),
                Model = TextOf(root, "model"),
                ServiceTier = TextOf(root, "service_tier"),
                Usage = ResponsesUsage.Read(root),
                Choices =
                [
                    new Choice
                    {
                        Index = 0,
                        FinishReason = FinishReasonOf(root, message.HasCalls),
                        Message = message.ToMessage(),
                        Logprobs = message.Logprobs,
                    },
                ],
            };
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("The response is not what OpenAI documents.", e);
        }
    }

    /// <summary>The error that an object tells in its field <c>error</c>, or, as an event, is itself.</summary>
    public static LlmException ErrorOf(string provider, string model, JsonElement source)
    {
        var error = TryGet(source, "error", JsonValueKind.Object, out var inner) ? inner : source;
        var code = TextOf(error, "code");
        var body = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("message"u8, TextOf(error, "message"));
            // The type of the event says only that it is an error.
            json.WriteString("type"u8, TextOf(error, "type") is { } type and not "error" ? type : null);
            json.WriteString("param"u8, TextOf(error, "param"));
            json.WriteString("code"u8, code);
            json.WriteEndObject();
        }

        return OpenAiErrors.Read(
            provider,
            new ProviderError
            {
                // An error in mid-stream has no status of its own; unless it says more, the server failed.
                StatusCode = IsOfTheRequest(code) ? 400 : 500,
                Model = model,
                Body = body.WrittenSpan,
            }
        );
    }

    public static string? FinishReasonOf(JsonElement response, bool hasCalls) =>
        TextOf(response, "status") switch
        {
            "completed" => hasCalls ? "tool_calls" : "stop",
            "incomplete" => TryGet(response, "incomplete_details", JsonValueKind.Object, out var details)
            && TextOf(details, "reason") == "content_filter"
                ? "content_filter"
                : "length",
            // Queued, in progress, or cancelled: it has not ended by itself.
            _ => null,
        };

    public static long? CreatedOf(JsonElement response) =>
        TryGet(response, "created_at", JsonValueKind.Number, out var created) && created.TryGetDouble(out var seconds)
            ? (long)seconds
            : null;

    public static string? TextOf(JsonElement element, string name) =>
        TryGet(element, name, JsonValueKind.String, out var value) ? value.GetString() : null;

    public static bool TryGet(JsonElement element, string name, JsonValueKind kind, out JsonElement value)
    {
        value = default;
        return element.ValueKind == JsonValueKind.Object
            && element.TryGetProperty(name, out value)
            && value.ValueKind == kind;
    }

    public static IEnumerable<JsonElement> ListOf(JsonElement element, string name) =>
        TryGet(element, name, JsonValueKind.Array, out var list) ? list.EnumerateArray() : [];

    public static ThinkingBlock ThinkingOf(JsonElement item) =>
        ReasoningSeal.Open(TextOf(item, "encrypted_content"), ReasoningText.Of(new FieldReader(item, "item")));

    /// <summary>A call; its arguments are left to the caller.</summary>
    public static ToolCall CallOf(JsonElement item, int? index, string arguments) =>
        new()
        {
            Index = index,
            Id = TextOf(item, "call_id"),
            Type = "function",
            Function = new FunctionCall { Name = TextOf(item, "name"), Arguments = arguments },
        };

    public static JsonElement ArrayOf(IEnumerable<JsonElement> elements) =>
        JsonElement.Parse($"[{string.Join(',', elements.Select(e => e.GetRawText()))}]");

    private static bool IsOfTheRequest(string? code) =>
        code is not null
        && (code.StartsWith("invalid_", StringComparison.Ordinal) || code.Contains("image", StringComparison.Ordinal));

    private sealed class MessageBuilder
    {
        private readonly List<ToolCall> _calls = [];
        private readonly List<ThinkingBlock> _thinking = [];
        private readonly List<JsonElement> _others = [];
        private readonly List<JsonElement> _annotations = [];
        private readonly List<JsonElement> _logprobs = [];
        private StringBuilder? _text;
        private StringBuilder? _refusal;

        public bool HasCalls => _calls.Count > 0;

        public JsonElement? Logprobs =>
            _logprobs.Count == 0 ? null : JsonElement.Parse($$"""{"content":{{ArrayOf(_logprobs).GetRawText()}}}""");

        public void Add(JsonElement item)
        {
            switch (TextOf(item, "type"))
            {
                case "message":
                    foreach (var part in ListOf(item, "content"))
                    {
                        AddPart(part);
                    }

                    break;
                case "function_call":
                    _calls.Add(CallOf(item, null, TextOf(item, "arguments") ?? ""));
                    break;
                case "custom_tool_call":
                    _calls.Add(CallOf(item, null, CustomInput.Wrap(TextOf(item, "input") ?? "")));
                    break;
                case "reasoning":
                    _thinking.Add(ThinkingOf(item));
                    break;
                default:
                    _others.Add(item);
                    break;
            }
        }

        public Message ToMessage()
        {
            var reasoning = string.Concat(_thinking.Select(t => t.Thinking));
            return new Message
            {
                Role = "assistant",
                Content = _text is null ? null : new MessageContent(_text.ToString()),
                Refusal = _refusal?.ToString(),
                ToolCalls = _calls.Count == 0 ? null : _calls,
                ThinkingBlocks = _thinking.Count == 0 ? null : _thinking,
                ReasoningContent = reasoning.Length == 0 ? null : reasoning,
                Annotations = ResponsesAnnotations.Nest(_annotations),
                AdditionalProperties =
                    _others.Count == 0 ? null : new ExtraFields().With(OutputItems.Others, ArrayOf(_others)),
            };
        }

        private void AddPart(JsonElement part)
        {
            switch (TextOf(part, "type"))
            {
                case "output_text":
                    (_text ??= new StringBuilder()).Append(TextOf(part, "text"));
                    _annotations.AddRange(ListOf(part, "annotations"));
                    _logprobs.AddRange(ListOf(part, "logprobs"));
                    break;
                case "refusal":
                    (_refusal ??= new StringBuilder()).Append(TextOf(part, "refusal"));
                    break;
            }
        }
    }
}
