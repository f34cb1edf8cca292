using System.Text.Json;

namespace Callgate.Gateway;

/// <summary>A part of the config as the plain values that built-in callbacks take.</summary>
internal static class SettingsMap
{
    public static IReadOnlyDictionary<string, object?> Of(JsonElement? settings) =>
        settings is { ValueKind: JsonValueKind.Object } map
            ? map.EnumerateObject().ToDictionary(p => p.Name, p => Value(p.Value), StringComparer.Ordinal)
            : new Dictionary<string, object?>();

    private static object? Value(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => Of(value),
            JsonValueKind.Array => value.EnumerateArray().Select(Value).ToList(),
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole : value.GetDouble(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };
}
