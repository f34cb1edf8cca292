using System.Text;
using System.Text.Json;

namespace Callgate.Tests.Sinks;

/// <summary>Events to send, and what of them is needed to compare.</summary>
internal static class SinkEvents
{
    public static SinkEvent[] Of(params IEnumerable<string> ids) =>
        [
            .. ids.Select(id => new SinkEvent(
                id,
                SinkEventKind.Success,
                Encoding.UTF8.GetBytes($$"""{"litellm_call_id":"{{id}}","status":"success"}""")
            )),
        ];

    public static string Ids(this IEnumerable<SinkEvent> events) => string.Join(' ', events.Select(e => e.Id));

    public static string IdOf(string json) =>
        JsonDocument.Parse(json).RootElement.GetProperty("litellm_call_id").GetString()!;
}
