using System.Collections.Frozen;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Providers.Anthropic;

/// <summary>Writes tools, the choice among them, and calls of them.</summary>
internal static class AnthropicTools
{
    /// <summary>What is said of a function; no field beside it says it again.</summary>
    private static readonly FrozenSet<string> s_function = FrozenSet.Create(
        StringComparer.Ordinal,
        "type",
        "name",
        "description",
        "input_schema",
        "strict",
        "cache_control"
    );

    /// <summary>Writes <c>tools</c> and <c>tool_choice</c>.</summary>
    public static void Write(
        Utf8JsonWriter writer,
        ChatRequest request,
        JsonMode json,
        bool isThinking,
        ClaudeModel claude,
        string model
    )
    {
        var choice = ToolChoice.Read(request.ToolChoice, model);
        var tools = choice.Allowed is { } allowed
            ? [.. (request.Tools ?? []).Where(t => t.Function is { } f && allowed.Contains(f.Name))]
            : request.Tools ?? [];
        if (tools.Count == 0 && json != JsonMode.Tool)
        {
            WriteFormerTools(writer, request.Messages);
            return;
        }

        writer.WriteStartArray("tools"u8);
        foreach (var tool in tools)
        {
            WriteTool(writer, tool, claude);
        }

        if (json == JsonMode.Tool)
        {
            AnthropicFormat.WriteTool(writer, AnthropicFormat.SchemaOf(request.ResponseFormat));
        }

        writer.WriteEndArray();
        if (json == JsonMode.Tool && choice.Type is null or "auto" or "none" or "any")
        {
            choice = AnthropicFormat.Choose(isThinking, tools.Count > 0 && choice.Type != "none");
        }

        choice.WriteTo(writer, request.ParallelToolCalls == false);
    }

    private static void WriteTool(Utf8JsonWriter writer, ToolDefinition tool, ClaudeModel claude)
    {
        writer.WriteStartObject();
        if (tool.Function is { } function)
        {
            var isStrict = function.Strict == true && claude.HasStructuredOutputs;
            writer.WriteString("name"u8, function.Name);
            if (!string.IsNullOrEmpty(function.Description))
            {
                writer.WriteString("description"u8, function.Description);
            }

            writer.WritePropertyName("input_schema"u8);
            if (isStrict && function.Parameters is { ValueKind: JsonValueKind.Object } parameters)
            {
                StrictSchema.Write(writer, parameters);
            }
            else
            {
                WriteInputSchema(writer, function.Parameters);
            }

            if (isStrict)
            {
                writer.WriteBoolean("strict"u8, true);
            }

            WriteExtra(writer, function.AdditionalProperties, n => s_function.Contains(n));
        }
        else if (
            tool.Type is not ("function" or "custom")
            || tool.AdditionalProperties?.ContainsKey("input_schema") != true
        )
        {
            // One of Anthropic's own tools.
            writer.WriteString("type"u8, tool.Type);
        }

        if (tool.CacheControl is { } mark)
        {
            writer.Write("cache_control", mark);
        }

        var own = tool.Function?.AdditionalProperties;
        WriteExtra(
            writer,
            tool.AdditionalProperties,
            n => tool.Function is not null && (s_function.Contains(n) || own?.ContainsKey(n) == true)
        );
        writer.WriteEndObject();
    }

