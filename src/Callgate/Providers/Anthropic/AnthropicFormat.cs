using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Providers.Anthropic;

/// <summary>By what means the answer becomes JSON.</summary>
internal enum JsonMode
{
    /// <summary>It need not.</summary>
    None,

    /// <summary>The API holds the model to the schema (<c>output_config.format</c>).</summary>
    Native,

    /// <summary>A tool with the schema as its input, whose call becomes the answer again.</summary>
    Tool,

    /// <summary>The model is told to.</summary>
    Instruct,
}

/// <summary>
/// <c>response_format</c>. A schema is Anthropic's own structured output on the models that have it; the older ones are made to call a
/// tool. <c>json_object</c> has no schema, and Anthropic no such mode: newer models are told to answer in JSON, as some of
/// them refuse a forced tool, and the older ones get the tool.
/// </summary>
internal static class AnthropicFormat
{
    /// <summary>The tool's name; LiteLLM's, so that its users find what they know in their logs.</summary>
    public const string ToolName = "json_tool_call";

    public const string Instruction =
        "Answer with a single valid JSON object and nothing else: no text around it and no code fence.";

    public static JsonMode ModeOf(ChatRequest request, ClaudeModel claude, string model) =>
        request.ResponseFormat?.Type switch
        {
            null or "text" => JsonMode.None,
            "json_object" => claude.HasStructuredOutputs ? JsonMode.Instruct : JsonMode.Tool,
            "json_schema" when SchemaOf(request.ResponseFormat) is null => throw AnthropicErrors.Unsupported(
                model,
                "A response_format of the type json_schema needs a schema."
            ),
            "json_schema" => claude.HasStructuredOutputs ? JsonMode.Native : JsonMode.Tool,
            _ => throw AnthropicErrors.Unsupported(model, "response_format must be text, json_object or json_schema."),
        };

    /// <summary>Whether a call of our tool in the answer to this request is the answer itself.</summary>
    public static bool MayBeTool(ChatRequest request) => request.ResponseFormat?.Type is "json_object" or "json_schema";

    public static JsonElement? SchemaOf(ResponseFormat? format) =>
        format?.JsonSchema is { ValueKind: JsonValueKind.Object } named
        && named.TryGet("schema", JsonValueKind.Object, out var schema)
            ? schema
            : null;

    public static void WriteFormat(Utf8JsonWriter writer, JsonElement? schema)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "json_schema"u8);
        writer.WritePropertyName("schema"u8);
        StrictSchema.Write(writer, schema!.Value);
        writer.WriteEndObject();
    }

    public static void WriteTool(Utf8JsonWriter writer, JsonElement? schema)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, ToolName);
        writer.WriteString("description"u8, "Gives the final answer as JSON."u8);
        writer.WritePropertyName("input_schema"u8);
        AnthropicTools.WriteInputSchema(writer, schema);
        writer.WriteEndObject();
    }

    /// <summary>The choice that makes the model answer through our tool, as far as Anthropic lets us.</summary>
    public static ToolChoice Choose(bool isThinking, bool hasOtherTools) =>
        isThinking ? new("auto")
        : hasOtherTools ? new("any")
        : new("tool", ToolName);
}
