using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Callgate.Bench.Load.Roles;

/// <summary>
/// A provider that costs as little as possible: it answers fixed bytes. A stream's events come one by one; how many and how
/// far apart, the request's <c>user</c> says, which every contender passes on.
/// </summary>
internal static class UpstreamRole
{
    private static readonly byte[] s_completion =
        """
        {"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion","created":1741569952,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"message":{"role":"assistant","content":"Hello! How can I assist you today? I can answer questions, write and review code, or help you think something through. If you tell me a little more about what you are working on, I can be of more help: which language you use, what you have tried so far, and what you would like to see at the end.","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":19,"completion_tokens":64,"total_tokens":83,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"service_tier":"default","system_fingerprint":"fp_fc9f1d7035"}
        """u8.ToArray();

    private static readonly byte[] s_first = Event("""{"role":"assistant","content":"","refusal":null}""", "null");
    private static readonly byte[] s_event = Event("""{"content":" token"}""", "null");
    private static readonly byte[] s_last =
    [
        .. Event("{}", "\"stop\""),
        .. """
        data: {"id":"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG","object":"chat.completion.chunk","created":1741570283,"model":"gpt-4o-mini-2024-07-18","choices":[],"usage":{"prompt_tokens":19,"completion_tokens":100,"total_tokens":119,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}}

        data: [DONE]


        """u8,
    ];

    public static async Task RunAsync()
    {
        var app = Role.NewServer().Build();
        app.Run(AnswerAsync);
        await Role.ServeAsync(app);
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        var body = new byte[context.Request.ContentLength ?? 64 * 1024];
        var length = 0;
        while (length < body.Length && await context.Request.Body.ReadAsync(body.AsMemory(length)) is > 0 and var read)
        {
            length += read;
        }

        var request = body.AsMemory(0, length);
        if (request.Span.IndexOf("\"stream\":true"u8) < 0)
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = s_completion.Length;
            await context.Response.Body.WriteAsync(s_completion);
            return;
        }

        var (events, pause) = ScheduleOf(request.Span);
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        try
        {
            await context.Response.Body.WriteAsync(s_first, context.RequestAborted);
            for (var i = 2; i < events; i++)
            {
                await Task.Delay(pause, context.RequestAborted);
                await context.Response.Body.WriteAsync(s_event, context.RequestAborted);
            }

            await context.Response.Body.WriteAsync(s_last, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // Held streams end like this.
        }
    }

    /// <summary>From <c>"user":"100x10"</c>: 100 events, 10 ms apart.</summary>
    private static (int Events, int Pause) ScheduleOf(ReadOnlySpan<byte> request)
    {
        var user = "\"user\":\""u8;
        var text = request[(request.IndexOf(user) + user.Length)..];
        var parts = Encoding.ASCII.GetString(text[..text.IndexOf((byte)'"')]).Split('x');
        return (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private static byte[] Event(string delta, string finish) =>
        Encoding.UTF8.GetBytes(
            $"data: {{\"id\":\"chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG\",\"object\":\"chat.completion.chunk\",\"created\":1741570283,\"model\":\"gpt-4o-mini-2024-07-18\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_fc9f1d7035\",\"choices\":[{{\"index\":0,\"delta\":{delta},\"logprobs\":null,\"finish_reason\":{finish}}}],\"usage\":null}}\n\n"
        );
}
