using System.Text.Json.Nodes;
using static Callgate.Tests.Formats.Responses.ResponsesWire;

namespace Callgate.Tests.Formats.Responses;

public class ResponsesAnswerTests
{
    [Fact]
    public void Answer_OfAPlainRequest() =>
        AssertSame(
            """
            {"id":"resp_1","object":"response","created_at":1767323000,"status":"completed","completed_at":1767323045,"error":null,"incomplete_details":null,"model":"claude",
             "output":[{"id":"msg_1o0","type":"message","status":"completed","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"Hi <b>日本</b>"}],"role":"assistant"}],
             "usage":{"input_tokens":11,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":3},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":16},
             "service_tier":"default","background":false,"instructions":null,"max_output_tokens":null,"max_tool_calls":null,"previous_response_id":null,"prompt_cache_key":null,"safety_identifier":null,"user":null,
             "metadata":{},"parallel_tool_calls":true,"store":true,"temperature":1.0,"top_p":1.0,"top_logprobs":0,"tool_choice":"auto","truncation":"disabled",
             "reasoning":{"effort":null,"summary":null},"text":{"format":{"type":"text"},"verbosity":"medium"},"tools":[]}
            """,
            Unary(
                Completion(
                    """{"role":"assistant","content":"Hi <b>日本</b>"}""",
                    more: ""","service_tier":"standard","usage":{"prompt_tokens":11,"completion_tokens":5,"total_tokens":16,"prompt_tokens_details":{"cached_tokens":4,"cache_creation_tokens":3},"completion_tokens_details":{"reasoning_tokens":2}}"""
                )
            )
        );

    [Fact]
    public void Answer_RepeatsTheRequest()
    {
        const string request = """
            {"model":"claude","input":"x","instructions":"Be brief.","max_output_tokens":64,"max_tool_calls":2,"previous_response_id":"resp_0","prompt_cache_key":"k","safety_identifier":"s","user":"u","metadata":{"a":"b"},
             "parallel_tool_calls":false,"store":false,"temperature":0.25,"top_p":0.5,"top_logprobs":1,"tool_choice":{"type":"function","name":"f"},"truncation":"auto","service_tier":"flex",
             "reasoning":{"effort":"high","summary":"auto"},"text":{"format":{"type":"json_object"},"verbosity":"low"},"tools":[{"type":"function","name":"f"},{"type":"custom","name":"c"}]}
            """;

        var answer = JsonNode.Parse(Unary(Completion("""{"role":"assistant"}"""), request))!.AsObject();

        AssertSame(
            """
            {"instructions":"Be brief.","max_output_tokens":64,"max_tool_calls":2,"previous_response_id":"resp_0","prompt_cache_key":"k","safety_identifier":"s","user":"u","metadata":{"a":"b"},
             "parallel_tool_calls":false,"store":false,"temperature":0.25,"top_p":0.5,"top_logprobs":1,"tool_choice":{"type":"function","name":"f"},"truncation":"disabled",
             "reasoning":{"effort":"high","summary":"auto"},"text":{"format":{"type":"json_object"},"verbosity":"low"},
             "tools":[{"type":"function","name":"f","parameters":null,"strict":false},{"type":"custom","name":"c"}]}
            """,
            new JsonObject(answer.Skip(12).Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()))).ToJsonString()
        );
        Assert.Equal("flex", (string?)answer["service_tier"]);
        Assert.Empty(answer["output"]!.AsArray());
        Assert.Null(answer["usage"]);
    }

    [Fact]
    public void Items_OfEveryKind() =>
        AssertSame(
            """
            [{"id":"rs_1o0","type":"reasoning","summary":[{"type":"summary_text","text":"Hm."}],"encrypted_content":"callgate.thinking.c2ln"},
             {"id":"rs_1o1","type":"reasoning","summary":[],"encrypted_content":"callgate.redacted.ZGF0YQ"},
             {"id":"msg_1o2","type":"message","status":"completed","content":[
               {"type":"output_text","annotations":[{"type":"url_citation","url":"https://host","title":"T","start_index":0,"end_index":2}],"logprobs":[],"text":"So"},
               {"type":"refusal","refusal":"No."}],"role":"assistant"},
             {"id":"fc_1o3","type":"function_call","status":"completed","arguments":"{\"a\":1}","call_id":"toolu_1","name":"f"},
             {"id":"ctc_1o4","type":"custom_tool_call","status":"completed","input":"ls -l","call_id":"toolu_2","name":"shell"},
             {"id":"ctc_1o5","type":"custom_tool_call","status":"completed","input":"not json","call_id":"call_ctc_1o5","name":"shell"}]
            """,
            JsonNode.Parse(
                Unary(
                    Completion(
                        """
                        {"role":"assistant","content":"So","refusal":"No.","reasoning_content":"Hm.",
                         "thinking_blocks":[{"type":"thinking","thinking":"Hm.","signature":"c2ln"},{"type":"redacted_thinking","data":"ZGF0YQ"}],
                         "annotations":[{"type":"url_citation","url_citation":{"url":"https://host","title":"T","start_index":0,"end_index":2}}],
                         "tool_calls":[{"id":"toolu_1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},
                                       {"id":"toolu_2","type":"function","function":{"name":"shell","arguments":"{\"input\":\"ls -l\"}"}},
                                       {"type":"function","function":{"name":"shell","arguments":"not json"}}]}
                        """,
                        "tool_calls"
                    ),
                    """{"model":"claude","input":"x","tools":[{"type":"function","name":"f"},{"type":"custom","name":"shell"}]}"""
                )
            )!["output"]!.ToJsonString()
        );

    [Theory]
    [InlineData("length", "max_output_tokens")]
    [InlineData("content_filter", "content_filter")]
    public void CutAnswer_IsIncomplete(string finish, string reason)
    {
        var answer = JsonNode.Parse(
            Unary(
                Completion(
                    """{"role":"assistant","content":"So","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"a"}}]}""",
                    finish
                )
            )
        )!;

        Assert.Equal("incomplete", (string?)answer["status"]);
        Assert.Equal(reason, (string?)answer["incomplete_details"]!["reason"]);
        Assert.Null(answer["completed_at"]);
        Assert.Equal("completed", (string?)answer["output"]![0]!["status"]);
        Assert.Equal("incomplete", (string?)answer["output"]![1]!["status"]);
    }

    [Fact]
    public void Logprobs_BelongToTheText()
    {
        var completion = Completion("""{"role":"assistant","content":"Hi"}""");
        var token = """{"token":"Hi","logprob":-0.1,"bytes":[72,105],"top_logprobs":[]}""";
        completion = completion with
        {
            Choices =
            [
                completion.Choices[0] with
                {
                    Logprobs = System.Text.Json.JsonElement.Parse($$"""{"content":[{{token}}],"refusal":null}"""),
                },
            ],
        };

        AssertSame(
            $"[{token}]",
            JsonNode.Parse(Unary(completion))!["output"]![0]!["content"]![0]!["logprobs"]!.ToJsonString()
        );
    }
}
