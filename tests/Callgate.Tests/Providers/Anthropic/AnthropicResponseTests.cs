using System.Text;
using System.Text.Json;
using Callgate.Wire;
using static Callgate.Tests.Providers.Anthropic.AnthropicWire;

namespace Callgate.Tests.Providers.Anthropic;

// The exchanges follow platform.claude.com/docs, the page that each test names.
public class AnthropicResponseTests
{
    // api/messages
    [Fact]
    public void Answer_Plain_IsACompletion() =>
        AssertJson(
            """
            {"id":"msg_013Zva2CMHLNnXjNJJKqJ2EF","object":"chat.completion","created":1741569952,"model":"claude-opus-4-8",
             "choices":[{"index":0,"message":{"role":"assistant","content":"Hi! My name is Claude."},"finish_reason":"stop"}],
             "usage":{"prompt_tokens":2095,"completion_tokens":503,"total_tokens":2598}}
            """,
            ToJson(
                Read(
                    """
                    {"id":"msg_013Zva2CMHLNnXjNJJKqJ2EF","type":"message","role":"assistant","model":"claude-opus-4-8",
                     "content":[{"type":"text","text":"Hi! My name is Claude.","citations":null}],
                     "stop_reason":"end_turn","stop_sequence":null,"stop_details":null,"container":null,
                     "usage":{"input_tokens":2095,"output_tokens":503}}
                    """
                )
            )
        );

    // agents-and-tools/tool-use/parallel-tool-use
    [Fact]
    public void Answer_WithToolCalls_HasThemAll()
    {
        var completion = Read(
            """
            {"id":"msg_1","type":"message","role":"assistant","model":"claude-opus-4-8","stop_reason":"tool_use","stop_sequence":null,
             "content":[{"type":"text","text":"I look."},
               {"type":"tool_use","id":"toolu_1","name":"get_weather","input":{"location":"San Francisco, CA"},"caller":{"type":"direct"}},
               {"type":"tool_use","id":"toolu_2","name":"get_time","input":{},"caller":{"type":"code_execution_20260120","tool_id":"srv_1"}}],
             "usage":{"input_tokens":10,"output_tokens":20}}
            """
        );

        AssertJson(
            """
            {"index":0,"finish_reason":"tool_calls","message":{"role":"assistant","content":"I look.","tool_calls":[
              {"id":"toolu_1","type":"function","function":{"name":"get_weather","arguments":"{\"location\":\"San Francisco, CA\"}"}},
              {"id":"toolu_2","type":"function","function":{"name":"get_time","arguments":"{}"},"caller":{"type":"code_execution_20260120","tool_id":"srv_1"}}]}}
            """,
            JsonDocument.Parse(ToJson(completion)).RootElement.GetProperty("choices")[0].GetRawText()
        );
    }

    // build-with-claude/extended-thinking
    [Fact]
    public void Answer_WithThinking_ShowsAndKeepsIt()
    {
        var message = Read(
            """
            {"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-6","stop_reason":"end_turn",
             "content":[{"type":"thinking","thinking":"Let me think.","signature":"WaUjzkypQ2mUEVM36O2Txu=="},
               {"type":"redacted_thinking","data":"EmwKAhgB"},{"type":"text","text":"21"}],
             "usage":{"input_tokens":10,"output_tokens":200,"output_tokens_details":{"thinking_tokens":180}}}
            """
        )
            .Choices[0]
            .Message!;

        Assert.Equal("21", message.Text);
        Assert.Equal("Let me think.", message.ReasoningContent);
        Assert.Equal(
            [
                new ThinkingBlock
                {
                    Type = "thinking",
                    Thinking = "Let me think.",
                    Signature = "WaUjzkypQ2mUEVM36O2Txu==",
                },
                new ThinkingBlock { Type = "redacted_thinking", Data = "EmwKAhgB" },
            ],
            message.ThinkingBlocks
        );
    }

