using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Callgate.Wire;

/// <summary>Puts a streamed completion together again. Keeps the text only where somebody will look at it.
/// One thread adds; another may look at any moment, where a call is ended from outside.</summary>
internal sealed class ChatAccumulator(bool keepContent)
{
    private readonly Lock _lock = new();
    private readonly SortedList<int, ChoiceState> _choices = [];
    private ChatChunkBody? _first;
    private string? _serviceTier;

    /// <summary>The usage that the stream reported; null while it has reported none.</summary>
    public Usage? Usage { get; private set; }

    /// <summary>How many characters came: the base of an estimate where the usage never does.</summary>
    public long Characters { get; private set; }

    /// <summary>The text so far, for that estimate; empty where the content isn't kept.</summary>
    public string TextSoFar
    {
        get
        {
            lock (_lock)
            {
                return _choices.Count == 0 ? "" : _choices.Values[0].Content?.ToString() ?? "";
            }
        }
    }

    public bool IsEmpty => _first is null && Characters == 0;

    /// <summary>The service tier that the stream reported.</summary>
    public string? ServiceTier => _serviceTier;

    public void Add(ChatChunk chunk)
    {
        lock (_lock)
        {
            AddLocked(chunk);
        }
    }

    private void AddLocked(ChatChunk chunk)
    {
        if (chunk.PlainText is { } plain && _first is not null)
        {
            Characters += plain.Length;
            if (keepContent)
            {
                (StateOf(0).Content ??= new StringBuilder()).Append(plain);
            }

            return;
        }

        var body = chunk.Body;
        _first ??= body;
        _serviceTier = body.ServiceTier ?? _serviceTier;
        Usage = body.Usage ?? Usage;
        foreach (var choice in body.Choices)
        {
            Add(StateOf(choice.Index), choice);
        }
    }

    private void Add(ChoiceState state, ChunkChoice choice)
    {
        state.FinishReason = choice.FinishReason ?? state.FinishReason;
        if (keepContent)
        {
            state.Extra = choice.AdditionalProperties ?? state.Extra;
            if (choice.Logprobs is { } logprobs)
            {
                state.Logprobs.Add(logprobs);
            }
        }

        if (choice.Delta is not { } delta)
        {
            return;
        }

        Characters +=
            (delta.Content?.Length ?? 0) + (delta.ReasoningContent?.Length ?? 0) + (delta.Refusal?.Length ?? 0);
        foreach (var call in delta.ToolCalls ?? [])
        {
            Characters += (call.Function?.Name?.Length ?? 0) + (call.Function?.Arguments?.Length ?? 0);
        }

        if (!keepContent)
        {
            return;
        }

        state.Role = delta.Role ?? state.Role;
        state.AddFields(delta.AdditionalProperties);
        Append(ref state.Content, delta.Content);
        Append(ref state.Reasoning, delta.ReasoningContent);
        Append(ref state.Refusal, delta.Refusal);
        foreach (var block in delta.ThinkingBlocks ?? [])
        {
            state.AddThinking(block);
        }

        foreach (var call in delta.ToolCalls ?? [])
        {
            state.AddToolCall(call);
        }
    }

    /// <summary>The completion so far.</summary>
    public ChatCompletion ToCompletion()
    {
        lock (_lock)
        {
            return new()
            {
                Id = _first?.Id,
                Object = "chat.completion",
                Created = _first?.Created,
                Model = _first?.Model,
                SystemFingerprint = _first?.SystemFingerprint,
                ServiceTier = _serviceTier,
                Usage = Usage,
                AdditionalProperties = _first?.AdditionalProperties,
                Choices = [.. _choices.Select(c => c.Value.ToChoice(c.Key))],
            };
        }
    }

    private ChoiceState StateOf(int index)
    {
        if (!_choices.TryGetValue(index, out var state))
        {
            _choices.Add(index, state = new ChoiceState());
        }

        return state;
    }

