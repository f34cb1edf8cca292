using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Callgate.Formats.Responses;
using Callgate.Wire;
using static Callgate.Tests.Formats.Responses.ResponsesWire;

namespace Callgate.Tests.Formats.Responses;

/// <summary>OpenAI's own answers, read for hooks and observers.</summary>
public class ResponsesReaderTests
{
    private const string Body = """
        {"id":"resp_67cc","object":"response","created_at":1741484430.0,"status":"completed","error":null,"incomplete_details":null,"model":"gpt-5.4","output":[
          {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"First."},{"type":"summary_text","text":"Then."}],"encrypted_content":"gAAAAAB"},
          {"type":"web_search_call","id":"ws_1","status":"completed"},
          {"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[
            {"type":"output_text","text":"Good news.","annotations":[{"type":"url_citation","start_index":0,"end_index":4,"url":"https://host","title":"T"}],"logprobs":[]}]},
          {"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{\"a\":1}","status":"completed"},
          {"type":"custom_tool_call","id":"ctc_1","call_id":"call_2","name":"shell","input":"echo \"ü\""}],
         "service_tier":"default","usage":{"input_tokens":328,"input_tokens_details":{"cached_tokens":8},"output_tokens":52,"output_tokens_details":{"reasoning_tokens":9},"total_tokens":380}}
        """;

    private const string Expected = """
        {"role":"assistant","content":"Good news.",
         "tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},
                       {"id":"call_2","type":"function","function":{"name":"shell","arguments":"{\"input\":\"echo \\\"ü\\\"\"}"}}],
         "reasoning_content":"First.\n\nThen."
        """;

    /// <summary>The same answer as a stream.</summary>
    private static readonly string s_stream = string.Concat(
        (
            (string[])
                [
                    """{"type":"response.created","response":{"id":"resp_67cc","object":"response","created_at":1741484430,"status":"in_progress","model":"gpt-5.4","output":[]}}""",
                    """{"type":"response.in_progress","response":{}}""",
                    """{"type":"response.output_item.added","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[]}}""",
                    """{"type":"response.reasoning_summary_part.added","item_id":"rs_1","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}""",
                    """{"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":0,"delta":"First."}""",
                    """{"type":"response.reasoning_summary_part.added","item_id":"rs_1","output_index":0,"summary_index":1,"part":{"type":"summary_text","text":""}}""",
                    """{"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":1,"delta":"Then."}""",
                    """{"type":"response.output_item.done","output_index":0,"item":{"id":"rs_1","type":"reasoning","encrypted_content":"gAAAAAB","summary":[{"type":"summary_text","text":"First."},{"type":"summary_text","text":"Then."}]}}""",
                    """{"type":"response.output_item.added","output_index":1,"item":{"type":"web_search_call","id":"ws_1","status":"in_progress"}}""",
                    """{"type":"response.web_search_call.searching","output_index":1,"item_id":"ws_1"}""",
                    """{"type":"response.output_item.done","output_index":1,"item":{"type":"web_search_call","id":"ws_1","status":"completed"}}""",
                    """{"type":"response.output_item.added","output_index":2,"item":{"id":"msg_1","type":"message","status":"in_progress","role":"assistant","content":[]}}""",
                    """{"type":"response.output_text.delta","item_id":"msg_1","output_index":2,"content_index":0,"delta":"Good ","logprobs":[],"obfuscation":"x"}""",
                    """{"type":"response.output_text.delta","item_id":"msg_1","output_index":2,"content_index":0,"delta":"news."}""",
                    """{"type":"response.output_text.annotation.added","item_id":"msg_1","output_index":2,"content_index":0,"annotation_index":0,"annotation":{"type":"url_citation","start_index":0,"end_index":4,"url":"https://host","title":"T"}}""",
                    """{"type":"response.output_text.done","item_id":"msg_1","output_index":2,"content_index":0,"text":"Good news."}""",
                    """{"type":"response.output_item.added","output_index":3,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"","status":"in_progress"}}""",
                    """{"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":3,"delta":"{\"a\""}""",
                    """{"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":3,"delta":":1}"}""",
                    """{"type":"response.function_call_arguments.done","item_id":"fc_1","output_index":3,"arguments":"{\"a\":1}"}""",
                    """{"type":"response.output_item.done","output_index":3,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{\"a\":1}"}}""",
                    """{"type":"response.output_item.added","output_index":4,"item":{"type":"custom_tool_call","id":"ctc_1","call_id":"call_2","name":"shell","input":""}}""",
                    """{"type":"response.custom_tool_call_input.delta","item_id":"ctc_1","output_index":4,"delta":"echo "}""",
                    """{"type":"response.custom_tool_call_input.delta","item_id":"ctc_1","output_index":4,"delta":"\"ü\""}""",
                    """{"type":"response.output_item.done","output_index":4,"item":{"type":"custom_tool_call","id":"ctc_1","call_id":"call_2","name":"shell","input":"echo \"ü\""}}""",
                    """{"type":"response.something.new","x":1}""",
                    """{"type":"response.completed","response":{"id":"resp_67cc","status":"completed","service_tier":"default","usage":{"input_tokens":328,"input_tokens_details":{"cached_tokens":8},"output_tokens":52,"output_tokens_details":{"reasoning_tokens":9},"total_tokens":380}}}""",
                ]
        ).Select(e => $"data: {e}\n\n")
    );

