using System.Text.Json;
using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>Tools, the tool mode and the response format on the wire.</summary>
internal static class ToolsToWire
{
    private static readonly JsonElement s_auto = JsonElement.Parse("\"auto\"");
    private static readonly JsonElement s_none = JsonElement.Parse("\"none\"");
    private static readonly JsonElement s_required = JsonElement.Parse("\"required\"");

    /// <summary>A hosted tool that the wire doesn't know keeps its name as its type: a provider that refuses it says so, where dropping it would not.</summary>
    public static ToolDefinition Map(AITool tool) =>
        tool is AIFunctionDeclaration function
            ? new ToolDefinition
            {
                Function = new FunctionDefinition
                {
                    Name = function.Name,
                    Description = Text(function.Description),
                    Parameters = function.JsonSchema.ValueKind == JsonValueKind.Undefined ? null : function.JsonSchema,
                    Strict = Property(tool, "strict") switch
                    {
                        { ValueKind: JsonValueKind.True } => true,
                        { ValueKind: JsonValueKind.False } => false,
                        _ => null,
                    },
                },
                CacheControl = Property(tool, CarriedFields.CacheControl),
            }
            : new ToolDefinition { Type = tool.Name };

    public static JsonElement? Map(ChatToolMode? mode) =>
        mode switch
        {
            NoneChatToolMode => s_none,
            AutoChatToolMode => s_auto,
            RequiredChatToolMode { RequiredFunctionName: { } name } => JsonElement.Parse(
                $$$"""{"type":"function","function":{"name":{{{JsonValues.ToJson(name)}}}}}"""
            ),
            RequiredChatToolMode => s_required,
            _ => null,
        };

    public static ResponseFormat? Map(ChatResponseFormat? format, bool? strict) =>
        format switch
        {
            ChatResponseFormatText => new ResponseFormat { Type = "text" },
            ChatResponseFormatJson { Schema: { } schema } json => new ResponseFormat
            {
                Type = "json_schema",
                JsonSchema = JsonElement.Parse(JsonValues.ToJsonObject(SchemaFields(json, schema, strict))),
            },
            ChatResponseFormatJson => new ResponseFormat { Type = "json_object" },
            _ => null,
        };

    private static IEnumerable<KeyValuePair<string, object?>> SchemaFields(
        ChatResponseFormatJson json,
        JsonElement schema,
        bool? strict
    )
    {
        yield return new("name", json.SchemaName ?? "json_schema");
        if (Text(json.SchemaDescription) is { } description)
        {
            yield return new("description", description);
        }

        yield return new("schema", schema);
        if (strict is { } value)
        {
            yield return new("strict", value);
        }
    }

    private static JsonElement? Property(AITool tool, string name) =>
        tool.AdditionalProperties.TryGetValue(name, out var value)
        && value is not null
        && JsonValues.TryToElement(value, out var element)
            ? element
            : null;

    private static string? Text(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