    /// <summary>Writes a schema for a tool's input, which must describe an object.</summary>
    public static void WriteInputSchema(Utf8JsonWriter writer, JsonElement? schema)
    {
        var isSchema = schema is { ValueKind: JsonValueKind.Object };
        writer.WriteStartObject();
        if (!isSchema || !schema!.Value.TryGetProperty("type", out _))
        {
            writer.WriteString("type"u8, "object"u8);
        }

        if (!isSchema || !schema!.Value.TryGetProperty("properties", out _))
        {
            writer.WriteStartObject("properties"u8);
            writer.WriteEndObject();
        }

        if (isSchema)
        {
            foreach (var property in schema!.Value.EnumerateObject())
            {
                property.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>
    /// A conversation with calls in it needs their tools to be defined, and OpenAI's format lets a client leave them out:
    /// they are defined by their names, and not to be called.
    /// </summary>
    private static void WriteFormerTools(Utf8JsonWriter writer, IReadOnlyList<Message> messages)
    {
        var names = messages
            .Where(m => m.Role == "assistant")
            .SelectMany(m => m.ToolCalls ?? [])
            .Select(c => c.Function?.Name)
            .Where(n => !string.IsNullOrEmpty(n))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (names.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("tools"u8);
        foreach (var name in names)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, name);
            writer.WritePropertyName("input_schema"u8);
            WriteInputSchema(writer, null);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        new ToolChoice("none").WriteTo(writer, false);
    }

    /// <summary>Writes a call that an assistant made.</summary>
    public static void WriteCall(
        Utf8JsonWriter writer,
        ToolCall call,
        string fallbackId,
        JsonElement? mark,
        string model
    )
    {
        if (call.Function is not { Name: { Length: > 0 } name } function)
        {
            throw AnthropicErrors.Unsupported(model, "A tool call of an assistant message names no function.");
        }

        writer.WriteStartObject();
        writer.WriteString("type"u8, "tool_use"u8);
        writer.WriteString("id"u8, IdOf(string.IsNullOrEmpty(call.Id) ? fallbackId : call.Id));
        writer.WriteString("name"u8, name);
        writer.WritePropertyName("input"u8);
        WriteInput(writer, function.Arguments);
        var extra = call.AdditionalProperties;
        foreach (var field in (ReadOnlySpan<string>)["caller", "toolset_name", "cache_control"])
        {
            if (extra is not null && extra.TryGetValue(field, out var value))
            {
                writer.Write(field, value);
            }
        }

        if (mark is { } cacheControl && extra?.ContainsKey("cache_control") != true)
        {
            writer.Write("cache_control", cacheControl);
        }

        writer.WriteEndObject();
    }

    /// <summary>Anthropic wants an object: whatever else a model once wrote is kept under a name, so that the model can see its mistake.</summary>
    public static void WriteInput(Utf8JsonWriter writer, string? arguments)
    {
        if (string.IsNullOrWhiteSpace(arguments))
        {
            writer.WriteStartObject();
            writer.WriteEndObject();
            return;
        }

        JsonElement input;
        try
        {
            input = JsonElement.Parse(arguments);
        }
        catch (JsonException)
        {
            writer.WriteStartObject();
            writer.WriteString("arguments"u8, arguments);
            writer.WriteEndObject();
            return;
        }

        switch (input.ValueKind)
        {
            case JsonValueKind.Object:
                input.WriteTo(writer);
                break;
            case JsonValueKind.Null:
                writer.WriteStartObject();
                writer.WriteEndObject();
                break;
            default:
                writer.WriteStartObject();
                writer.Write("arguments", input);
                writer.WriteEndObject();
                break;
        }
    }

    /// <summary>Anthropic takes only letters, digits, <c>_</c> and <c>-</c> in an id; other providers' ids have more, and the call and its result must still meet.</summary>
    public static string IdOf(string id)
    {
        return id.All(IsPlain)
            ? id
            : string.Create(
                id.Length,
                id,
                static (target, source) =>
                {
                    for (var i = 0; i < target.Length; i++)
                    {
                        target[i] = IsPlain(source[i]) ? source[i] : '_';
                    }
                }
            );

        static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';
    }

    private static void WriteExtra(Utf8JsonWriter writer, ExtraFields? extra, Func<string, bool> isWritten)
    {
        foreach (var (name, value) in extra ?? [])
        {
            if (!isWritten(name))
            {
                writer.Write(name, value);
            }
        }
    }
}
