using System.Text.Encodings.Web;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats.Responses;

/// <summary>
/// Writes the response object: the state of the answer, and what it repeats of the request. Source: the public OpenAPI description of
/// <c>POST /v1/responses</c>.
/// </summary>
internal static class ResponseObject
{
    public static JsonWriterOptions JsonOptions { get; } =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(
        Utf8JsonWriter json,
        FormatContext context,
        ResponsesEnvelope envelope,
        in ResponseState state
    )
    {
        json.WriteStartObject();
        json.WriteString("id"u8, envelope.ResponseId);
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, context.Created);
        json.WriteString("status"u8, state.Status);
        WriteCompletedAt(json, context, state.Status == OutputItem.Completed);
        WriteFailure(json, state.Failure);
        WriteIncompleteDetails(json, state.IncompleteReason);
        json.WriteString("model"u8, context.Model);
        json.WriteStartArray("output"u8);
        foreach (var item in state.Output)
        {
            item.Write(json);
        }

        json.WriteEndArray();
        ResponsesUsage.Write(json, state.Usage);
        var fields = new FieldReader(envelope.Root, "");
        json.WriteString("service_tier"u8, TierOf(state.ServiceTier) ?? fields.String("service_tier") ?? "auto");
        WriteEcho(json, fields);
        json.WriteEndObject();
    }

    /// <summary>The status of an answer that ended for this reason, and why it is incomplete.</summary>
    public static (string Status, string? Reason) StatusOf(string? finishReason) =>
        finishReason switch
        {
            "length" => (OutputItem.Incomplete, "max_output_tokens"),
            "content_filter" => (OutputItem.Incomplete, "content_filter"),
            _ => (OutputItem.Completed, null),
        };

    // What Anthropic calls its ordinary tier has another name here.
    private static string? TierOf(string? tier) => tier == "standard" ? "default" : tier;

    private static void WriteCompletedAt(Utf8JsonWriter json, FormatContext context, bool isCompleted)
    {
        if (isCompleted)
        {
            var now = context.Clock.GetUtcNow().ToUnixTimeSeconds();
            json.WriteNumber("completed_at"u8, Math.Max(now, context.Created));
        }
        else
        {
            json.WriteNull("completed_at"u8);
        }
    }

    private static void WriteFailure(Utf8JsonWriter json, ErrorReply? failure)
    {
        if (failure is null)
        {
            json.WriteNull("error"u8);
            return;
        }

        json.WriteStartObject("error"u8);
        json.WriteString(
            "code"u8,
            failure.Code
                ?? failure.StatusCode switch
                {
                    429 => "rate_limit_exceeded",
                    >= 500 => "server_error",
                    _ => "invalid_prompt",
                }
        );
        json.WriteString("message"u8, failure.Message);
        json.WriteEndObject();
    }

    private static void WriteIncompleteDetails(Utf8JsonWriter json, string? reason)
    {
        if (reason is null)
        {
            json.WriteNull("incomplete_details"u8);
            return;
        }

        json.WriteStartObject("incomplete_details"u8);
        json.WriteString("reason"u8, reason);
        json.WriteEndObject();
    }

    private static void WriteEcho(Utf8JsonWriter json, FieldReader request)
    {
        json.WriteBoolean("background"u8, false);
        foreach (
            var name in (ReadOnlySpan<string>)
                [
                    "instructions",
                    "max_output_tokens",
                    "max_tool_calls",
                    "previous_response_id",
                    "prompt_cache_key",
                    "safety_identifier",
                    "user",
                ]
        )
        {
            Echo(json, request, name, "null");
        }

        Echo(json, request, "metadata", "{}");
        Echo(json, request, "parallel_tool_calls", "true");
        Echo(json, request, "store", "true");
        Echo(json, request, "temperature", "1.0");
        Echo(json, request, "top_p", "1.0");
        Echo(json, request, "top_logprobs", "0");
        Echo(json, request, "tool_choice", "\"auto\"");
        // Nothing is ever left out of an input that is too long.
        json.WriteString("truncation"u8, "disabled"u8);
        json.WriteStartObject("reasoning"u8);
        var reasoning = request.Object("reasoning");
        EchoInner(json, reasoning, "effort", "null");
        EchoInner(json, reasoning, "summary", "null");
        json.WriteEndObject();
        json.WriteStartObject("text"u8);
        var text = request.Object("text");
        EchoInner(json, text, "format", """{"type":"text"}""");
        EchoInner(json, text, "verbosity", "\"medium\"");
        json.WriteEndObject();
        WriteTools(json, request.Array("tools"));
    }

    private static void WriteTools(Utf8JsonWriter json, JsonElement? tools)
    {
        json.WriteStartArray("tools"u8);
        foreach (var tool in tools is { } given ? given.EnumerateArray() : default)
        {
            json.WriteStartObject();
            foreach (var property in tool.EnumerateObject())
            {
                property.WriteTo(json);
            }

            if (tool.TryGetProperty("type", out var type) && type.ValueEquals("function"u8))
            {
                WriteIfAbsent(json, tool, "parameters", "null");
                WriteIfAbsent(json, tool, "strict", "false");
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteIfAbsent(Utf8JsonWriter json, JsonElement source, string name, string value)
    {
        if (!source.TryGetProperty(name, out _))
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value);
        }
    }

    private static void Echo(Utf8JsonWriter json, FieldReader request, string name, string absent)
    {
        json.WritePropertyName(name);
        if (request.TryGet(name, out var value))
        {
            value.WriteTo(json);
        }
        else
        {
            json.WriteRawValue(absent);
        }
    }

    private static void EchoInner(Utf8JsonWriter json, JsonElement? source, string name, string absent)
    {
        if (source is { } given)
        {
            Echo(json, new FieldReader(given, ""), name, absent);
        }
        else
        {
            json.WritePropertyName(name);
            json.WriteRawValue(absent);
        }
    }
}

/// <summary>How far an answer is.</summary>
internal readonly record struct ResponseState(
    string Status,
    IEnumerable<OutputItem> Output,
    string? IncompleteReason = null,
    Usage? Usage = null,
    string? ServiceTier = null,
    ErrorReply? Failure = null
);
