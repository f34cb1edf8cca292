using System.Buffers;
using System.Text.Json;
using Callgate.Calls;
using Callgate.Formats;
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
            PassThrough(http, output, raw, GatewayCall.ShownModel(call));
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

    private static void PassThrough(HttpContext http, IBufferWriter<byte> output, RawResponse raw, string shown)
    {
        var bytes = raw.Bytes.Span;
        if (raw.ModelAt.End.Value == 0)
        {
            http.Response.ContentLength = bytes.Length;
            output.Write(bytes);
            return;
        }

        var model = JsonSerializer.SerializeToUtf8Bytes(shown, WireJson.Relaxed.String);
        var (start, end) = (raw.ModelAt.Start.Value, raw.ModelAt.End.Value);
        http.Response.ContentLength = bytes.Length - (end - start) + model.Length;
        output.Write(bytes[..start]);
        output.Write(model);
        output.Write(bytes[end..]);
    }
}
