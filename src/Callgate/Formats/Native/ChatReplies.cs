using System.Buffers.Text;
using System.Text.Json;
using Callgate.Providers.OpenAi;
using Callgate.Wire;

namespace Callgate.Formats.Native;

/// <summary>OpenAI's chat completions.</summary>
internal sealed class ChatReplies : NativeReplies
{
    public override ReplyFacts Scan(ReadOnlySpan<byte> body, string provider, string model)
    {
        var facts = OpenAiReply.Scan(body, "choices"u8, provider, model, out var hasContent);
        return hasContent || facts.Usage is not null ? facts : throw new JsonException("The answer has no choices.");
    }

    public override StreamWatch Watch(ClientBody body, string provider, string model) =>
        new ChatWatch(body, provider, model);

    protected override LlmRequest Outline(ClientBody request) =>
        new ChatRequest
        {
            Model = request.Model,
            Messages = [],
            N = ChoicesOf(request),
        };

    /// <summary>How many choices the client asked for; null: it did not say.</summary>
    public static int? ChoicesOf(ClientBody request) =>
        request.TryFind("n", out var json)
        && Utf8Parser.TryParse(json, out int count, out var read)
        && read == json.Length
            ? count
            : null;
}

/// <summary>OpenAI's embeddings. Not streamed.</summary>
internal sealed class EmbeddingReplies : NativeReplies
{
    public override ReplyFacts Scan(ReadOnlySpan<byte> body, string provider, string model)
    {
        var facts = OpenAiReply.Scan(body, "data"u8, provider, model, out var hasContent);
        return hasContent ? facts : throw new JsonException("The answer has no data.");
    }

    public override StreamWatch Watch(ClientBody body, string provider, string model) =>
        throw new InvalidOperationException("Embeddings aren't streamed.");

    protected override LlmRequest Outline(ClientBody request) =>
        new EmbeddingRequest { Model = request.Model, Input = [] };
}

/// <summary>Looks over a reply in OpenAI's format.</summary>
internal static class OpenAiReply
{
    public static ReplyFacts Scan(
        ReadOnlySpan<byte> body,
        ReadOnlySpan<byte> content,
        string provider,
        string calledModel,
        out bool hasContent
    )
    {
        hasContent = false;
        string? id = null,
            model = null,
            tier = null;
        Range modelAt = default;
        Usage? usage = null;
        var reader = new Utf8JsonReader(body);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("The answer is no JSON object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("model"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                {
                    model = reader.GetString();
                    modelAt = (int)reader.TokenStartIndex..(int)reader.BytesConsumed;
                }
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                id = Text(ref reader);
            }
            else if (reader.ValueTextEquals("service_tier"u8))
            {
                tier = Text(ref reader);
            }
            else if (reader.ValueTextEquals("usage"u8))
            {
                reader.Read();
                usage = JsonSerializer.Deserialize(ref reader, WireJson.Default.Usage);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.Null)
                {
                    throw OpenAiErrors.ReadInAnswer(provider, calledModel, body);
                }
            }
            else if (reader.ValueTextEquals(content))
            {
                reader.Read();
                hasContent = reader.TokenType == JsonTokenType.StartArray && HasItems(reader);
            }

            reader.Skip();
        }

        return reader.Read()
            ? throw new JsonException("Something follows the JSON object.")
            : new ReplyFacts(id, model, modelAt, usage, tier);
    }

    // By value: the caller's reader stays where it is.
    private static bool HasItems(Utf8JsonReader reader) => reader.Read() && reader.TokenType != JsonTokenType.EndArray;

    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
    }
}

/// <summary>Watches a stream in OpenAI's chat format.</summary>
internal sealed class ChatWatch(ClientBody body, string provider, string model) : StreamWatch
{
    private readonly ModelFinder _model = new();
    private readonly HashSet<int> _finished = [];
    private Usage? _usage;
    private int _choices = ChatReplies.ChoicesOf(body) ?? 1;

    public override Usage? Usage => _usage;

    public override ReadOnlySpan<byte> EndFrame => "data: [DONE]\n\n"u8;

    public override StreamStep Look(ReadOnlySpan<byte> eventType, ReadOnlySpan<byte> data, out Range modelAt)
    {
        modelAt = default;
        if (data.TrimEnd(Blanks).SequenceEqual("[DONE]"u8))
        {
            return StreamStep.End;
        }

        // Within a text these quotes would be escaped, so that most events are told by their bytes alone.
        if (HasValue(data, "\"error\""u8) || HasValue(data, "\"usage\""u8) || HasValue(data, "\"finish_reason\""u8))
        {
            if (Inspect(data) == StreamStep.Drop)
            {
                return StreamStep.Drop;
            }
        }
        else
        {
            ThrowIfNoObject(data);
        }

        modelAt = _model.Find(data);
        return StreamStep.Pass;
    }

    /// <summary>Whether the name stands there with anything but null after it.</summary>
    private static bool HasValue(ReadOnlySpan<byte> data, ReadOnlySpan<byte> name)
    {
        var at = data.IndexOf(name);
        if (at < 0)
        {
            return false;
        }

        var rest = data[(at + name.Length)..].TrimStart(" :\t\r\n"u8);
        return !rest.StartsWith("null"u8) || rest.IndexOf(name) >= 0;
    }

    private StreamStep Inspect(ReadOnlySpan<byte> data)
    {
        var chunk =
            JsonSerializer.Deserialize(data, WireJson.Default.ChatChunkBody)
            ?? throw new JsonException("The event is null.");
        if (
            chunk.AdditionalProperties is { } extra
            && extra.TryGetValue("error", out var error)
            && error.ValueKind != JsonValueKind.Null
        )
        {
            throw OpenAiErrors.ReadInAnswer(provider, model, data);
        }

        _usage = chunk.Usage ?? _usage;
        ServiceTier = chunk.ServiceTier ?? ServiceTier;
        foreach (var choice in chunk.Choices)
        {
            _choices = Math.Max(_choices, choice.Index + 1);
            if (choice.FinishReason is not null)
            {
                _finished.Add(choice.Index);
            }
        }

        // The answer is whole when every one of its choices is.
        IsComplete = _finished.Count >= _choices;
        return chunk is { Choices.Count: 0, Usage: not null } && !body.IncludesUsage
            ? StreamStep.Drop
            : StreamStep.Pass;
    }
}
