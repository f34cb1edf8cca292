using System.Globalization;
using System.Text.Json;

namespace Callgate;

/// <summary>The payload's response headers, without those that carry secrets.</summary>
internal static class PayloadHeaders
{
    private const int Most = 100;

    public static JsonElement? Of(CallDetails call, LlmResponse? response)
    {
        var headers = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        Add(headers, call.ResponseHeaders);
        Add(headers, response?.HiddenParams.AdditionalHeaders ?? AdditionalArgs.NoHeaders);
        return headers.Count == 0
            ? null
            : PayloadContent.Write(call.PayloadLimits, (w, b) => Write(w, b, headers), out _);
    }

    private static void Add(SortedDictionary<string, string> all, IReadOnlyDictionary<string, string> headers)
    {
        foreach (var (name, value) in headers)
        {
            if (all.Count < Most && !SecretNames.IsSecret(name))
            {
                all[name] = SafeErrors.Clean(value);
            }
        }
    }

    private static void Write(Utf8JsonWriter writer, BoundedJson bounded, SortedDictionary<string, string> headers)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in headers)
        {
            // LiteLLM has these six by this name, the counts as numbers.
            var rateLimit =
                name.ToLowerInvariant()
                is "x-ratelimit-limit-requests"
                    or "x-ratelimit-limit-tokens"
                    or "x-ratelimit-remaining-requests"
                    or "x-ratelimit-remaining-tokens"
                    or "x-ratelimit-reset-requests"
                    or "x-ratelimit-reset-tokens";
            if (!bounded.Name(rateLimit ? name.ToLowerInvariant().Replace('-', '_') : name))
            {
                continue;
            }

            if (
                rateLimit
                && !name.Contains("reset", StringComparison.OrdinalIgnoreCase)
                && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            )
            {
                bounded.Raw(count.ToString(CultureInfo.InvariantCulture));
            }
            else
            {
                bounded.Text(value);
            }
        }

        writer.WriteEndObject();
    }
}
