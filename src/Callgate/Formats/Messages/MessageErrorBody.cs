using System.Buffers;
using System.Text.Json;

namespace Callgate.Formats;

/// <summary>Errors as Anthropic's clients know them: <c>{"type":"error","error":{"type","message"}}</c>. Source: Anthropic's page on errors.</summary>
internal static class MessageErrorBody
{
    public static void Write(IBufferWriter<byte> output, ErrorReply error)
    {
        using var json = new Utf8JsonWriter(output, EventWriter.Relaxed);
        json.WriteStartObject();
        json.WriteString("type"u8, "error"u8);
        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, TypeOf(error));
        json.WriteString("message"u8, error.Message);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes the error as an event of a stream.</summary>
    public static void WriteEvent(IBufferWriter<byte> output, ErrorReply error)
    {
        output.Write("event: error\ndata: "u8);
        Write(output, error);
        output.Write("\n\n"u8);
    }

    /// <summary>By the status, unless the error says more in Anthropic's own words.</summary>
    private static string TypeOf(ErrorReply error) =>
        error.Type is "billing_error" or "overloaded_error" or "request_too_large" or "timeout_error"
            ? error.Type
            : error.StatusCode switch
            {
                401 => "authentication_error",
                402 => "billing_error",
                403 => "permission_error",
                404 => "not_found_error",
                408 or 504 => "timeout_error",
                413 => "request_too_large",
                429 => "rate_limit_error",
                503 or 529 => "overloaded_error",
                >= 500 => "api_error",
                _ => "invalid_request_error",
            };
}