    [Fact]
    public void Response_IsACompletion()
    {
        var completion = ReadUnary(Body);

        AssertCompletion(completion);
        AssertSame(
            Expected
                + """
                ,"thinking_blocks":[{"type":"thinking","thinking":"First.\n\nThen.","encrypted_content":"gAAAAAB"}],
                 "annotations":[{"type":"url_citation","url_citation":{"start_index":0,"end_index":4,"url":"https://host","title":"T"}}],
                 "output_items":[{"type":"web_search_call","id":"ws_1","status":"completed"}]}
                """,
            MessageOf(completion)
        );
    }

    [Fact]
    public void Stream_IsTheSame()
    {
        var completion = Accumulate(s_stream);

        AssertCompletion(completion);
        AssertSame(
            Expected
                + """
                ,"thinking_blocks":[{"type":"thinking","thinking":"First.\n\nThen."}],
                 "annotations":[{"type":"url_citation","url_citation":{"start_index":0,"end_index":4,"url":"https://host","title":"T"}}],
                 "output_items":[{"type":"web_search_call","id":"ws_1","status":"completed"}]}
                """,
            MessageOf(completion)
        );
    }

    /// <summary>Where a hook changes OpenAI's own stream, it is written anew, and loses nothing.</summary>
    [Fact]
    public void Stream_WrittenAnew_HasEveryItem()
    {
        var translator = new ResponsesChunkTranslator("openai", "gpt");
        var chunks = new Queue<ChatChunk>();
        foreach (var line in s_stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            translator.Translate("message"u8, Encoding.UTF8.GetBytes(line["data: ".Length..]), chunks);
        }

        var end = EventsOf(
            Stream(chunks, """{"model":"gpt","input":"x","tools":[{"type":"custom","name":"shell"}]}""")
        )[^1];

        AssertSame(
            """
            [{"id":"rs_1o0","type":"reasoning","summary":[{"type":"summary_text","text":"First.\n\nThen."}],"encrypted_content":"gAAAAAB"},
             {"type":"web_search_call","id":"ws_1","status":"completed"},
             {"id":"msg_1o2","type":"message","status":"completed","content":[{"type":"output_text","annotations":[{"type":"url_citation","start_index":0,"end_index":4,"url":"https://host","title":"T"}],"logprobs":[],"text":"Good news."}],"role":"assistant"},
             {"id":"fc_1o3","type":"function_call","status":"completed","arguments":"{\"a\":1}","call_id":"call_1","name":"f"},
             {"id":"ctc_1o4","type":"custom_tool_call","status":"completed","input":"echo \"ü\"","call_id":"call_2","name":"shell"}]
            """,
            end["response"]!["output"]!.ToJsonString(Readable)
        );
    }

