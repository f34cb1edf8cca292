using System.Buffers;
using System.Globalization;
using Callgate.Calls;
using Callgate.Formats;
using Callgate.Wire;
using Microsoft.AspNetCore.Http;

namespace Callgate.Gateway.Endpoints;

/// <summary>
/// Runs a streamed call and writes its events as they come: what is there is flushed before the next is waited for, and a client
/// that reads slowly slows the provider down. The end marker follows the call's close.
/// </summary>
internal static class StreamResponder
{
    /// <summary>What is gathered of chunks that need no waiting before it is flushed.</summary>
    private const int MostUnflushed = 16 * 1024;

    public static async Task RespondAsync(HttpContext http, GatewayServer server, Call call)
    {
        using var leaving = new StreamLeaving(http, server, call);
        var state = new StreamState(call, call.Runtime.Pipeline.OpenStreamAsync, leaving.Token);
        StreamEncoder? encoder = null;
        try
        {
            var chunk = await state.NextAsync().ConfigureAwait(false);
            Begin(http, call);
            var output = http.Response.BodyWriter;
            while (chunk is not null)
            {
                if (leaving.HasLeft)
                {
                    // Read on for the bill alone.
                }
                else if (chunk.Events is { } events)
                {
                    // All that has come together: what follows has to be waited for.
                    var written = await output.WriteAsync(events(), CancellationToken.None).ConfigureAwait(false);
                    if (written.IsCompleted)
                    {
                        leaving.Leave();
                    }
                }
                else
                {
                    encoder ??= NewEncoder(call);
                    encoder.Write(output, chunk);
                }

                var next = state.NextAsync();
                if (
                    !leaving.HasLeft
                    && output.UnflushedBytes is > 0 and var unflushed
                    && (!next.IsCompleted || unflushed > MostUnflushed)
                )
                {
                    await FlushAsync(http, leaving).ConfigureAwait(false);
                }

                chunk = await next.ConfigureAwait(false);
            }

            if (!leaving.HasLeft)
            {
                await EndAsync(http, server, call, state, encoder).ConfigureAwait(false);
            }
        }
        catch (Exception failure)
        {
            server.Note(call, failure);
            await FailAsync(http, call, encoder, failure).ConfigureAwait(false);
        }
        finally
        {
            state.Dispose();
        }
    }

    private static void Begin(HttpContext http, Call call)
    {
        ResponseHeaders.Write(http, call, null);
        http.Response.ContentType = "text/event-stream; charset=utf-8";
        http.Response.Headers.CacheControl = "no-cache";
        // Proxies in front are not to gather events.
        http.Response.Headers["X-Accel-Buffering"] = "no";
    }

    // Made when it is needed: events that pass through as they are need none, and it wants the request read.
    private static StreamEncoder NewEncoder(Call call) =>
        call.Gateway!.Format.EncodeStream(GatewayServer.ContextOf(call));

    private static async ValueTask FlushAsync(HttpContext http, StreamLeaving leaving)
    {
        var flushed = await http.Response.BodyWriter.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        if (flushed.IsCompleted)
        {
            leaving.Leave();
        }
    }

    private static async Task EndAsync(
        HttpContext http,
        GatewayServer server,
        Call call,
        StreamState state,
        StreamEncoder? encoder
    )
    {
        var output = http.Response.BodyWriter;
        if (state.Tail is { } tail)
        {
            if (call.Attempt?.Replies is { } replies)
            {
                await server.KeepAsync(call, replies.AnswerIn(tail), isPassedOn: true).ConfigureAwait(false);
            }

            output.Write(tail.Span);
        }
        else
        {
            encoder ??= NewEncoder(call);
            encoder.Complete(output);
            await server.KeepAsync(call, encoder.Answer).ConfigureAwait(false);
        }

        if (http.Response.SupportsTrailers() && call.Cost is { Total: { } cost })
        {
            http.Response.AppendTrailer("x-litellm-response-cost", cost.ToString(CultureInfo.InvariantCulture));
        }

        await output.FlushAsync(http.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Before the first byte a failure is an HTTP error; after it, an error frame, and no end marker.</summary>
    private static async Task FailAsync(HttpContext http, Call call, StreamEncoder? encoder, Exception failure)
    {
        if (!http.Response.HasStarted && http.Response.BodyWriter.UnflushedBytes == 0)
        {
            http.Response.Headers.Remove("X-Accel-Buffering");
            http.Response.Headers.Remove("Cache-Control");
            await ErrorResponse.WriteAsync(http, call, failure).ConfigureAwait(false);
            return;
        }

        if (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        (encoder ?? NewEncoder(call)).Fail(http.Response.BodyWriter, ErrorResponse.ReplyOf(call, failure));
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted).ConfigureAwait(false);
    }
}
