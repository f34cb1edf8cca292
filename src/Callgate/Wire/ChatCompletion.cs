using System.Text.Json;
using System.Text.Json.Serialization;

namespace Callgate.Wire;

/// <summary>A chat completion in OpenAI's format. Source: the public OpenAPI description of <c>POST /v1/chat/completions</c>.</summary>
public sealed record ChatCompletion : LlmResponse
{
    /// <summary><c>chat.completion</c>.</summary>
    public string? Object { get; init; }

    /// <summary>When it was made, in Unix seconds.</summary>
    public long? Created { get; init; }

    /// <summary>The answers, usually one.</summary>
    public IReadOnlyList<Choice> Choices
    {
        get;
        // The deserializer sets what is missing to null.
        init => field = WireList.WithoutNulls(value) ?? [];
    } = [];

    /// <summary>The service tier that answered.</summary>
    public string? ServiceTier { get; init; }

    /// <summary>Names the configuration that answered, for repeatable sampling.</summary>
    public string? SystemFingerprint { get; init; }

    /// <inheritdoc />
    [JsonIgnore]
    public override string Text => Choices.Count == 0 ? "" : Choices[0].Message?.Text ?? "";

    /// <inheritdoc />
    public override LlmResponse WithText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var first = Choices.Count > 0 ? Choices[0] : new Choice();
        var message = first.Message ?? new Message { Role = "assistant" };
        return this with { Choices = [first with { Message = message with { Content = text } }, .. Choices.Skip(1)] };
    }

    /// <summary>A short, safe form.</summary>
    public override string ToString() => base.ToString();
}

/// <summary>One answer of a completion.</summary>
public sealed record Choice : WireObject
{
    /// <summary>Its place.</summary>
    public int Index { get; init; }

    /// <summary>The answer.</summary>
    public Message? Message { get; init; }

    /// <summary>Why it ended: <c>stop</c>, <c>length</c>, <c>tool_calls</c>, <c>content_filter</c>.</summary>
    public string? FinishReason { get; init; }

    /// <summary>The log probabilities, where they were asked for.</summary>
    public JsonElement? Logprobs { get; init; }
}
