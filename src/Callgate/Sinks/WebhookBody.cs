namespace Callgate.Sinks;

/// <summary>Puts events into one body. They are JSON already: nothing is written anew.</summary>
internal static class WebhookBody
{
    public static byte[] Of(SinkEvent[] events, WebhookFormat format) =>
        format switch
        {
            WebhookFormat.JsonArray => Join(events, "["u8, ","u8, "]"u8),
            WebhookFormat.NdJson => Join(events, [], "\n"u8, "\n"u8),
            _ => Join(events, [], [], []),
        };

    public static string ContentTypeOf(WebhookFormat format) =>
        format == WebhookFormat.NdJson ? "application/x-ndjson" : "application/json";

    private static byte[] Join(
        SinkEvent[] events,
        ReadOnlySpan<byte> before,
        ReadOnlySpan<byte> between,
        ReadOnlySpan<byte> after
    )
    {
        var body = new byte[
            before.Length + events.Sum(e => e.Json.Length) + (between.Length * (events.Length - 1)) + after.Length
        ];
        before.CopyTo(body);
        var at = before.Length;
        for (var i = 0; i < events.Length; i++)
        {
            if (i > 0)
            {
                between.CopyTo(body.AsSpan(at));
                at += between.Length;
            }

            events[i].Json.Span.CopyTo(body.AsSpan(at));
            at += events[i].Json.Length;
        }

        after.CopyTo(body.AsSpan(at));
        return body;
    }
}
