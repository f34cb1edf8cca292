using System.Text.Json;

namespace Callgate.Providers.Anthropic;

/// <summary>Short ways into JSON that is read by hand.</summary>
internal static class AnthropicJson
{
    public static string? StringOf(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    public static bool TryGet(this JsonElement element, string name, JsonValueKind kind, out JsonElement value) =>
        element.TryGetProperty(name, out value) && value.ValueKind == kind;

    /// <exception cref="JsonException">There is none.</exception>
    public static JsonElement GetPropertyOrThrow(this JsonElement element, string name) =>
        element.TryGet(name, JsonValueKind.Object, out var value)
            ? value
            : throw new JsonException($"The event has no {name}.");

    /// <summary>Whether there is anything in it.</summary>
    public static bool IsSomething(this JsonElement element) =>
        element.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    public static void Write(this Utf8JsonWriter writer, string name, JsonElement value)
    {
        writer.WritePropertyName(name);
        value.WriteTo(writer);
    }
}
