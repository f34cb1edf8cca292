using System.Text.Json;
using Callgate.Gateway.UserCode;

namespace Callgate.Gateway.HttpHooks;

/// <summary>Reads an HTTP hook's entry of <c>callback_settings</c>.</summary>
internal static class HttpHookReader
{
    private static readonly string[] s_known =
    [
        "callback_type",
        "endpoint",
        "hooks",
        "timeout",
        "on_failure",
        "headers",
        "secret",
    ];

    /// <exception cref="CallbackLoadException">Something is wrong; the message names the key.</exception>
    public static HttpHookSettings Read(string name, JsonElement settings)
    {
        foreach (var property in settings.EnumerateObject())
        {
            if (!s_known.Contains(property.Name, StringComparer.Ordinal))
            {
                throw Wrong(name, property.Name, $"is unknown. There are: {string.Join(", ", s_known)}");
            }
        }

        var defaults = new HttpHookSettings
        {
            Name = name,
            Endpoint = "",
            Hooks = [],
        };
        var read = new HttpHookSettings
        {
            Name = name,
            Endpoint = Text(name, settings, "endpoint") ?? throw Wrong(name, "endpoint", "is missing"),
            Hooks = Texts(name, settings, "hooks"),
            Timeout = Seconds(name, settings, "timeout") ?? defaults.Timeout,
            OnFailure = OnFailure(name, settings),
            Headers = Headers(name, settings),
            Secret = Text(name, settings, "secret"),
        };
        read.ThrowIfWrong();
        return read;
    }

    private static string? Text(string name, JsonElement settings, string key) =>
        !settings.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Wrong(name, key, "must be text");

    private static string[] Texts(string name, JsonElement settings, string key)
    {
        if (!settings.TryGetProperty(key, out var value))
        {
            throw Wrong(name, key, "is missing: name the hooks that the service is to get");
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => [value.GetString()!],
            JsonValueKind.Array when value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String) =>
            [
                .. value.EnumerateArray().Select(v => v.GetString()!),
            ],
            _ => throw Wrong(name, key, "must be a list of names"),
        };
    }

    private static TimeSpan? Seconds(string name, JsonElement settings, string key) =>
        !settings.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is > 0 and < 1e6
            ? TimeSpan.FromSeconds(seconds)
        : throw Wrong(name, key, "must be a number of seconds above zero");

    private static OnHookFailure OnFailure(string name, JsonElement settings) =>
        Text(name, settings, "on_failure") switch
        {
            null => OnHookFailure.Default,
            "deny" => OnHookFailure.Deny,
            "allow" => OnHookFailure.Allow,
            _ => throw Wrong(name, "on_failure", "must be deny or allow"),
        };

    private static Dictionary<string, string> Headers(string name, JsonElement settings)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (settings.TryGetProperty("headers", out var given) && given.ValueKind != JsonValueKind.Null)
        {
            if (given.ValueKind != JsonValueKind.Object)
            {
                throw Wrong(name, "headers", "must be a map of names and values");
            }

            foreach (var header in given.EnumerateObject())
            {
                headers[header.Name] = Text(name, given, header.Name) ?? "";
            }
        }

        return headers;
    }

    private static CallbackLoadException Wrong(string name, string key, string what) =>
        new($"callback_settings.{name}.{key} {what}.");
}
