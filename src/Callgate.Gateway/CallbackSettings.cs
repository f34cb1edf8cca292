using System.Text.Json;
using Callgate.Gateway.UserCode;

namespace Callgate.Gateway;

/// <summary>Reads values of a callback's entry in <c>callback_settings</c>.</summary>
/// <param name="name">The callback.</param>
/// <param name="settings">Its entry; none is an empty one.</param>
internal readonly struct CallbackSettings(string name, JsonElement? settings)
{
    /// <summary>The keys that are there.</summary>
    public IEnumerable<string> Keys =>
        settings is { ValueKind: JsonValueKind.Object } map ? map.EnumerateObject().Select(p => p.Name) : [];

    /// <summary>The value; null where there is none, or null.</summary>
    public JsonElement? Find(string key) =>
        settings is { ValueKind: JsonValueKind.Object } map
        && map.TryGetProperty(key, out var value)
        && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    public string? Text(string key) => Find(key) is { } value ? TextOf(key, value) : null;

    public string TextOf(string path, JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(path, "must be text");

    public TimeSpan? Seconds(string key) =>
        Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is > 0 and < 1e6
            ? TimeSpan.FromSeconds(seconds)
        : throw Wrong(key, "must be a number of seconds above zero");

    public OnHookFailure OnFailure(string key) =>
        Text(key) switch
        {
            null => OnHookFailure.Default,
            "deny" => OnHookFailure.Deny,
            "allow" => OnHookFailure.Allow,
            _ => throw Wrong(key, "must be deny or allow"),
        };

    /// <summary>What is wrong with a key.</summary>
    public CallbackLoadException Wrong(string key, string what) => new($"callback_settings.{name}.{key} {what}.");
}
