using System.Buffers;
using System.Text.Json;
using Callgate.Calls;
using Callgate.Formats;
using Callgate.Formats.Responses;
using Callgate.Wire;
using Microsoft.AspNetCore.Http;

namespace Callgate.Gateway.Endpoints;

/// <summary>Runs a unary call and writes its answer.</summary>
internal static class UnaryResponder
{
    public static async Task RespondAsync(HttpContext http, GatewayServer server, Call call)
    {
        LlmResponse response;
        try
        {
            response = AgenticLoop.MayBegin(call)
                ? await AgenticLoop.RunAsync(call, http.RequestAborted).ConfigureAwait(false)
                : await call.Runtime.Pipeline.CompleteAsync(call, http.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            server.Note(call, failure);
            await ErrorResponse.WriteAsync(http, call, failure).ConfigureAwait(false);
            return;
        }

        ResponseHeaders.Write(http, call, response);
        http.Response.ContentType = "application/json";
        var output = http.Response.BodyWriter;
        if (response is RawResponse { Bytes.IsEmpty: false } raw)
        {
            var parts = Shown(raw, GatewayCall.ShownModel(call));
            http.Response.ContentLength = parts.Head.Length + parts.Model.Length + parts.Tail.Length;
            output.Write(parts.Head.Span);
            output.Write(parts.Model);
            output.Write(parts.Tail.Span);
            if (call.Gateway!.Format is ResponsesFormat)
            {
                byte[] whole = [.. parts.Head.Span, .. parts.Model, .. parts.Tail.Span];
                await server.KeepAsync(call, whole, isPassedOn: true).ConfigureAwait(false);
            }
        }
        else
        {
            var body = new ArrayBufferWriter<byte>(1024);
            call.Gateway!.Format.WriteResponse(body, response.Typed, GatewayServer.ContextOf(call));
            http.Response.ContentLength = body.WrittenCount;
            output.Write(body.WrittenSpan);
            await server.KeepAsync(call, body.WrittenMemory).ConfigureAwait(false);
        }

        await output.FlushAsync(http.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>The provider's bytes, with another name of the model among them.</summary>
    private static (ReadOnlyMemory<byte> Head, byte[] Model, ReadOnlyMemory<byte> Tail) Shown(
        RawResponse raw,
        string model
    ) =>
        raw.ModelAt.End.Value == 0
            ? (raw.Bytes, [], default)
            : (
                raw.Bytes[..raw.ModelAt.Start.Value],
                JsonSerializer.SerializeToUtf8Bytes(model, WireJson.Relaxed.String),
                raw.Bytes[raw.ModelAt.End.Value..]
            );
}
