using System.Text.Json;
using System.Text.Json.Serialization;

namespace Callgate.Wire;

/// <summary>One message of a conversation, in OpenAI's format. Immutable; fields that are not typed here stay in <see cref="WireObject.AdditionalProperties"/> and go on to the provider.</summary>
public sealed record Message : WireObject
{
    /// <summary>Who speaks: <c>system</c>, <c>developer</c>, <c>user</c>, <c>assistant</c> or <c>tool</c>.</summary>
    public required string Role { get; init; }

    /// <summary>What is said: text, or a list of parts. Null only on an assistant message that calls tools.</summary>
    public MessageContent? Content { get; init; }

    /// <summary>An optional name of the speaker.</summary>
    public string? Name { get; init; }

    /// <summary>The tool calls that an assistant message asks for.</summary>
    public IReadOnlyList<ToolCall>? ToolCalls
    {
        get;
        init => field = WireList.WithoutNulls(value);
    }

    /// <summary>On a <c>tool</c> message: the id of the call that it answers.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>The model's refusal, where it refused.</summary>
    public string? Refusal { get; init; }

    /// <summary>The model's reasoning as plain text, where the provider shows it.</summary>
    public string? ReasoningContent { get; init; }

    /// <summary>Reasoning blocks with their signatures, as Anthropic sends them; give them back unchanged in the next turn.</summary>
    public IReadOnlyList<ThinkingBlock>? ThinkingBlocks
    {
        get;
        init => field = WireList.WithoutNulls(value);
    }

    /// <summary>What the answer refers to, e.g. the pages of a web search.</summary>
    public JsonElement? Annotations { get; init; }

    /// <summary>The message as Anthropic's format had it, where ours doesn't keep the order of its blocks; null elsewhere.</summary>
    internal BlockOrder? BlockOrder { get; init; }

    /// <summary>The content's text; empty where there is none.</summary>
    [JsonIgnore]
    public string Text => Content?.Text ?? "";

    /// <summary>A message of the user.</summary>
    public static Message User(MessageContent content) => Of("user", content);

    /// <summary>A system prompt.</summary>
    public static Message System(MessageContent content) => Of("system", content);

    /// <summary>An earlier answer of the model.</summary>
    public static Message Assistant(MessageContent content) => Of("assistant", content);

    /// <summary>The result of the tool call with this id.</summary>
    public static Message Tool(string toolCallId, MessageContent content)
    {
        ArgumentException.ThrowIfNullOrEmpty(toolCallId);
        return Of("tool", content) with { ToolCallId = toolCallId };
    }

    private static Message Of(string role, MessageContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return new Message { Role = role, Content = content };
    }

    /// <summary>A short, safe form: long text is cut.</summary>
    public override string ToString() =>
        ToolCalls is { Count: > 0 } calls
            ? $"{Role}: {SafeText.Cut(Text)} [{calls.Count} tool call(s)]"
            : $"{Role}: {SafeText.Cut(Text)}";
}

/// <summary>A block of the model's reasoning, kept whole so that it can be given back in the next turn.</summary>
public sealed record ThinkingBlock : WireObject
{
    /// <summary><c>thinking</c> or <c>redacted_thinking</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The reasoning's text.</summary>
    public string? Thinking { get; init; }

    /// <summary>The provider's signature over it.</summary>
    public string? Signature { get; init; }

    /// <summary>The opaque content of a redacted block.</summary>
    public string? Data { get; init; }
}
