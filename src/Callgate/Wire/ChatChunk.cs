using System.Text.Json;
using System.Text.Json.Serialization;

namespace Callgate.Wire;

/// <summary>One event of a streamed chat completion, in OpenAI's format. The event's bytes are parsed on first use. Immutable.</summary>
public sealed class ChatChunk : LlmChunk
{
    private ReadOnlyMemory<byte> _data;
    private ChatChunkBody? _body;
    private string? _text;

    /// <summary>A chunk from its typed form.</summary>
    public ChatChunk(ChatChunkBody body)
    {
        ArgumentNullException.ThrowIfNull(body);
        _body = body;
    }

    private ChatChunk(ReadOnlyMemory<byte> data, string? plainText)
    {
        _data = data;
        _text = PlainText = plainText;
    }

    /// <summary>A chunk by its bytes, and its text where a scan found that the first choice's text is all it adds.</summary>
    internal static ChatChunk FromBytes(ReadOnlyMemory<byte> data, string? plainText) => new(data, plainText);

    /// <summary>Stands for events that pass through as they are, several at a time; for a writer only, which takes them from here.</summary>
    internal static ChatChunk FromEvents(Func<ReadOnlyMemory<byte>> events) =>
        new(default(ReadOnlyMemory<byte>), null) { Events = events };

    /// <summary>The events that this stands for, framed; null where it is one chunk.</summary>
    internal Func<ReadOnlyMemory<byte>>? Events { get; private init; }

    /// <summary>What another client's update this chunk was made from; null where it came from the wire.</summary>
    internal object? Origin { get; init; }

    /// <summary>The text, where it is known to be all that this chunk adds; else null.</summary>
    internal string? PlainText { get; }

    /// <summary>The whole event, typed.</summary>
    /// <exception cref="JsonException">The event is not valid.</exception>
    public ChatChunkBody Body =>
        _body ??=
            JsonSerializer.Deserialize(_data.Span, WireJson.Default.ChatChunkBody)
            ?? throw new JsonException("The event is null.");

    /// <inheritdoc />
    public override ReadOnlyMemory<byte> Data =>
        _data.IsEmpty ? _data = JsonSerializer.SerializeToUtf8Bytes(_body!, WireJson.Relaxed.ChatChunkBody) : _data;

    /// <inheritdoc />
    public override string Text => _text ??= Body.Choices is [{ Delta.Content: { } content }, ..] ? content : "";

    /// <summary>The pieces of the answers.</summary>
    public IReadOnlyList<ChunkChoice> Choices => Body.Choices;

    /// <summary>Why the answer ended; null while it goes on.</summary>
    public string? FinishReason => Body.Choices is [var first, ..] ? first.FinishReason : null;

    /// <summary>The usage, on the event that carries it.</summary>
    public Usage? Usage => Body.Usage;

    /// <inheritdoc />
    public override LlmChunk WithText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var first = Body.Choices.Count > 0 ? Body.Choices[0] : new ChunkChoice();
        var delta = (first.Delta ?? new ChunkDelta()) with { Content = text };
        return new ChatChunk(Body with { Choices = [first with { Delta = delta }, .. Body.Choices.Skip(1)] });
    }
}

/// <summary>The JSON of one streamed event. Source: the public OpenAPI description of streamed chat completions.</summary>
public sealed record ChatChunkBody : WireObject
{
    /// <summary>The completion's id, the same on every event.</summary>
    public string? Id { get; init; }

    /// <summary><c>chat.completion.chunk</c>.</summary>
    public string? Object { get; init; }

    /// <summary>When the completion was made, in Unix seconds.</summary>
    public long? Created { get; init; }

    /// <summary>The model that answers.</summary>
    public string? Model { get; init; }

    /// <summary>The pieces; empty on the event that carries only the usage.</summary>
    public IReadOnlyList<ChunkChoice> Choices
    {
        get;
        // The deserializer sets what is missing to null.
        init => field = WireList.WithoutNulls(value) ?? [];
    } = [];

    /// <summary>The usage, on the event that carries it.</summary>
    public Usage? Usage { get; init; }

    /// <summary>The service tier that answers.</summary>
    public string? ServiceTier { get; init; }

    /// <summary>Names the configuration that answers, for repeatable sampling.</summary>
    public string? SystemFingerprint { get; init; }
}

/// <summary>A piece of one answer.</summary>
public sealed record ChunkChoice : WireObject
{
    /// <summary>Which answer.</summary>
    public int Index { get; init; }

    /// <summary>What is new.</summary>
    public ChunkDelta? Delta { get; init; }

    /// <summary>Why the answer ended; null while it goes on.</summary>
    public string? FinishReason { get; init; }

    /// <summary>The log probabilities of this piece, where they were asked for.</summary>
    public JsonElement? Logprobs { get; init; }
}

/// <summary>What a chunk adds to its answer.</summary>
public sealed record ChunkDelta : WireObject
{
    /// <summary>The speaker, on the first chunk.</summary>
    public string? Role { get; init; }

    /// <summary>More text.</summary>
    public string? Content { get; init; }

    /// <summary>More of a refusal.</summary>
    public string? Refusal { get; init; }

    /// <summary>More reasoning text.</summary>
    public string? ReasoningContent { get; init; }

    /// <summary>Pieces of reasoning blocks with their signatures.</summary>
    public IReadOnlyList<ThinkingBlock>? ThinkingBlocks
    {
        get;
        init => field = WireList.WithoutNulls(value);
    }

    /// <summary>Pieces of tool calls.</summary>
    public IReadOnlyList<ToolCall>? ToolCalls
    {
        get;
        init => field = WireList.WithoutNulls(value);
    }
}
