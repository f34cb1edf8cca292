using System.Text.Json;
using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>A model's tool calls, both ways.</summary>
internal static class ToolCalls
{
    /// <param name="call">The call.</param>
    /// <param name="position">Its place in its message: names a call that a provider gave no id.</param>
    public static FunctionCallContent FromWire(ToolCall call, int position)
    {
        var arguments = Parse(call.Function?.Arguments, out var error);
        var content = new FunctionCallContent(call.Id ?? $"call_{position}", NameOf(call), arguments)
        {
            Exception = error,
            RawRepresentation = call,
        };
        CarriedFields.Attach(content, call.AdditionalProperties);
        return content;
    }

    public static ToolCall ToWire(FunctionCallContent content)
    {
        var raw = content.RawRepresentation as ToolCall;
        if (raw is { Function: null })
        {
            return raw;
        }

        return new ToolCall
        {
            Id = content.CallId,
            Type = "function",
            Function = new FunctionCall
            {
                Name = content.Name,
                // A provider's prompt cache is keyed by the text: the model's own words go back as it wrote them.
                Arguments =
                    raw?.Function?.Arguments is { } text && Says(text, content.Arguments)
                        ? text
                        : JsonValues.ToJsonObject(
                            content.Arguments ?? Enumerable.Empty<KeyValuePair<string, object?>>()
                        ),
            },
            AdditionalProperties = CarriedFields.Of(content.AdditionalProperties),
        };
    }

    private static string NameOf(ToolCall call) =>
        call.Function?.Name
        ?? (
            call is { Type: { } type, AdditionalProperties: { } extra }
            && extra.TryGetValue(type, out var body)
            && body.ValueKind == JsonValueKind.Object
            && body.TryGetProperty("name", out var name)
            && name.ValueKind == JsonValueKind.String
                ? name.GetString()!
                : call.Type ?? ""
        );

    private static Dictionary<string, object?>? Parse(string? arguments, out Exception? error)
    {
        error = null;
        if (string.IsNullOrWhiteSpace(arguments))
        {
            return null;
        }

        try
        {
            var element = JsonElement.Parse(arguments);
            if (element.ValueKind == JsonValueKind.Object)
            {
                var parsed = new Dictionary<string, object?>(StringComparer.Ordinal);
                foreach (var property in element.EnumerateObject())
                {
                    parsed[property.Name] = property.Value;
                }

                return parsed;
            }

            error = new JsonException("The model's arguments are not a JSON object.");
        }
        catch (JsonException e)
        {
            error = new JsonException("The model's arguments are not valid JSON.", e);
        }

        return null;
    }

    private static bool Says(string text, IDictionary<string, object?>? arguments)
    {
        var parsed = Parse(text, out _);
        if (parsed is null || arguments is null)
        {
            return parsed is null && arguments is null;
        }

        return parsed.Count == arguments.Count
            && arguments.All(a =>
                parsed.TryGetValue(a.Key, out var original)
                && JsonValues.TryToElement(a.Value, out var current)
                && JsonElement.DeepEquals((JsonElement)original!, current)
            );
    }
}
