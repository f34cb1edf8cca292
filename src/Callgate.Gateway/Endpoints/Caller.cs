using System.Buffers;
using System.Text.Json;
using Callgate.Formats;
using Callgate.Gateway.Keys;
using Microsoft.AspNetCore.Http;

namespace Callgate.Gateway.Endpoints;

/// <summary>What the endpoints have in common that call no model: who calls, and JSON as the answer.</summary>
internal static class Caller
{
    /// <summary>The format of their errors.</summary>
    public static ChatFormat Format { get; } = new();

    /// <summary>Lets in who has a good key.</summary>
    public static async Task WithKeyAsync(HttpContext http, GatewayServer server, Func<VirtualKey, Task> run)
    {
        var lookup = Admission.Admit(http, server);
        if (lookup.Refusal is { } refusal)
        {
            await ErrorResponse.WriteAsync(http, Format, refusal).ConfigureAwait(false);
            return;
        }

        try
        {
            await run(lookup.Key!).ConfigureAwait(false);
        }
        catch (LlmException failure) when (!http.Response.HasStarted)
        {
            await ErrorResponse
                .WriteAsync(
                    http,
                    Format,
                    new ErrorReply(
                        (int)(failure.StatusCode ?? System.Net.HttpStatusCode.BadRequest),
                        failure.Message,
                        failure.ErrorType,
                        failure.Param,
                        failure.Code
                    )
                )
                .ConfigureAwait(false);
        }
    }

    /// <summary>A value of the path. The server leaves %2F in it, so that it is no border of two segments.</summary>
    public static string? PathValue(HttpContext http, string name) =>
        (http.Request.RouteValues[name] as string)?.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    public static Task WriteAsync(HttpContext http, Action<Utf8JsonWriter> write, int statusCode = 200)
    {
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body, EventWriter.Relaxed))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return WriteAsync(http, body.WrittenMemory, statusCode);
    }

    public static async Task WriteAsync(HttpContext http, ReadOnlyMemory<byte> json, int statusCode = 200)
    {
        http.Response.StatusCode = statusCode;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = json.Length;
        await http.Response.BodyWriter.WriteAsync(json, http.RequestAborted).ConfigureAwait(false);
    }
}
