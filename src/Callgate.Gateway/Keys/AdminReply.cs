using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Callgate.Formats;
using Microsoft.AspNetCore.Http;

namespace Callgate.Gateway.Keys;

/// <summary>Answers of administrators' routes: JSON that nobody keeps.</summary>
internal static class AdminReply
{
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Answers with the object whose members are written.</summary>
    public static async Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> members)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body, s_json))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = body.WrittenCount;
        response.Headers.CacheControl = "no-store";
        await response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Answers with an error, in LiteLLM's shape.</summary>
    public static Task WriteAsync(HttpContext context, ErrorReply error)
    {
        if (error.StatusCode == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return WriteAsync(
            context,
            error.StatusCode,
            writer =>
            {
                writer.WriteStartObject("error");
                writer.WriteString("message", error.Message);
                writer.WriteString("type", error.Type);
                writer.WriteString("param", error.Param);
                writer.WriteString("code", error.Code);
                writer.WriteEndObject();
            }
        );
    }
}
