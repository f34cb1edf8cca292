using System.Text.Json;

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

    /// <exception cref="UserCode.CallbackLoadException">Something is wrong; the message names the key.</exception>
    public static HttpHookSettings Read(string name, JsonElement entry)
    {
        var settings = new CallbackSettings(name, entry);
        foreach (var key in settings.Keys)
        {
            if (!s_known.Contains(key, StringComparer.Ordinal))
            {
                throw settings.Wrong(key, $"is unknown. There are: {string.Join(", ", s_known)}");
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
            Endpoint = settings.Text("endpoint") ?? throw settings.Wrong("endpoint", "is missing"),
            Hooks = Hooks(settings),
            Timeout = settings.Seconds("timeout") ?? defaults.Timeout,
            OnFailure = settings.OnFailure("on_failure"),
            Headers = Headers(settings),
            Secret = settings.Text("secret"),
        };
        read.ThrowIfWrong();
        return read;
    }

    private static string[] Hooks(CallbackSettings settings) =>
        settings.Find("hooks") switch
        {
            null => throw settings.Wrong("hooks", "is missing: name the hooks that the service is to get"),
            { ValueKind: JsonValueKind.String } one => [one.GetString()!],
            { ValueKind: JsonValueKind.Array } list
                when list.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String) =>
            [
                .. list.EnumerateArray().Select(v => v.GetString()!),
            ],
            _ => throw settings.Wrong("hooks", "must be a list of names"),
        };

    private static Dictionary<string, string> Headers(CallbackSettings settings)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (settings.Find("headers") is not { } given)
        {
            return headers;
        }

        if (given.ValueKind != JsonValueKind.Object)
        {
            throw settings.Wrong("headers", "must be a map of names and values");
        }

        foreach (var header in given.EnumerateObject())
        {
            headers[header.Name] =
                header.Value.ValueKind == JsonValueKind.Null
                    ? ""
                    : settings.TextOf($"headers.{header.Name}", header.Value);
        }

        return headers;
    }
}
