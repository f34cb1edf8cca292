using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats.Responses;

/// <summary>Reads tools and the choice among them. Functions stand as they are; a custom tool becomes a function with one text; the tools that OpenAI runs itself can't be had from a chat model.</summary>
internal static class InputTools
{
    public static (IReadOnlyList<ToolDefinition>? Tools, IReadOnlySet<string> Custom) Read(
        FieldReader request,
        Action<LlmException> refuse
    )
    {
        var custom = new HashSet<string>(StringComparer.Ordinal);
        if (request.Array("tools") is not { } given)
        {
            return (null, custom);
        }

        var tools = new List<ToolDefinition>();
        foreach (var element in given.EnumerateArray())
        {
            var path = $"tools[{tools.Count}]";
            var fields = new FieldReader(element, path);
            var type = fields.RequiredString("type");
            if (type == "custom")
            {
                custom.Add(fields.RequiredString("name"));
                if (fields.Fields("format") is { } format && format.String("type") == "grammar")
                {
                    refuse(
                        ResponsesErrors.Invalid(
                            $"{path}.format",
                            $"The grammar of '{path}' cannot be enforced on this model: give the tool the format text, or make it a function.",
                            "unsupported_value"
                        )
                    );
                }
            }
            else if (type != "function")
            {
                refuse(
                    ResponsesErrors.Invalid(
                        $"{path}.type",
                        $"The tool '{SafeText.Line(type)}' runs at OpenAI and cannot be had with this model: it takes tools of the types function and custom.",
                        "unsupported_value"
                    )
                );
            }

            tools.Add(
                type switch
                {
                    "function" => ReadFunction(fields),
                    "custom" => ReadCustom(fields),
                    _ => new ToolDefinition { Type = type, AdditionalProperties = fields.Rest("type") },
                }
            );
        }

        return (tools, custom);
    }

    public static JsonElement? ReadChoice(FieldReader request, Action<LlmException> refuse)
    {
        if (!request.TryGet("tool_choice", out var choice) || choice.ValueKind == JsonValueKind.String)
        {
            return choice.ValueKind == JsonValueKind.String ? choice : null;
        }

        var fields = new FieldReader(choice, "tool_choice");
        var type = fields.RequiredString("type");
        switch (type)
        {
            case "function" or "custom":
                return ChoiceOf(fields.RequiredString("name"));
            case "allowed_tools":
                var names = (fields.Array("tools") ?? default) is { ValueKind: JsonValueKind.Array } list
                    ? list.EnumerateArray()
                        .Select(
                            (t, i) =>
                                ChoiceOf(
                                        new FieldReader(t, $"tool_choice.tools[{i}]").String("name")
                                            ?? throw NoName($"tool_choice.tools[{i}]")
                                    )
                                    .GetRawText()
                        )
                    : [];
                var mode = WireJson.ElementOf(fields.String("mode") ?? "auto").GetRawText();
                return JsonElement.Parse(
                    $$$"""{"type":"allowed_tools","allowed_tools":{"mode":{{{mode}}},"tools":[{{{string.Join(
                    ',',
                    names
                )}}}]}}"""
                );
            default:
                refuse(
                    ResponsesErrors.Invalid(
                        "tool_choice.type",
                        $"The tool '{SafeText.Line(type)}' cannot be chosen with this model: it takes function, custom and allowed_tools.",
                        "unsupported_value"
                    )
                );
                return choice;
        }
    }

    private static LlmException NoName(string path) =>
        ResponsesErrors.Invalid(
            $"{path}.name",
            $"Missing required parameter: '{path}.name'.",
            "missing_required_parameter"
        );

    private static JsonElement ChoiceOf(string name) =>
        JsonElement.Parse($$$"""{"type":"function","function":{"name":{{{WireJson.ElementOf(name).GetRawText()}}}}}""");

    private static ToolDefinition ReadFunction(FieldReader fields) =>
        new()
        {
            CacheControl = fields.Object("cache_control"),
            Function = new FunctionDefinition
            {
                Name = fields.RequiredString("name"),
                Description = fields.String("description"),
                Parameters = fields.Object("parameters"),
                Strict = fields.Bool("strict"),
                AdditionalProperties = fields.Rest(
                    "type",
                    "name",
                    "description",
                    "parameters",
                    "strict",
                    "cache_control",
                    // For OpenAI's own search and execution of tools.
                    "output_schema",
                    "defer_loading",
                    "allowed_callers"
                ),
            },
        };

    private static ToolDefinition ReadCustom(FieldReader fields) =>
        new()
        {
            CacheControl = fields.Object("cache_control"),
            Function = new FunctionDefinition
            {
                Name = fields.RequiredString("name"),
                Description = fields.String("description"),
                Parameters = CustomInput.Schema,
            },
        };
}
