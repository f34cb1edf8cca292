using System.Text.Json;

namespace Callgate.Providers.Anthropic;

/// <summary>The choice among the tools, in Anthropic's words; OpenAI's forms and Anthropic's own are both read.</summary>
/// <param name="Type"><c>auto</c>, <c>any</c>, <c>tool</c>, <c>none</c>; null where the request says nothing.</param>
/// <param name="Name">The tool, with the type <c>tool</c>.</param>
/// <param name="Allowed">The only tools to send; null for all.</param>
/// <param name="NoParallel">Whether the choice itself forbids several calls at once.</param>
internal readonly record struct ToolChoice(
    string? Type,
    string? Name = null,
    IReadOnlySet<string>? Allowed = null,
    bool NoParallel = false
)
{
    public static ToolChoice Read(JsonElement? choice, string model) =>
        choice switch
        {
            null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => default,
            { ValueKind: JsonValueKind.String } word => Word(word.GetString(), model),
            { ValueKind: JsonValueKind.Object } named => ReadObject(named, model),
            _ => throw Unknown(model),
        };

    private static ToolChoice Word(string? word, string model) =>
        word switch
        {
            "auto" or "none" or "any" => new(word),
            "required" => new("any"),
            _ => throw Unknown(model),
        };

    private static ToolChoice ReadObject(JsonElement choice, string model)
    {
        var type = choice.StringOf("type");
        switch (type)
        {
            case "allowed_tools":
                // OpenAI's chat format nests the list, its Responses format doesn't.
                var list = choice.TryGet("allowed_tools", JsonValueKind.Object, out var nested) ? nested : choice;
                var names = list.TryGet("tools", JsonValueKind.Array, out var tools)
                    ? tools.EnumerateArray().Select(NameOf).OfType<string>().ToHashSet(StringComparer.Ordinal)
                    : [];
                return Word(list.StringOf("mode") ?? "auto", model) with { Allowed = names };
            case "auto" or "any" or "none" or "required":
                return Word(type, model) with { NoParallel = ForbidsParallel(choice) };
            case null or "function" or "custom" or "tool" when NameOf(choice) is { } name:
                return new("tool", name, null, ForbidsParallel(choice));
            default:
                throw Unknown(model);
        }
    }

    private static bool ForbidsParallel(JsonElement choice) =>
        choice.TryGetProperty("disable_parallel_tool_use", out var value) && value.ValueKind == JsonValueKind.True;

    private static string? NameOf(JsonElement tool)
    {
        if (tool.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        return
            tool.TryGet("function", JsonValueKind.Object, out var inner)
            || tool.TryGet("custom", JsonValueKind.Object, out inner)
            ? inner.StringOf("name")
            : tool.StringOf("name");
    }

    private static LlmException Unknown(string model) =>
        AnthropicErrors.Unsupported(model, "tool_choice must be auto, none, required, or name a tool.");

    public void WriteTo(Utf8JsonWriter writer, bool noParallel)
    {
        noParallel |= NoParallel;
        if (Type is null && !noParallel)
        {
            return;
        }

        writer.WriteStartObject("tool_choice"u8);
        writer.WriteString("type"u8, Type ?? "auto");
        if (Name is not null)
        {
            writer.WriteString("name"u8, Name);
        }

        if (noParallel && Type != "none")
        {
            writer.WriteBoolean("disable_parallel_tool_use"u8, true);
        }

        writer.WriteEndObject();
    }
}
