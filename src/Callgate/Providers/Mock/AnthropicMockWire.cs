using System.Globalization;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Providers.Mock;

/// <summary>The mock in Anthropic's wire. Source: the public documentation of the Messages API and its streaming.</summary>
internal static class AnthropicMockWire
{
    public static MockReply Answer(MockRequest request, MockOptions options) =>
        request.Stream
            ? new MockReply
            {
                StatusCode = 200,
                ContentType = MockReply.EventStream,
                Headers = Headers(request),
                Events = Stream(request, options),
            }
            : new MockReply
            {
                StatusCode = 200,
                Headers = Headers(request),
                Body = Message(request, options),
            };

    public static MockReply Count(MockRequest request, MockOptions options) =>
        new()
        {
            StatusCode = 200,
            Headers = Headers(request),
            Body = MockWire.Write(json => json.WriteNumber("input_tokens", MockText.Usage(request, options).Prompt)),
        };

    public static MockReply Error(int status, string? code, string? message)
    {
        var requestId = $"req_mock_{status.ToString(CultureInfo.InvariantCulture)}";
        return new MockReply
        {
            StatusCode = status,
            Headers = [new("request-id", requestId)],
            Body = MockWire.Write(json =>
            {
                WriteError(json, status, code, message);
                json.WriteString("request_id", requestId);
            }),
        };
    }

    private static ReadOnlyMemory<byte> Message(MockRequest request, MockOptions options) =>
        MockWire.Write(json =>
        {
            WriteHead(json, request);
            json.WriteStartArray("content");
            if (MockText.Answer(request, options) is { Length: > 0 } text)
            {
                json.WriteStartObject();
                json.WriteString("type", "text");
                json.WriteString("text", text);
                json.WriteEndObject();
            }

            for (var i = 0; i < options.ToolCalls.Count; i++)
            {
                json.WriteStartObject();
                WriteToolUse(json, options.ToolCalls[i], i, options.ToolCalls[i].Function?.Arguments);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteStop(json, StopReason(options));
            WriteStartUsage(json, MockText.Usage(request, options), null);
        });

    private static IEnumerable<MockEvent> Stream(MockRequest request, MockOptions options)
    {
        var usage = MockText.Usage(request, options);
        yield return Event(
            "message_start",
            json =>
            {
                json.WriteStartObject("message");
                WriteHead(json, request);
                json.WriteStartArray("content");
                json.WriteEndArray();
                WriteStop(json, null);
                WriteStartUsage(json, usage, outputTokens: Math.Min(1, usage.Completion));
                json.WriteEndObject();
            }
        );

        var chunks = 0;
        foreach (var e in Blocks(request, options))
        {
            yield return e;
            chunks += e.IsChunk ? 1 : 0;
            if (chunks == options.FailAfterChunks)
            {
                yield return new MockEvent(
                    MockWire.Write(
                        "event: error\ndata: "u8,
                        json => WriteError(json, 529, options.ErrorCode, null),
                        "\n\n"u8
                    )
                );
                yield break;
            }
        }

        yield return Event(
            "message_delta",
            json =>
            {
                json.WriteStartObject("delta");
                WriteStop(json, StopReason(options));
                json.WriteEndObject();
                WriteDeltaUsage(json, usage);
            }
        );
        yield return Event("message_stop", _ => { });
    }

    private static IEnumerable<MockEvent> Blocks(MockRequest request, MockOptions options)
    {
        var index = 0;
        if (MockText.Answer(request, options) is { Length: > 0 } text)
        {
            yield return BlockStart(
                index,
                json =>
                {
                    json.WriteString("type", "text");
                    json.WriteString("text", "");
                }
            );
            yield return Event("ping", _ => { });
            foreach (var piece in MockText.Cut(text, options.ChunkSize))
            {
                yield return BlockDelta(index, "text_delta", "text", piece, isChunk: true);
            }

            yield return BlockStop(index++);
        }
        else
        {
            yield return Event("ping", _ => { });
        }

        for (var i = 0; i < options.ToolCalls.Count; i++)
        {
            var (call, place) = (options.ToolCalls[i], i);
            yield return BlockStart(index, json => WriteToolUse(json, call, place, null));
            yield return BlockDelta(index, "input_json_delta", "partial_json", "", isChunk: false);
            foreach (var piece in MockText.Cut(call.Function?.Arguments ?? "{}", options.ChunkSize))
            {
                yield return BlockDelta(index, "input_json_delta", "partial_json", piece, isChunk: true);
            }

            yield return BlockStop(index++);
        }
    }

    private static MockEvent BlockStart(int index, Action<Utf8JsonWriter> block) =>
        Event(
            "content_block_start",
            json =>
            {
                json.WriteNumber("index", index);
                json.WriteStartObject("content_block");
                block(json);
                json.WriteEndObject();
            }
        );

    private static MockEvent BlockDelta(int index, string type, string name, string piece, bool isChunk) =>
        Event(
            "content_block_delta",
            json =>
            {
                json.WriteNumber("index", index);
                json.WriteStartObject("delta");
                json.WriteString("type", type);
                json.WriteString(name, piece);
                json.WriteEndObject();
            },
            isChunk
        );

    private static MockEvent BlockStop(int index) =>
        Event("content_block_stop", json => json.WriteNumber("index", index));

    private static MockEvent Event(string type, Action<Utf8JsonWriter> fields, bool isChunk = false) =>
        MockWire.Event(type, fields, isChunk);

    private static KeyValuePair<string, string>[] Headers(MockRequest request) =>
        [new("request-id", $"req_mock_{request.Hash}")];

    private static void WriteHead(Utf8JsonWriter json, MockRequest request)
    {
        json.WriteString("id", $"msg_mock_{request.Hash}");
        json.WriteString("type", "message");
        json.WriteString("role", "assistant");
        json.WriteString("model", request.Model);
    }

    private static string StopReason(MockOptions options) => options.ToolCalls.Count > 0 ? "tool_use" : "end_turn";

    private static void WriteStop(Utf8JsonWriter json, string? reason)
    {
        json.WriteString("stop_reason", reason);
        json.WriteNull("stop_sequence");
    }

    private static void WriteToolUse(Utf8JsonWriter json, ToolCall call, int place, string? arguments)
    {
        json.WriteString("type", "tool_use");
        json.WriteString("id", call.Id ?? $"toolu_mock_{place.ToString(CultureInfo.InvariantCulture)}");
        json.WriteString("name", call.Function?.Name ?? "");
        json.WritePropertyName("input");
        json.WriteRawValue(string.IsNullOrWhiteSpace(arguments) ? "{}" : arguments);
    }

    // Anthropic counts cached tokens apart from the prompt's others.
    private static void WriteStartUsage(Utf8JsonWriter json, MockUsage usage, long? outputTokens)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", usage.Prompt - usage.Cached);
        json.WriteNumber("cache_creation_input_tokens", 0);
        json.WriteNumber("cache_read_input_tokens", usage.Cached);
        json.WriteStartObject("cache_creation");
        json.WriteNumber("ephemeral_5m_input_tokens", 0);
        json.WriteNumber("ephemeral_1h_input_tokens", 0);
        json.WriteEndObject();
        json.WriteNumber("output_tokens", outputTokens ?? usage.Completion);
        if (outputTokens is null)
        {
            WriteThinking(json, usage);
        }

        json.WriteString("service_tier", "standard");
        json.WriteEndObject();
    }