    [Theory]
    [InlineData(
        """{"type":"error","code":"rate_limit_exceeded","message":"Slow down.","param":null,"sequence_number":3}""",
        LlmErrorKind.RateLimit
    )]
    [InlineData(
        """{"type":"error","sequence_number":2,"error":{"type":"insufficient_quota","code":"insufficient_quota","message":"Pay.","param":null}}""",
        LlmErrorKind.RateLimit
    )]
    [InlineData("""{"type":"error","code":null,"message":"Oops","param":null}""", LlmErrorKind.Server)]
    [InlineData(
        """{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"Oops"}}}""",
        LlmErrorKind.Server
    )]
    [InlineData(
        """{"type":"response.failed","response":{"status":"failed","error":{"code":"invalid_prompt","message":"No."}}}""",
        LlmErrorKind.BadRequest
    )]
    [InlineData(
        """{"type":"response.failed","response":{"status":"failed","error":{"code":"context_length_exceeded","message":"Long."}}}""",
        LlmErrorKind.ContextWindowExceeded
    )]
    public void ErrorInTheStream_IsThrown(string data, LlmErrorKind kind)
    {
        var translator = new ResponsesChunkTranslator("openai", "gpt");

        var e = Assert.ThrowsAny<LlmException>(() =>
            translator.Translate("error"u8, Encoding.UTF8.GetBytes(data), new Queue<ChatChunk>())
        );

        Assert.Equal(kind, e.Kind);
        Assert.Equal(("openai", "gpt"), (e.Provider, e.Model));
        Assert.NotNull(e.ProviderMessage);
        Assert.False(translator.IsComplete);
    }

    [Fact]
    public void FailedResponse_IsThrown()
    {
        var e = Assert.Throws<LlmServerException>(() =>
            ReadUnary("""{"id":"r","status":"failed","output":[],"error":{"code":"server_error","message":"Oops"}}""")
        );
        Assert.Equal("server_error", e.Code);
    }

    [Theory]
    [InlineData(
        """{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[]}""",
        "length"
    )]
    [InlineData(
        """{"status":"incomplete","incomplete_details":{"reason":"content_filter"},"output":[]}""",
        "content_filter"
    )]
    [InlineData("""{"status":"queued","output":[]}""", null)]
    [InlineData("""{"status":"completed","output":[]}""", "stop")]
    public void Status_IsTheFinishReason(string body, string? expected) =>
        Assert.Equal(expected, ReadUnary(body).Choices[0].FinishReason);

    /// <summary>A stream that just ends is not whole.</summary>
    [Fact]
    public void StreamWithoutItsEnd_IsNotComplete()
    {
        var translator = new ResponsesChunkTranslator("openai", "gpt");
        translator.Translate(
            "response.output_text.delta"u8,
            """{"type":"response.output_text.delta","output_index":0,"delta":"Hi"}"""u8,
            new Queue<ChatChunk>()
        );
        translator.Translate(default, "[DONE]"u8, new Queue<ChatChunk>());

        Assert.True(translator.IsDone);
        Assert.False(translator.IsComplete);
    }

    private static void AssertCompletion(ChatCompletion completion)
    {
        Assert.Equal(
            ("resp_67cc", "gpt-5.4", 1741484430L, "default"),
            (completion.Id, completion.Model, completion.Created, completion.ServiceTier)
        );
        Assert.Equal("tool_calls", completion.Choices[0].FinishReason);
        Assert.Equal(
            (328L, 52L, 380L, 8L, 9L),
            (
                completion.Usage!.PromptTokens,
                completion.Usage.CompletionTokens,
                completion.Usage.TotalTokens,
                completion.Usage.PromptTokensDetails!.CachedTokens,
                completion.Usage.CompletionTokensDetails!.ReasoningTokens
            )
        );
    }

    private static string MessageOf(ChatCompletion completion) =>
        JsonNode.Parse(JsonSerializer.Serialize(completion, WireJson.Relaxed.ChatCompletion))!["choices"]![0]![
            "message"
        ]!.ToJsonString(Readable);
}
