using System.Collections.Frozen;
using System.Net.Http.Headers;

namespace Callgate.Calls;

/// <summary>Headers as events may show them.</summary>
internal static class SafeHeaders
{
    private const string Mask = "***";

    private static readonly FrozenSet<string> s_known = new[]
    {
        "accept",
        "accept-encoding",
        "anthropic-beta",
        "anthropic-version",
        "content-length",
        "content-type",
        "openai-beta",
        "traceparent",
        "tracestate",
        "user-agent",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly NameTable<bool> s_isShown = new(IsShown);

    /// <summary>Whether a request's header is known to carry no key.</summary>
    public static bool IsHarmless(string name) => s_known.Contains(name);

    /// <summary>A request's headers. Any that isn't known to be harmless may carry a key of somebody's proxy: it is masked.</summary>
    public static IReadOnlyDictionary<string, string> Of(IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        if (headers.Count == 0)
        {
            return AdditionalArgs.NoHeaders;
        }

        var safe = new Dictionary<string, string>(headers.Count, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in headers)
        {
            safe[name] = s_known.Contains(name) ? value : Mask;
        }

        return safe;
    }

    /// <summary>A response's headers, without cookies and whatever else could carry a session.</summary>
    public static IReadOnlyDictionary<string, string> Of(HttpResponseHeaders headers)
    {
        var safe = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in headers.NonValidated)
        {
            if (s_isShown[name])
            {
                safe[name] = values.ToString();
            }
        }

        return safe;
    }

    private static bool IsShown(string name) =>
        !name.Contains("cookie", StringComparison.OrdinalIgnoreCase)
            && !name.Contains("auth", StringComparison.OrdinalIgnoreCase)
            && !name.Contains("key", StringComparison.OrdinalIgnoreCase)
            && !name.Contains("token", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("x-ratelimit-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("anthropic-ratelimit-", StringComparison.OrdinalIgnoreCase);
}
