using System.Globalization;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Providers.Mock;

/// <summary>The objects that OpenAI's Responses are made of, unary and streamed.</summary>
internal static class OpenAiResponsesMockParts
{
    private const string Completed = "completed";
    private const string InProgress = "in_progress";

    public static string MessageId(MockRequest request) => $"msg_mock_{request.Hash}";

    public static string CallItemId(MockRequest request, int place) =>
        $"fc_mock_{place.ToString(CultureInfo.InvariantCulture)}_{request.Hash}";

    public static void WriteResponse(
        Utf8JsonWriter json,
        MockRequest request,
        MockOptions options,
        DateTimeOffset now,
        bool isCompleted
    )
    {
        json.WriteString("id", $"resp_mock_{request.Hash}");
        json.WriteString("object", "response");
        json.WriteNumber("created_at", now.ToUnixTimeSeconds());
        json.WriteString("status", isCompleted ? Completed : InProgress);
        json.WriteNull("error");
        json.WriteNull("incomplete_details");
        json.WriteNull("instructions");
        json.WriteNull("max_output_tokens");
        json.WriteString("model", request.Model);
        json.WriteStartArray("output");
        if (isCompleted)
        {
            if (MockText.Answer(request, options) is { } text)
            {
                WriteMessage(json, MessageId(request), text);
            }

            for (var i = 0; i < options.ToolCalls.Count; i++)
            {
                var call = options.ToolCalls[i];
                WriteCall(json, CallItemId(request, i), call, i, call.Function?.Arguments ?? "{}");
            }
        }

        json.WriteEndArray();
        json.WriteBoolean("parallel_tool_calls", true);
        json.WriteNull("previous_response_id");
        json.WriteStartObject("reasoning");
        json.WriteNull("effort");
        json.WriteNull("summary");
        json.WriteEndObject();
        json.WriteString("service_tier", "default");
        json.WriteBoolean("store", true);
        json.WriteNumber("temperature", 1);
        json.WriteStartObject("text");
        json.WriteStartObject("format");
        json.WriteString("type", "text");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("tool_choice", "auto");
        json.WriteStartArray("tools");
        json.WriteEndArray();
        json.WriteNumber("top_p", 1);
        json.WriteString("truncation", "disabled");
        WriteUsage(json, isCompleted ? MockText.Usage(request, options) : null);
        json.WriteNull("user");
        json.WriteStartObject("metadata");
        json.WriteEndObject();
    }

    /// <summary>The message, whole, or at its beginning.</summary>
    public static void WriteMessage(Utf8JsonWriter json, string id, string? text)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("type", "message");
        json.WriteString("status", text is null ? InProgress : Completed);
        json.WriteString("role", "assistant");
        json.WriteStartArray("content");
        if (text is not null)
        {
            WriteText(json, text);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteText(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type", "output_text");
        json.WriteString("text", text);
        json.WriteStartArray("annotations");
        json.WriteEndArray();
        json.WriteStartArray("logprobs");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A tool call, whole, or at its beginning.</summary>
    public static void WriteCall(Utf8JsonWriter json, string id, ToolCall call, int place, string? arguments)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("type", "function_call");
        json.WriteString("status", arguments is null ? InProgress : Completed);
        json.WriteString("call_id", call.Id ?? $"call_mock_{place.ToString(CultureInfo.InvariantCulture)}");
        json.WriteString("name", call.Function?.Name ?? "");
        json.WriteString("arguments", arguments ?? "");
        json.WriteEndObject();
    }

    public static void WritePlace(Utf8JsonWriter json, string itemId, int index, bool isContent)
    {
        json.WriteString("item_id", itemId);
        json.WriteNumber("output_index", index);
        if (isContent)
        {
            json.WriteNumber("content_index", 0);
        }
    }

    private static void WriteUsage(Utf8JsonWriter json, MockUsage? reported)
    {
        if (reported is not { } usage)
        {
            json.WriteNull("usage");
            return;
        }

        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", usage.Prompt);
        json.WriteStartObject("input_tokens_details");
        json.WriteNumber("cached_tokens", usage.Cached);
        json.WriteNumber("cache_write_tokens", 0);
        json.WriteEndObject();
        json.WriteNumber("output_tokens", usage.Completion);
        json.WriteStartObject("output_tokens_details");
        json.WriteNumber("reasoning_tokens", usage.Reasoning);
        json.WriteEndObject();
        json.WriteNumber("total_tokens", usage.Prompt + usage.Completion);
        json.WriteEndObject();
    }
}