    private static void Append(ref StringBuilder? builder, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            (builder ??= new StringBuilder()).Append(text);
        }
    }

    private sealed class ChoiceState
    {
        public StringBuilder? Content;
        public StringBuilder? Reasoning;
        public StringBuilder? Refusal;
        public string? Role;
        public string? FinishReason;
        public ExtraFields? Extra;
        public ExtraFields? MessageFields;
        public readonly List<JsonElement> Logprobs = [];
        private readonly SortedList<int, (ToolCall Call, StringBuilder Arguments)> _toolCalls = [];
        private readonly List<ThinkingBlock> _thinking = [];

        /// <summary>Fields that we don't type: lists grow, everything else is as the last chunk says.</summary>
        public void AddFields(ExtraFields? fields)
        {
            foreach (var (name, value) in fields ?? [])
            {
                MessageFields = (MessageFields ?? []).With(
                    name,
                    MessageFields is not null
                    && MessageFields.TryGetValue(name, out var before)
                    && before.ValueKind == JsonValueKind.Array
                    && value.ValueKind == JsonValueKind.Array
                        ? Join(before, value)
                        : value
                );
            }
        }

        private static JsonElement Join(JsonElement first, JsonElement second)
        {
            var buffer = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                writer.WriteStartArray();
                foreach (var item in first.EnumerateArray().Concat(second.EnumerateArray()))
                {
                    item.WriteTo(writer);
                }

                writer.WriteEndArray();
            }

            return JsonElement.Parse(buffer.WrittenSpan);
        }

        public void AddToolCall(ToolCall piece)
        {
            // A provider that leaves the index out sends whole calls, one after the other.
            var index = piece.Index ?? _toolCalls.Count;
            if (!_toolCalls.TryGetValue(index, out var known))
            {
                known = (piece, new StringBuilder());
            }

            known.Arguments.Append(piece.Function?.Arguments);
            _toolCalls[index] = (
                known.Call with
                {
                    Id = known.Call.Id ?? piece.Id,
                    Type = known.Call.Type ?? piece.Type,
                    Function = new FunctionCall { Name = known.Call.Function?.Name ?? piece.Function?.Name },
                },
                known.Arguments
            );
        }

        public void AddThinking(ThinkingBlock piece)
        {
            // A signature closes its block; whatever comes after it begins the next.
            if (
                _thinking.Count > 0
                && _thinking[^1] is var last
                && last.Type == piece.Type
                && last.Signature is null
                && piece.Data is null
            )
            {
                _thinking[^1] = last with { Thinking = last.Thinking + piece.Thinking, Signature = piece.Signature };
            }
            else
            {
                _thinking.Add(piece);
            }
        }

        public Choice ToChoice(int index) =>
            new()
            {
                Index = index,
                FinishReason = FinishReason,
                AdditionalProperties = Extra,
                Logprobs = JoinLogprobs(),
                Message = new Message
                {
                    Role = Role ?? "assistant",
                    Content = Content is null ? null : new MessageContent(Content.ToString()),
                    Refusal = Refusal?.ToString(),
                    // A message has a property for them, a chunk has none.
                    Annotations =
                        MessageFields is not null && MessageFields.TryGetValue("annotations", out var annotations)
                            ? annotations
                            : null,
                    AdditionalProperties = MessageFields,
                    ReasoningContent = Reasoning?.ToString(),
                    ThinkingBlocks = _thinking.Count == 0 ? null : [.. _thinking],
                    ToolCalls =
                        _toolCalls.Count == 0
                            ? null
                            :
                            [
                                .. _toolCalls.Values.Select(t =>
                                    t.Call with
                                    {
                                        Index = null,
                                        Function = t.Call.Function! with { Arguments = t.Arguments.ToString() },
                                    }
                                ),
                            ],
                },
            };

        /// <summary>Each chunk brings the log probabilities of its own tokens.</summary>
        private JsonElement? JoinLogprobs()
        {
            if (Logprobs.Count == 0)
            {
                return null;
            }

            var buffer = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                writer.WriteStartObject();
                foreach (var list in (string[])["content", "refusal"])
                {
                    writer.WriteStartArray(list);
                    foreach (var piece in Logprobs)
                    {
                        if (
                            piece.ValueKind == JsonValueKind.Object
                            && piece.TryGetProperty(list, out var tokens)
                            && tokens.ValueKind == JsonValueKind.Array
                        )
                        {
                            foreach (var token in tokens.EnumerateArray())
                            {
                                token.WriteTo(writer);
                            }
                        }
                    }

                    writer.WriteEndArray();
                }

                writer.WriteEndObject();
            }

            return JsonElement.Parse(buffer.WrittenSpan);
        }
    }
}