    private static void WriteDeltaUsage(Utf8JsonWriter json, MockUsage usage)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", usage.Prompt - usage.Cached);
        json.WriteNumber("cache_creation_input_tokens", 0);
        json.WriteNumber("cache_read_input_tokens", usage.Cached);
        json.WriteNumber("output_tokens", usage.Completion);
        WriteThinking(json, usage);
        json.WriteEndObject();
    }

    private static void WriteThinking(Utf8JsonWriter json, MockUsage usage)
    {
        if (usage.Reasoning > 0)
        {
            json.WriteStartObject("output_tokens_details");
            json.WriteNumber("thinking_tokens", usage.Reasoning);
            json.WriteEndObject();
        }
    }

    private static void WriteError(Utf8JsonWriter json, int status, string? code, string? message)
    {
        json.WriteString("type", "error");
        json.WriteStartObject("error");
        json.WriteNull("details");
        json.WriteString("type", TypeOf(status, code));
        json.WriteString("message", message ?? MessageOf(status, code));
        json.WriteEndObject();
    }

    // Anthropic has no codes besides its types.
    private static string TypeOf(int status, string? code) =>
        status switch
        {
            _ when code?.EndsWith("_error", StringComparison.Ordinal) == true => code,
            401 => "authentication_error",
            402 => "billing_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            504 => "timeout_error",
            529 => "overloaded_error",
            >= 500 => "api_error",
            _ => "invalid_request_error",
        };

    private static string MessageOf(int status, string? code) =>
        code switch
        {
            "context_length_exceeded" => "prompt is too long: 200001 tokens > 200000 maximum",
            "content_filter" or "content_policy_violation" => "Output blocked by content filtering policy",
            _ => status switch
            {
                401 => "invalid x-api-key",
                404 => "model: not found",
                429 => "This request would exceed your organization's rate limit.",
                529 => "Overloaded",
                >= 500 => "Internal server error",
                _ => $"The mock was told to fail with status {status.ToString(CultureInfo.InvariantCulture)}.",
            },
        };
}
