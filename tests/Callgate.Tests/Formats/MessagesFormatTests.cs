using System.Text;
using System.Text.Json.Nodes;
using Callgate.Formats;
using Callgate.Wire;
using static Callgate.Tests.Formats.FormatWire;
using static Callgate.Tests.Providers.Anthropic.AnthropicWire;

namespace Callgate.Tests.Formats;

// The exchanges follow platform.claude.com/docs, the page that each test names.
public class MessagesFormatTests
{
    /// <summary>Anthropic's answers, read into the common tongue and written again.</summary>
    [Theory]
    // api/messages
    [InlineData(
        """
            {"id":"msg_013Zva2CMHLNnXjNJJKqJ2EF","type":"message","role":"assistant","model":"my-model",
             "content":[{"type":"text","text":"Hi! My name is Claude.","citations":null}],
             "stop_reason":"end_turn","stop_sequence":null,"stop_details":null,"container":null,
             "usage":{"input_tokens":2095,"output_tokens":503}}
            """
    )]
    // agents-and-tools/tool-use/parallel-tool-use
    [InlineData(
        """
            {"id":"msg_1","type":"message","role":"assistant","model":"my-model","stop_reason":"tool_use","stop_sequence":null,
             "content":[{"type":"text","text":"I look."},
               {"type":"tool_use","id":"toolu_1","name":"get_weather","input":{"location":"San Francisco, CA","days":[1,2.5,null]},"caller":{"type":"direct"}},
               {"type":"tool_use","id":"toolu_2","name":"get_time","input":{},"caller":{"type":"code_execution_20260120","tool_id":"srv_1"}}],
             "usage":{"input_tokens":10,"output_tokens":20}}
            """
    )]
    // build-with-claude/extended-thinking
    [InlineData(
        """
            {"id":"msg_1","type":"message","role":"assistant","model":"my-model","stop_reason":"end_turn","stop_sequence":null,
             "content":[{"type":"thinking","thinking":"Let me think.","signature":"WaUjzkypQ2mUEVM36O2Txu=="},
               {"type":"redacted_thinking","data":"EmwKAhgB"},{"type":"text","text":"21"}],
             "usage":{"input_tokens":10,"output_tokens":200,"output_tokens_details":{"thinking_tokens":180}}}
            """
    )]
    // build-with-claude/prompt-caching
    [InlineData(
        """
            {"id":"msg_1","type":"message","role":"assistant","model":"my-model","content":[{"type":"text","text":"x"}],
             "stop_reason":"stop_sequence","stop_sequence":"END",
             "usage":{"input_tokens":50,"cache_read_input_tokens":100000,"cache_creation_input_tokens":556,
               "cache_creation":{"ephemeral_5m_input_tokens":456,"ephemeral_1h_input_tokens":100},"output_tokens":503,
               "service_tier":"priority","inference_geo":"us","server_tool_use":{"web_search_requests":2},"speed":"fast"}}
            """
    )]
    // agents-and-tools/tool-use/web-search-tool
    [InlineData(
        """
            {"id":"msg_1","type":"message","role":"assistant","model":"my-model","stop_reason":"end_turn","stop_sequence":null,
             "container":{"id":"container_1"},
             "content":[{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"nyc"}},
               {"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[{"type":"web_search_result","url":"https://x","encrypted_content":"E"}]},
               {"type":"text","text":"18 °C","citations":[{"type":"web_search_result_location","url":"https://x"}]}],
             "usage":{"input_tokens":1,"output_tokens":1}}
            """
    )]
    // build-with-claude/handling-stop-reasons
    [InlineData(
        """
            {"id":"msg_1","type":"message","role":"assistant","model":"my-model","stop_reason":"max_tokens","stop_sequence":null,
             "content":[{"type":"text","text":"Once"}],"usage":{"input_tokens":1,"output_tokens":1}}
            """
    )]
    [InlineData(
        """
            {"id":"msg_1","type":"message","role":"assistant","model":"my-model","stop_reason":"pause_turn","stop_sequence":null,
             "content":[{"type":"server_tool_use","id":"s","name":"web_search","input":{}}],"usage":{"input_tokens":1,"output_tokens":1}}
            """
    )]
    [InlineData(
        """
            {"id":"msg_1","type":"message","role":"assistant","model":"my-model","stop_reason":"model_context_window_exceeded","stop_sequence":null,
             "content":[],"usage":{"input_tokens":1,"output_tokens":1}}
            """
    )]
    [InlineData(
        """
            {"id":"msg_1","type":"message","role":"assistant","model":"my-model","stop_reason":"refusal","stop_sequence":null,
             "stop_details":{"type":"refusal","category":"cyber"},"content":[],"usage":{"input_tokens":1,"output_tokens":1}}
            """
    )]
    public void Answer_OfAnthropic_IsTheSameAgain(string json)
    {
        var expected = WithoutNulls(JsonNode.Parse(json))!;
        var actual = WithoutNulls(JsonNode.Parse(Write(FormatWire.Messages, ReadMessage(json))))!;

        AssertJson(expected.ToJsonString(), actual);
    }

