using System.Net.Http.Headers;

namespace Callgate.Interop;

/// <summary>Reads another client's headers without touching them.</summary>
internal static class ExchangeHeaders
{
    /// <summary>All that is sent.</summary>
    public static List<KeyValuePair<string, string>> Of(HttpRequestMessage message)
    {
        var headers = new List<KeyValuePair<string, string>>();
        Add(message.Headers.NonValidated);
        if (message.Content is { } content)
        {
            Add(content.Headers.NonValidated);
        }

        return headers;

        void Add(HttpHeadersNonValidated some)
        {
            foreach (var (name, values) in some)
            {
                headers.Add(new(name, values.ToString()));
            }
        }
    }

    // Not by the typed property: reading it rewrites the header in its own style.
    public static bool IsEventStream(HttpContent content) =>
        content.Headers.NonValidated.TryGetValues("Content-Type", out var value)
        && MediaTypeHeaderValue.TryParse(value.ToString(), out var type)
        && "text/event-stream".Equals(type.MediaType, StringComparison.OrdinalIgnoreCase);
}