    // build-with-claude/prompt-caching
    [Fact]
    public void Usage_WithCacheAndTools_CountsAsOpenAiDoes()
    {
        var completion = Read(
            """
            {"id":"msg_1","type":"message","role":"assistant","model":"claude-opus-4-8","content":[{"type":"text","text":"x"}],"stop_reason":"end_turn",
             "usage":{"input_tokens":50,"cache_read_input_tokens":100000,"cache_creation_input_tokens":556,
               "cache_creation":{"ephemeral_5m_input_tokens":456,"ephemeral_1h_input_tokens":100},"output_tokens":503,
               "output_tokens_details":{"thinking_tokens":400},"service_tier":"priority","inference_geo":"us","server_tool_use":{"web_search_requests":2},"speed":null}}
            """
        );

        AssertJson(
            """
            {"prompt_tokens":100606,"completion_tokens":503,"total_tokens":101109,
             "prompt_tokens_details":{"cached_tokens":100000,"cache_creation_tokens":556,"cache_creation_1h_tokens":100},
             "completion_tokens_details":{"reasoning_tokens":400},
             "service_tier":"priority","inference_geo":"us","server_tool_use":{"web_search_requests":2}}
            """,
            JsonDocument.Parse(ToJson(completion)).RootElement.GetProperty("usage").GetRawText()
        );
    }

    // build-with-claude/fast-mode, api/service-tiers
    [Theory]
    [InlineData("\"service_tier\":\"standard\"", "default")]
    [InlineData("\"service_tier\":\"priority\"", "default")]
    [InlineData("\"service_tier\":\"batch\"", "batch")]
    [InlineData("\"service_tier\":\"standard\",\"speed\":\"fast\"", "priority")]
    [InlineData("\"x\":1", null)]
    public void ServiceTier_IsTheOneThatDecidesThePrice(string fields, string? expected) =>
        Assert.Equal(
            expected,
            Read(
                $$$"""{"content":[],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1,{{{fields}}}}}"""
            ).ServiceTier
        );

    // build-with-claude/handling-stop-reasons
    [Theory]
    [InlineData("end_turn", "stop")]
    [InlineData("stop_sequence", "stop")]
    [InlineData("max_tokens", "length")]
    [InlineData("model_context_window_exceeded", "length")]
    [InlineData("refusal", "content_filter")]
    [InlineData("pause_turn", "stop")]
    [InlineData("a_reason_of_the_future", "stop")]
    public void StopReason_IsAFinishReason(string reason, string expected) =>
        Assert.Equal(
            expected,
            Read($$$"""{"content":[{"type":"text","text":"x"}],"stop_reason":"{{{reason}}}"}""").Choices[0].FinishReason
        );

    // agents-and-tools/tool-use/web-search-tool
    [Fact]
    public void Answer_OfAServersTool_GoesBackAsItCame()
    {
        var completion = Read(
            """
            {"id":"msg_1","type":"message","role":"assistant","model":"claude-opus-4-8","stop_reason":"stop_sequence","stop_sequence":"END",
             "container":{"id":"container_1"},
             "content":[{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"nyc"}},
               {"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[{"type":"web_search_result","url":"https://x","encrypted_content":"E"}]},
               {"type":"text","text":"18 °C","citations":[{"type":"web_search_result_location","url":"https://x"}]}],
             "usage":{"input_tokens":1,"output_tokens":1}}
            """
        );
        var message = completion.Choices[0].Message!;

        var body = Body(Plain with { Messages = [.. Plain.Messages, message, Message.User("And?")] });

        Assert.Equal("18 °C", completion.Text);
        Assert.Equal("container_1", completion.AdditionalProperties!["container"].GetProperty("id").GetString());
        Assert.Equal("END", completion.Choices[0].AdditionalProperties!["stop_sequence"].GetString());
        Assert.Equal("https://x", message.AdditionalProperties!["citations"][0].GetProperty("url").GetString());
        AssertJson(
            """
            [{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"nyc"}},
             {"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[{"type":"web_search_result","url":"https://x","encrypted_content":"E"}]},
             {"type":"text","text":"18 °C"}]
            """,
            body["messages"]![1]!["content"]
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("<html>busy</html>")]
    [InlineData("{\"id\":\"msg_1\"}")]
    [InlineData("{\"content\":\"text\"}")]
    [InlineData("{\"content\":[1]}")]
    [InlineData("{\"content\":[{\"type\":\"text\",\"text\":\"\\ud83d\"}]}")]
    [InlineData("{\"content\":[{\"type\":\"text\",\"text\":\"x\"}],\"usage\":{\"input_tok")]
    public void Answer_ThatIsNone_IsAJsonException(string body) =>
        Assert.ThrowsAny<JsonException>(() => Provider.ReadResponse(Plain, Encoding.UTF8.GetBytes(body)));

    // api/errors
    [Fact]
    public void Answer_ThatIsAnError_IsThatError()
    {
        var error = Assert.Throws<LlmServiceUnavailableException>(() =>
            Read("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_1"}""")
        );

        Assert.Equal("req_1", error.RequestId);
        Assert.Null(error.StatusCode);
    }
}