    [Fact]
    public void Answer_OfOpenAi_IsAMessage() =>
        AssertJson(
            """
            {"id":"msg_call1","type":"message","role":"assistant","model":"my-model",
             "content":[{"type":"thinking","thinking":"2 + 2","signature":""},{"type":"text","text":"4"},
               {"type":"tool_use","id":"call_abc","name":"get_weather","input":{"city":"Graz"},"caller":{"type":"direct"}},
               {"type":"tool_use","id":"toolu_call1_1","name":"get_time","input":{},"caller":{"type":"direct"}},
               {"type":"tool_use","id":"call_x","name":"broken","input":{"arguments":"{\"a\":"},"caller":{"type":"direct"}}],
             "stop_reason":"tool_use","stop_sequence":null,
             "usage":{"input_tokens":176,"cache_read_input_tokens":1024,"output_tokens":10,"output_tokens_details":{"thinking_tokens":4}}}
            """,
            Write(
                FormatWire.Messages,
                Completion(
                    """
                    {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-5.4","choices":[{"index":0,"finish_reason":"tool_calls",
                     "message":{"role":"assistant","content":"4","reasoning_content":"2 + 2","tool_calls":[
                       {"id":"call_abc","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Graz\"}"}},
                       {"type":"function","function":{"name":"get_time","arguments":""}},
                       {"id":"call_x","type":"function","function":{"name":"broken","arguments":"{\"a\":"}}]}}],
                     "usage":{"prompt_tokens":1200,"completion_tokens":10,"total_tokens":1210,
                       "prompt_tokens_details":{"cached_tokens":1024},"completion_tokens_details":{"reasoning_tokens":4}}}
                    """
                )
            )
        );

    [Theory]
    [InlineData("stop", "", "end_turn")]
    [InlineData("length", "", "max_tokens")]
    [InlineData("content_filter", "", "refusal")]
    [InlineData("stop", ",\"stop_sequence\":\"END\"", "stop_sequence")]
    // What vLLM has there.
    [InlineData("stop", ",\"stop_reason\":\"###\"", "end_turn")]
    [InlineData("stop", ",\"stop_reason\":128009", "end_turn")]
    public void FinishReason_IsAStopReason(string reason, string extra, string expected) =>
        Assert.Equal(
            expected,
            (string?)
                JsonNode.Parse(
                    Write(
                        FormatWire.Messages,
                        Completion(
                            $$$"""{"choices":[{"index":0,"finish_reason":"{{{reason}}}","message":{"role":"assistant","content":"x"}{{{extra}}}}]}"""
                        )
                    )
                )!["stop_reason"]
        );

    /// <summary>OpenAI ends a forced call with "stop".</summary>
    [Fact]
    public void Calls_AlwaysEndTheTurnForTheirResults() =>
        Assert.Equal(
            "tool_use",
            (string?)
                JsonNode.Parse(
                    Write(
                        FormatWire.Messages,
                        Completion(
                            """{"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}}]}"""
                        )
                    )
                )!["stop_reason"]
        );

    [Fact]
    public void Refusal_IsText()
    {
        var message = JsonNode.Parse(
            Write(
                FormatWire.Messages,
                Completion(
                    """{"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":null,"refusal":"I can't."}}]}"""
                )
            )
        )!;

        AssertJson("""[{"type":"text","text":"I can't."}]""", message["content"]);
    }

    // api/errors
    [Theory]
    [InlineData(400, null, "invalid_request_error")]
    [InlineData(401, null, "authentication_error")]
    [InlineData(402, null, "billing_error")]
    [InlineData(403, "invalid_request_error", "permission_error")]
    [InlineData(404, null, "not_found_error")]
    [InlineData(408, null, "timeout_error")]
    [InlineData(413, null, "request_too_large")]
    [InlineData(422, null, "invalid_request_error")]
    [InlineData(429, "budget_exceeded", "rate_limit_error")]
    [InlineData(500, null, "api_error")]
    [InlineData(500, "overloaded_error", "overloaded_error")]
    [InlineData(501, null, "api_error")]
    [InlineData(503, null, "overloaded_error")]
    [InlineData(504, null, "timeout_error")]
    [InlineData(529, null, "overloaded_error")]
    public void Error_HasAnthropicsForm(int status, string? given, string type) =>
        AssertJson(
            $$$"""{"type":"error","error":{"type":"{{{type}}}","message":"No \"x\"."}}""",
            Error(FormatWire.Messages, new ErrorReply(status, "No \"x\".", given))
        );

    [Fact]
    public void Request_AsksForTheUsageOfItsStream()
    {
        var request = (ChatRequest)Read(
            FormatWire.Messages,
            """{"model":"claude-sonnet-4-5","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"Hi"}]}"""
        );

        Assert.True(request.StreamOptions!.IncludeUsage);
        Assert.Equal("anthropic_messages", FormatWire.Messages.CallType);
        Assert.False(Body(request).ContainsKey("stream_options"));
        Assert.Null(
            (
                (ChatRequest)Read(FormatWire.Messages, """{"model":"m","messages":[{"role":"user","content":"Hi"}]}""")
            ).StreamOptions
        );
    }

    // api/messages-count-tokens
    [Fact]
    public void Tokens_AreCountedOverEverythingThatIsSent()
    {
        long Count(string fields) =>
            MessageTokens.Count((ChatRequest)Read(FormatWire.Messages, $$"""{"model":"m",{{fields}}}"""));

        const string Hello = """ "messages":[{"role":"user","content":"Hello, Claude"}]""";
        var plain = Count(Hello);

        Assert.InRange(plain, 5, 12);
        Assert.True(Count(Hello + ""","system":"You are a scientist" """) > plain);
        Assert.True(
            Count(Hello + ""","tools":[{"name":"f","description":"Finds it.","input_schema":{"type":"object"}}]""")
                > plain
        );
        Assert.True(
            Count(
                """ "messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]}]"""
            ) > 1000
        );
    }
}
