using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Callgate.Gateway.Keys;

/// <summary>Finds the key in a request's headers.</summary>
internal static class PresentedKey
{
    private const string Bearer = "Bearer";

    /// <summary>
    /// The key of the first of these headers that has one: <c>x-litellm-api-key</c> (so that Authorization may carry what
    /// is meant for others), <c>Authorization</c>, <c>api-key</c> (Azure's clients), <c>x-api-key</c> (Anthropic's).
    /// Others don't count, even if that key is refused. Empty where there is none.
    /// </summary>
    public static ReadOnlySpan<char> Of(IHeaderDictionary headers)
    {
        var key = Value(headers["x-litellm-api-key"]);
        if (key.IsEmpty)
        {
            key = Value(headers.Authorization);
        }

        if (key.IsEmpty)
        {
            key = Value(headers["api-key"]);
        }

        return key.IsEmpty ? Value(headers["x-api-key"]) : key;
    }

    /// <summary>With or without <c>Bearer</c>. A header that comes twice is joined, and so no key.</summary>
    private static ReadOnlySpan<char> Value(StringValues header)
    {
        var value = header.Count == 1 ? header[0].AsSpan().Trim() : header.ToString().AsSpan();
        if (value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            if (value.Length == Bearer.Length)
            {
                return [];
            }

            if (value[Bearer.Length] is ' ' or '\t')
            {
                return value[Bearer.Length..].Trim();
            }
        }

        // Another scheme, such as Basic: no key of ours.
        return header.Count == 1 && value.Contains(' ') ? [] : value;
    }
}
