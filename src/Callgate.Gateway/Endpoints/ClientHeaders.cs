using System.Collections;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Callgate.Formats;
using Microsoft.AspNetCore.Http;

namespace Callgate.Gateway.Endpoints;

/// <summary>A request's headers as hooks see them: those that may carry a key or a session are not among them. Copied when first asked for, while the request is there.</summary>
internal sealed class ClientHeaders(IHeaderDictionary headers) : IReadOnlyDictionary<string, string>
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

    private FrozenDictionary<string, string>? _safe;

    private FrozenDictionary<string, string> Safe =>
        _safe ??= headers
            .Where(h => IsSafe(h.Key))
            .ToFrozenDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);

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

    public string this[string key] => Safe[key];

    public IEnumerable<string> Keys => Safe.Keys;

    public IEnumerable<string> Values => Safe.Values;

    public int Count => Safe.Count;

    public bool ContainsKey(string key) => Safe.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value) => Safe.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() =>
        ((IEnumerable<KeyValuePair<string, string>>)Safe).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
