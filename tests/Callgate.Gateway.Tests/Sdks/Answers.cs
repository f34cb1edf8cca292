using System.Globalization;
using System.Text.Json;
using Callgate.Testing;
using Callgate.Wire;

namespace Callgate.Gateway.Tests.Sdks;

/// <summary>What the provider behind the gateway answers to the vendors' clients: the prompt says what to do, in either wire.</summary>
internal static class Answers
{
    public const string Person = """{"name":"Ada","age":36}""";
    public const string Weather = "It is 18 degrees in Paris.";
    public const string Thinking = "Two and two.";

    private const string LongText =
        "A long answer, of which the client reads the beginning and leaves the rest, so that somebody has to tell the provider.";

    private const string ClaudeThinks = """
        {"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[{"type":"thinking","thinking":"Two and two.","signature":"c2ln"},{"type":"text","text":"Four."}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":20}}
        """;

    private const string ClaudeThinksAloud = """
        event: message_start
        data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":1}}}

        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Two and "}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"two."}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":0}

        event: content_block_start
        data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Four."}}

        event: content_block_stop
        data: {"type":"content_block_stop","index":1}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":20}}

        event: message_stop
        data: {"type":"message_stop"}


        """;

    private const string OpenAiThinks = """
        {"id":"chatcmpl-1","object":"chat.completion","created":1767323000,"model":"gpt-4o-mini","choices":[{"index":0,"message":{"role":"assistant","reasoning_content":"Two and two.","content":"Four."},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30}}
        """;

    private const string OpenAiThinksAloud = """
        data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1767323000,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{"role":"assistant","reasoning_content":"Two and "},"finish_reason":null}]}

        data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1767323000,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{"reasoning_content":"two."},"finish_reason":null}]}

        data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1767323000,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"Four."},"finish_reason":null}]}

        data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1767323000,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

        data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1767323000,"model":"gpt-4o-mini","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30}}

        data: [DONE]


        """;

    /// <summary>The answer; null: the mock's.</summary>
    public static FakeReply? To(RecordedRequest request)
    {
        var body = request.BodyText;
        if (body.Contains("Stall", StringComparison.Ordinal))
        {
            return FakeReply.Mock(new MockOptions { Response = LongText }) with { StallAfterBytes = 1200 };
        }

        if (body.IndexOf("Fail with ", StringComparison.Ordinal) is >= 0 and var at)
        {
            var status = int.Parse(body.AsSpan(at + "Fail with ".Length, 3), CultureInfo.InvariantCulture);
            return FakeReply.Error(status, retryAfter: status == 429 ? TimeSpan.FromSeconds(7) : null);
        }

        if (body.Contains("Think", StringComparison.Ordinal))
        {
            return Think(request);
        }

        // A weather report is the result of the tool that was asked for.
        if (body.Contains("18 degrees", StringComparison.Ordinal))
        {
            return Say(Weather);
        }

        return ToolOf(request.ReadJson()) switch
        {
            "get_weather" => Call("get_weather", """{"city":"Paris"}"""),
            // Some clients ask for structured output by a tool of their own.
            { } own => Call(own, Person),
            null => body.Contains("Describe Ada", StringComparison.Ordinal) ? Say(Person) : null,
        };
    }

    private static FakeReply Think(RecordedRequest request)
    {
        var isStream =
            request.ReadJson().TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True;
        return request.Path.EndsWith("/messages", StringComparison.Ordinal)
            ? isStream
                ? FakeReply.Sse(ClaudeThinksAloud)
                : FakeReply.Json(ClaudeThinks)
            : isStream
                ? FakeReply.Sse(OpenAiThinksAloud)
                : FakeReply.Json(OpenAiThinks);
    }

    private static FakeReply Say(string text) => FakeReply.Mock(new MockOptions { Response = text });

    private static FakeReply Call(string name, string arguments) =>
        FakeReply.Mock(
            new MockOptions
            {
                ToolCalls =
                [
                    new ToolCall
                    {
                        Function = new FunctionCall { Name = name, Arguments = arguments },
                    },
                ],
            }
        );

    private static string? ToolOf(JsonElement request) =>
        request.TryGetProperty("tools", out var tools) && tools.GetArrayLength() > 0
            ? (tools[0].TryGetProperty("function", out var function) ? function : tools[0])
                .GetProperty("name")
                .GetString()
            : null;
}
