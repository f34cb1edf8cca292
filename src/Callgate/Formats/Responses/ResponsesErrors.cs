using System.Buffers;
using System.Net;
using System.Text.Json;

namespace Callgate.Formats.Responses;

/// <summary>Errors in OpenAI's form: <c>{"error":{"message","type","param","code"}}</c>.</summary>
internal static class ResponsesErrors
{
    /// <summary>A value that is not valid, or that can't be expressed for a chat model.</summary>
    public static LlmException Invalid(string param, string message, string? code = null) =>
        Create(LlmErrorKind.BadRequest, HttpStatusCode.BadRequest, param, message, code);

    public static LlmException PreviousNotFound(string id) =>
        Invalid(
            "previous_response_id",
            $"Previous response with id '{Wire.SafeText.Line(id)}' not found. Responses are kept for a limited time, for the key that made them, unless store is false.",
            "previous_response_not_found"
        );

    public static LlmException ResponseNotFound(string id) =>
        Create(
            LlmErrorKind.NotFound,
            HttpStatusCode.NotFound,
            null,
            $"Response with id '{Wire.SafeText.Line(id)}' not found.",
            null
        );

    public static LlmException ItemNotFound(string param, string id) =>
        Create(
            LlmErrorKind.NotFound,
            HttpStatusCode.NotFound,
            param,
            $"Item with id '{Wire.SafeText.Line(id)}' not found. Items are kept with their response, unless its store is false: send the item itself instead of a reference to it.",
            null
        );

    public static void Write(IBufferWriter<byte> output, ErrorReply error)
    {
        using var json = new Utf8JsonWriter(output, ResponseObject.JsonOptions);
        json.WriteStartObject();
        WriteError(json, error);
        json.WriteEndObject();
    }

    /// <summary>Writes the field <c>error</c>.</summary>
    public static void WriteError(Utf8JsonWriter json, ErrorReply error)
    {
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, error.Message);
        json.WriteString("type"u8, error.Type ?? TypeOf(error.StatusCode));
        json.WriteString("param"u8, error.Param);
        json.WriteString("code"u8, error.Code);
        json.WriteEndObject();
    }

    private static string TypeOf(int status) =>
        status switch
        {
            401 => "authentication_error",
            403 => "permission_error",
            408 or 504 => "timeout_error",
            429 => "rate_limit_error",
            >= 500 => "server_error",
            _ => "invalid_request_error",
        };

    private static LlmException Create(
        LlmErrorKind kind,
        HttpStatusCode status,
        string? param,
        string message,
        string? code
    ) =>
        LlmException.Create(
            kind,
            message,
            new ErrorFacts(status, Code: code, ErrorType: "invalid_request_error", Param: param)
        );
}
