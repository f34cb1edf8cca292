using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Providers.Mock;

/// <summary>The mock in OpenAI's wire. Source: the public OpenAPI description of chat completions and embeddings.</summary>
internal static class OpenAiMockWire
{
    public static MockReply Answer(MockRequest request, MockOptions options, DateTimeOffset now) =>
        request.Stream
            ? new MockReply
            {
                StatusCode = 200,
                ContentType = MockReply.EventStream,
                Headers = Headers(request),
                Events = Stream(request, options, now),
            }
            : new MockReply
            {
                StatusCode = 200,
                Headers = Headers(request),
                Body = Completion(request, options, now),
            };

    public static MockReply Embed(MockRequest request, MockOptions options)
    {
        var tokens = options.PromptTokens ?? request.Inputs.Sum(i => MockText.Tokens(i.Length));
        var body = MockWire.Write(json =>
        {
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            for (var i = 0; i < request.Inputs.Count; i++)
            {
                var vector = MockVector.Of(request.Inputs[i], request.Dimensions ?? options.EmbeddingDimensions);
                json.WriteStartObject();
                json.WriteString("object", "embedding");
                json.WriteNumber("index", i);
                WriteVector(json, vector, request.Base64);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("model", request.Model);
            json.WriteStartObject("usage");
            json.WriteNumber("prompt_tokens", tokens);
            json.WriteNumber("total_tokens", tokens);
            json.WriteEndObject();
        });
        return new MockReply
        {
            StatusCode = 200,
            Headers = Headers(request),
            Body = body,
        };
    }

    public static MockReply Error(int status, string? code, string? message, string? parameter) =>
        new()
        {
            StatusCode = status,
            Headers = [new("x-request-id", $"req_mock_{status.ToString(CultureInfo.InvariantCulture)}")],
            Body = MockWire.Write(json => WriteError(json, status, code ?? CodeOf(status), message, parameter)),
        };

    private static ReadOnlyMemory<byte> Completion(MockRequest request, MockOptions options, DateTimeOffset now) =>
        MockWire.Write(json =>
        {
            WriteHead(json, request, "chat.completion", now);
            json.WriteStartArray("choices");
            for (var choice = 0; choice < request.Choices; choice++)
            {
                json.WriteStartObject();
                json.WriteNumber("index", choice);
                json.WriteStartObject("message");
                json.WriteString("role", "assistant");
                json.WriteString("content", MockText.Answer(request, options));
                json.WriteNull("refusal");
                if (options.ToolCalls.Count > 0)
                {
                    json.WriteStartArray("tool_calls");
                    for (var i = 0; i < options.ToolCalls.Count; i++)
                    {
                        json.WriteStartObject();
                        WriteToolCall(json, options.ToolCalls[i], i, options.ToolCalls[i].Function?.Arguments ?? "{}");
                        json.WriteEndObject();
                    }

                    json.WriteEndArray();
                }

                json.WriteEndObject();
                json.WriteNull("logprobs");
                json.WriteString("finish_reason", FinishReason(options));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteUsage(json, MockText.Usage(request, options));
        });

    private static IEnumerable<MockEvent> Stream(MockRequest request, MockOptions options, DateTimeOffset now)
    {
        var chunks = 0;
        for (var choice = 0; choice < request.Choices; choice++)
        {
            foreach (var e in Choice(choice))
            {
                yield return e;
                chunks += e.IsChunk ? 1 : 0;
                if (chunks == options.FailAfterChunks)
                {
                    yield return Event(json => WriteError(json, 500, options.ErrorCode, null, null));
                    yield break;
                }
            }
        }

        if (request.IncludeUsage)
        {
            yield return Event(json =>
            {
                WriteHead(json, request, "chat.completion.chunk", now);
                json.WriteStartArray("choices");
                json.WriteEndArray();
                WriteUsage(json, MockText.Usage(request, options));
            });
        }

        yield return new MockEvent("data: [DONE]\n\n"u8.ToArray());

        IEnumerable<MockEvent> Choice(int index)
        {
            var text = MockText.Answer(request, options);
            yield return Delta(
                index,
                json =>
                {
                    json.WriteString("role", "assistant");
                    json.WriteString("content", text is null ? null : "");
                    json.WriteNull("refusal");
                }
            );
            foreach (var piece in MockText.Cut(text ?? "", options.ChunkSize))
            {
                yield return Delta(index, json => json.WriteString("content", piece), isChunk: true);
            }

            for (var i = 0; i < options.ToolCalls.Count; i++)
            {
                var (call, place) = (options.ToolCalls[i], i);
                yield return Delta(
                    index,
                    json => WriteToolDelta(json, place, () => WriteToolCall(json, call, place, ""))
                );
                foreach (var piece in MockText.Cut(call.Function?.Arguments ?? "{}", options.ChunkSize))
                {
                    yield return Delta(
                        index,
                        json => WriteToolDelta(json, place, () => WriteArguments(json, piece)),
                        isChunk: true
                    );
                }
            }

            yield return Delta(index, _ => { }, FinishReason(options));
        }

        MockEvent Delta(int index, Action<Utf8JsonWriter> delta, string? finishReason = null, bool isChunk = false) =>
            Event(
                json =>
                {
                    WriteHead(json, request, "chat.completion.chunk", now);
                    json.WriteStartArray("choices");
                    json.WriteStartObject();
                    json.WriteNumber("index", index);
                    json.WriteStartObject("delta");
                    delta(json);
                    json.WriteEndObject();
                    json.WriteNull("logprobs");
                    json.WriteString("finish_reason", finishReason);
                    json.WriteEndObject();
                    json.WriteEndArray();
                    if (request.IncludeUsage)
                    {
                        json.WriteNull("usage");
                    }
                },
                isChunk
            );
    }

    public static MockEvent Event(Action<Utf8JsonWriter> fields, bool isChunk = false) =>
        new(MockWire.Write("data: "u8, fields, "\n\n"u8), isChunk);

    public static KeyValuePair<string, string>[] Headers(MockRequest request) =>
        [new("x-request-id", $"req_mock_{request.Hash}")];

    private static void WriteHead(Utf8JsonWriter json, MockRequest request, string type, DateTimeOffset now)
    {
        json.WriteString("id", $"chatcmpl-mock-{request.Hash}");
        json.WriteString("object", type);
        json.WriteNumber("created", now.ToUnixTimeSeconds());
        json.WriteString("model", request.Model);
        json.WriteString("service_tier", "default");
        json.WriteString("system_fingerprint", "fp_mock");
    }

    private static string FinishReason(MockOptions options) => options.ToolCalls.Count > 0 ? "tool_calls" : "stop";

    private static void WriteToolDelta(Utf8JsonWriter json, int place, Action fields)
    {
        json.WriteStartArray("tool_calls");
        json.WriteStartObject();
        json.WriteNumber("index", place);
        fields();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteToolCall(Utf8JsonWriter json, ToolCall call, int place, string arguments)
    {
        json.WriteString("id", call.Id ?? $"call_mock_{place.ToString(CultureInfo.InvariantCulture)}");
        json.WriteString("type", call.Type ?? "function");
        json.WriteStartObject("function");
        json.WriteString("name", call.Function?.Name ?? "");
        json.WriteString("arguments", arguments);
        json.WriteEndObject();
    }

    private static void WriteArguments(Utf8JsonWriter json, string piece)
    {
        json.WriteStartObject("function");
        json.WriteString("arguments", piece);
        json.WriteEndObject();
    }

    public static void WriteUsage(Utf8JsonWriter json, MockUsage usage)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", usage.Prompt);
        json.WriteNumber("completion_tokens", usage.Completion);
        json.WriteNumber("total_tokens", usage.Prompt + usage.Completion);
        json.WriteStartObject("prompt_tokens_details");
        json.WriteNumber("cached_tokens", usage.Cached);
        json.WriteNumber("audio_tokens", 0);
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details");
        json.WriteNumber("reasoning_tokens", usage.Reasoning);
        json.WriteNumber("audio_tokens", 0);
        json.WriteNumber("accepted_prediction_tokens", 0);
        json.WriteNumber("rejected_prediction_tokens", 0);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteVector(Utf8JsonWriter json, float[] vector, bool base64)
    {
        if (base64)
        {
            // OpenAI's bytes are little-endian, as is every machine that .NET runs on.
            json.WriteBase64String("embedding", MemoryMarshal.AsBytes<float>(vector));
            return;
        }

        json.WriteStartArray("embedding");
        foreach (var value in vector)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    public static void WriteError(Utf8JsonWriter json, int status, string? code, string? message, string? parameter)
    {
        json.WriteStartObject("error");
        json.WriteString("message", message ?? MessageOf(status, code));
        json.WriteString("type", TypeOf(status, code));
        json.WriteString("param", parameter ?? (code == "context_length_exceeded" ? "messages" : null));
        json.WriteString("code", code);
        json.WriteEndObject();
    }

    private static string? CodeOf(int status) =>
        status switch
        {
            401 => "invalid_api_key",
            404 => "model_not_found",
            429 => "rate_limit_exceeded",
            _ => null,
        };

    private static string TypeOf(int status, string? code) =>
        status switch
        {
            _ when code is "insufficient_quota" => code,
            429 => "requests",
            >= 500 => "server_error",
            _ => "invalid_request_error",
        };

    public static string MessageOf(int status, string? code) =>
        code switch
        {
            "context_length_exceeded" =>
                "This model's maximum context length is 128000 tokens. However, your messages resulted in 128001 tokens. Please reduce the length of the messages.",
            "content_filter" =>
                "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.",
            "content_policy_violation" => "Your request was rejected as a result of our safety system.",
            "insufficient_quota" => "You exceeded your current quota, please check your plan and billing details.",
            "invalid_api_key" => "Incorrect API key provided.",
            "model_not_found" => "The model does not exist or you do not have access to it.",
            "rate_limit_exceeded" => "Rate limit reached for requests.",
            _ when status >= 500 => "The server had an error while processing your request.",
            _ => $"The mock was told to fail with status {status.ToString(CultureInfo.InvariantCulture)}.",
        };
}
