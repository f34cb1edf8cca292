using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Callgate.Formats;

/// <summary>
/// Errors as OpenAI's clients know them: <c>{"error":{"message","type","param","code"}}</c>. The code is always a text: the error's
/// own, or the status, as in LiteLLM.
/// </summary>
internal static class OpenAiErrorBody
{
    public static void Write(IBufferWriter<byte> output, ErrorReply error)
    {
        using var json = new Utf8JsonWriter(output, EventWriter.Relaxed);
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, error.Message);
        json.WriteString("type"u8, error.Type ?? TypeOf(error.StatusCode));
        json.WriteString("param"u8, error.Param);
        json.WriteString("code"u8, error.Code ?? error.StatusCode.ToString(CultureInfo.InvariantCulture));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes the error as an event of a stream.</summary>
    public static void WriteEvent(IBufferWriter<byte> output, ErrorReply error)
    {
        output.Write("data: "u8);
        Write(output, error);
        output.Write("\n\n"u8);
    }

    private static string TypeOf(int status) =>
        status switch
        {
            401 => "authentication_error",
            403 => "permission_error",
            404 => "not_found_error",
            408 or 504 => "timeout_error",
            429 => "rate_limit_error",
            >= 500 => "server_error",
            _ => "invalid_request_error",
        };
}
