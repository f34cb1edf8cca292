using System.Text.Json;
using System.Text.Json.Serialization;

namespace Callgate.Wire;

/// <summary>A chat completion request in OpenAI's format. Immutable: <c>with</c> makes a changed copy. Source: the public OpenAPI description of <c>POST /v1/chat/completions</c>.</summary>
public sealed record ChatRequest : LlmRequest
{
    /// <summary>The conversation. Must not be empty.</summary>
    public required IReadOnlyList<Message> Messages { get; init; }

    /// <summary>The most tokens to generate (older name).</summary>
    public int? MaxTokens { get; init; }

    /// <summary>The most tokens to generate, reasoning included.</summary>
    public int? MaxCompletionTokens { get; init; }

    /// <summary>Sampling temperature, 0 to 2.</summary>
    public double? Temperature { get; init; }

    /// <summary>Nucleus sampling, 0 to 1.</summary>
    public double? TopP { get; init; }

    /// <summary>How many answers to generate.</summary>
    public int? N { get; init; }

    /// <summary>Texts at which generation stops.</summary>
    [JsonConverter(typeof(StringOrListConverter))]
    public IReadOnlyList<string>? Stop { get; init; }

    /// <summary>-2 to 2.</summary>
    public double? PresencePenalty { get; init; }

    /// <summary>-2 to 2.</summary>
    public double? FrequencyPenalty { get; init; }

    /// <summary>For repeatable sampling, where the provider has it.</summary>
    public long? Seed { get; init; }

    /// <summary>The end user's id, for the provider's abuse monitoring.</summary>
    public string? User { get; init; }

    /// <summary>The tools that the model may call.</summary>
    public IReadOnlyList<ToolDefinition>? Tools
    {
        get;
        init => field = WireList.WithoutNulls(value);
    }

    /// <summary><c>"auto"</c>, <c>"none"</c>, <c>"required"</c>, or an object that names a tool.</summary>
    public JsonElement? ToolChoice { get; init; }

    /// <summary>Whether several tool calls may come in one answer.</summary>
    public bool? ParallelToolCalls { get; init; }

    /// <summary>The answer's format: text, any JSON, or a JSON Schema.</summary>
    public ResponseFormat? ResponseFormat { get; init; }

    /// <summary>How much the model should reason: <c>minimal</c>, <c>low</c>, <c>medium</c>, <c>high</c>.</summary>
    public string? ReasoningEffort { get; init; }

    /// <summary>Anthropic's thinking setting, e.g. <c>{"type":"enabled","budget_tokens":2048}</c>.</summary>
    public JsonElement? Thinking { get; init; }

    /// <summary>The service tier: <c>auto</c>, <c>default</c>, <c>flex</c>, <c>priority</c>.</summary>
    public string? ServiceTier { get; init; }

    /// <summary>Whether the answer comes as a stream. Set by the method that is called.</summary>
    public bool? Stream { get; init; }

    /// <summary>Options of the stream.</summary>
    public StreamOptions? StreamOptions { get; init; }

    /// <summary>Whether it came in Anthropic's format, and what has no place in OpenAI's is kept as Anthropic has it.</summary>
    internal bool IsAnthropic { get; init; }

    /// <summary>A short, safe form.</summary>
    public override string ToString() =>
        $"{Model}: {Messages.Count} message(s), last {(Messages.Count > 0 ? Messages[^1] : null)}";
}

/// <summary>Options of a stream.</summary>
public sealed record StreamOptions : WireObject
{
    /// <summary>Whether a last chunk with the usage comes.</summary>
    public bool? IncludeUsage { get; init; }
}

/// <summary>The format of the answer.</summary>
public sealed record ResponseFormat : WireObject
{
    /// <summary><c>text</c>, <c>json_object</c> or <c>json_schema</c>.</summary>
    public required string Type { get; init; }

    /// <summary>With <c>json_schema</c>: <c>{"name":…,"schema":…,"strict":…}</c>.</summary>
    public JsonElement? JsonSchema { get; init; }
}

internal sealed class StringOrListConverter : JsonConverter<IReadOnlyList<string>>
{
    public override IReadOnlyList<string>? Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    ) =>
        reader.TokenType == JsonTokenType.String
            ? [reader.GetString()!]
            : JsonSerializer.Deserialize(ref reader, WireJson.Default.ListString);

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var item in value)
        {
            writer.WriteStringValue(item);
        }

        writer.WriteEndArray();
    }
}
