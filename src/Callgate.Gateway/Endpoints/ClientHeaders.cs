using System.Collections.Frozen;
using Callgate.Formats;
using Microsoft.AspNetCore.Http;

namespace Callgate.Gateway.Endpoints;

/// <summary>A request's headers as hooks see them: those that may carry a key or a session are not among them.</summary>
internal static class ClientHeaders
{
    private static readonly FrozenSet<string> s_secret = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "authorization",
        "proxy-authorization",
        "cookie",
        "x-api-key",
        "api-key",
        "x-litellm-api-key",
        "x-goog-api-key",
        "ocp-apim-subscription-key"
    );

    public static IReadOnlyDictionary<string, string> Safe(IHeaderDictionary headers) =>
        headers
            .Where(h => IsSafe(h.Key))
            .ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);

    /// <summary>Those that belong to the format, and go on to a provider that speaks it.</summary>
    /// <exception cref="LlmBadRequestException">One can't be sent on.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> OfFormat(IHeaderDictionary headers, ClientFormat format)
    {
        if (format.Name != "messages")
        {
            return [];
        }

        List<KeyValuePair<string, string>> found = [];
        foreach (var name in (ReadOnlySpan<string>)["anthropic-version", "anthropic-beta"])
        {
            if (headers.TryGetValue(name, out var value) && value.Count > 0)
            {
                found.Add(
                    value.ToString() is var text && !text.AsSpan().ContainsAnyExceptInRange(' ', '~')
                        ? new(name, text)
                        : throw Refusals.BadRequest($"The header '{name}' must be plain ASCII text.")
                );
            }
        }

        return found;
    }

    private static bool IsSafe(string name) =>
        !s_secret.Contains(name)
        && !name.Contains("token", StringComparison.OrdinalIgnoreCase)
        && !name.Contains("secret", StringComparison.OrdinalIgnoreCase)
        && !name.Contains("api-key", StringComparison.OrdinalIgnoreCase);
}
