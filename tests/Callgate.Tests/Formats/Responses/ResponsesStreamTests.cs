using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Callgate.Wire;
using static Callgate.Tests.Formats.Responses.ResponsesWire;

namespace Callgate.Tests.Formats.Responses;

public class ResponsesStreamTests
{
    private const string Usage =
        """{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}""";

    [Fact]
    public void Text_ByteForByte()
    {
        const string before =
            """{"id":"resp_1","object":"response","created_at":1767323000,"status":"in_progress","completed_at":null,"error":null,"incomplete_details":null,"model":"claude","output":[],"usage":null""";
        const string echo =
            ""","service_tier":"auto","background":false,"instructions":null,"max_output_tokens":null,"max_tool_calls":null,"previous_response_id":null,"prompt_cache_key":null,"safety_identifier":null,"user":null,"metadata":{},"parallel_tool_calls":true,"store":true,"temperature":1.0,"top_p":1.0,"top_logprobs":0,"tool_choice":"auto","truncation":"disabled","reasoning":{"effort":null,"summary":null},"text":{"format":{"type":"text"},"verbosity":"medium"},"tools":[]}""";
        const string item =
            """{"id":"msg_1o0","type":"message","status":"completed","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"Hi\n日本"}],"role":"assistant"}""";

        var stream = Stream([
            Delta("""{"role":"assistant","content":""}"""),
            ChatChunk.FromBytes("{}"u8.ToArray(), "Hi\n"),
            Delta("""{"content":"日本"}"""),
            Delta("{}", "stop"),
            Chunk(Usage),
        ]);

        Assert.Equal(
            """
            event: response.created
            data: {"type":"response.created","sequence_number":0,"response":BEFORE_ECHO}

            event: response.in_progress
            data: {"type":"response.in_progress","sequence_number":1,"response":BEFORE_ECHO}

            event: response.output_item.added
            data: {"type":"response.output_item.added","sequence_number":2,"output_index":0,"item":{"id":"msg_1o0","type":"message","status":"in_progress","content":[],"role":"assistant"}}

            event: response.content_part.added
            data: {"type":"response.content_part.added","sequence_number":3,"item_id":"msg_1o0","output_index":0,"content_index":0,"part":{"type":"output_text","annotations":[],"logprobs":[],"text":""}}

            event: response.output_text.delta
            data: {"type":"response.output_text.delta","sequence_number":4,"item_id":"msg_1o0","output_index":0,"content_index":0,"delta":"Hi\n","logprobs":[]}

            event: response.output_text.delta
            data: {"type":"response.output_text.delta","sequence_number":5,"item_id":"msg_1o0","output_index":0,"content_index":0,"delta":"日本","logprobs":[]}

            event: response.output_text.done
            data: {"type":"response.output_text.done","sequence_number":6,"item_id":"msg_1o0","output_index":0,"content_index":0,"text":"Hi\n日本","logprobs":[]}

            event: response.content_part.done
            data: {"type":"response.content_part.done","sequence_number":7,"item_id":"msg_1o0","output_index":0,"content_index":0,"part":{"type":"output_text","annotations":[],"logprobs":[],"text":"Hi\n日本"}}

            event: response.output_item.done
            data: {"type":"response.output_item.done","sequence_number":8,"output_index":0,"item":ITEM}

            event: response.completed
            data: {"type":"response.completed","sequence_number":9,"response":{"id":"resp_1","object":"response","created_at":1767323000,"status":"completed","completed_at":1767323045,"error":null,"incomplete_details":null,"model":"claude","output":[ITEM],"usage":{"input_tokens":3,"input_tokens_details":{"cached_tokens":0,"cache_write_tokens":0},"output_tokens":2,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":5}ECHO}


            """.ReplaceLineEndings("\n").Replace("BEFORE_", before, StringComparison.Ordinal).Replace(
                "ECHO",
                echo,
                StringComparison.Ordinal
            ).Replace("ITEM", item, StringComparison.Ordinal),
            stream
        );
    }

    /// <summary>Thinking, its seal, text, and two calls whose pieces are mixed.</summary>
    [Fact]
    public void Reasoning_Text_AndMixedCalls() =>
        Assert.Equal(
            [
                """response.output_item.added {"output_index":0,"item":{"id":"rs_1o0","type":"reasoning","summary":[]}}""",
                """response.reasoning_summary_part.added {"item_id":"rs_1o0","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}""",
                """response.reasoning_summary_text.delta {"item_id":"rs_1o0","output_index":0,"summary_index":0,"delta":"Hm"}""",
                """response.reasoning_summary_text.delta {"item_id":"rs_1o0","output_index":0,"summary_index":0,"delta":"."}""",
                """response.reasoning_summary_text.done {"item_id":"rs_1o0","output_index":0,"summary_index":0,"text":"Hm."}""",
                """response.reasoning_summary_part.done {"item_id":"rs_1o0","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":"Hm."}}""",
                """response.output_item.done {"output_index":0,"item":{"id":"rs_1o0","type":"reasoning","summary":[{"type":"summary_text","text":"Hm."}],"encrypted_content":"callgate.thinking.c2ln"}}""",
                """response.output_item.added {"output_index":1,"item":{"id":"rs_1o1","type":"reasoning","summary":[]}}""",
                """response.output_item.done {"output_index":1,"item":{"id":"rs_1o1","type":"reasoning","summary":[],"encrypted_content":"callgate.redacted.ZA"}}""",
                """response.output_item.added {"output_index":2,"item":{"id":"msg_1o2","type":"message","status":"in_progress","content":[],"role":"assistant"}}""",
                """response.content_part.added {"item_id":"msg_1o2","output_index":2,"content_index":0,"part":{"type":"output_text","annotations":[],"logprobs":[],"text":""}}""",
                """response.output_text.delta {"item_id":"msg_1o2","output_index":2,"content_index":0,"delta":"So","logprobs":[]}""",
                """response.output_text.done {"item_id":"msg_1o2","output_index":2,"content_index":0,"text":"So","logprobs":[]}""",
                """response.content_part.done {"item_id":"msg_1o2","output_index":2,"content_index":0,"part":{"type":"output_text","annotations":[],"logprobs":[],"text":"So"}}""",
                """response.output_item.done {"output_index":2,"item":{"id":"msg_1o2","type":"message","status":"completed","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"So"}],"role":"assistant"}}""",
                """response.output_item.added {"output_index":3,"item":{"id":"fc_1o3","type":"function_call","status":"in_progress","arguments":"","call_id":"a","name":"f"}}""",
                """response.output_item.added {"output_index":4,"item":{"id":"ctc_1o4","type":"custom_tool_call","status":"in_progress","input":"","call_id":"b","name":"shell"}}""",
                """response.function_call_arguments.delta {"item_id":"fc_1o3","output_index":3,"delta":"{\"x\""}""",
                """response.function_call_arguments.delta {"item_id":"fc_1o3","output_index":3,"delta":":1}"}""",
                """response.function_call_arguments.done {"item_id":"fc_1o3","output_index":3,"name":"f","arguments":"{\"x\":1}"}""",
                """response.output_item.done {"output_index":3,"item":{"id":"fc_1o3","type":"function_call","status":"completed","arguments":"{\"x\":1}","call_id":"a","name":"f"}}""",
                """response.custom_tool_call_input.delta {"item_id":"ctc_1o4","output_index":4,"delta":"ls"}""",
                """response.custom_tool_call_input.done {"item_id":"ctc_1o4","output_index":4,"input":"ls"}""",
                """response.output_item.done {"output_index":4,"item":{"id":"ctc_1o4","type":"custom_tool_call","status":"completed","input":"ls","call_id":"b","name":"shell"}}""",
            ],
            Lines(
                Stream(
                    [
                        Delta("""{"reasoning_content":"Hm","thinking_blocks":[{"type":"thinking","thinking":"Hm"}]}"""),
                        Delta("""{"reasoning_content":".","thinking_blocks":[{"type":"thinking","thinking":"."}]}"""),
                        Delta("""{"thinking_blocks":[{"type":"thinking","signature":"c2ln"}]}"""),
                        Delta("""{"thinking_blocks":[{"type":"redacted_thinking","data":"ZA"}]}"""),
                        Delta("""{"content":"So"}"""),
                        Delta(
                            """{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}"""
                        ),
                        Delta(
                            """{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"shell","arguments":"{\"inp"}}]}"""
                        ),
                        Delta("""{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}]}"""),
                        Delta(
                            """{"tool_calls":[{"index":1,"function":{"arguments":"ut\":\"ls\"}"}},{"index":0,"function":{"arguments":":1}"}}]}"""
                        ),
                        Delta("{}", "tool_calls"),
                    ],
                    """{"model":"claude","input":"x","stream":true,"tools":[{"type":"custom","name":"shell"}]}"""
                )
            )
        );

    [Fact]
    public void Refusal_Annotation_AndLogprobs() =>
        Assert.Equal(
            [
                """response.output_item.added {"output_index":0,"item":{"id":"msg_1o0","type":"message","status":"in_progress","content":[],"role":"assistant"}}""",
                """response.content_part.added {"item_id":"msg_1o0","output_index":0,"content_index":0,"part":{"type":"output_text","annotations":[],"logprobs":[],"text":""}}""",
                """response.output_text.delta {"item_id":"msg_1o0","output_index":0,"content_index":0,"delta":"Hi","logprobs":[{"token":"Hi","logprob":-1}]}""",
                """response.output_text.annotation.added {"item_id":"msg_1o0","output_index":0,"content_index":0,"annotation_index":0,"annotation":{"type":"url_citation","url":"u"}}""",
                """response.output_text.done {"item_id":"msg_1o0","output_index":0,"content_index":0,"text":"Hi","logprobs":[{"token":"Hi","logprob":-1}]}""",
                """response.content_part.done {"item_id":"msg_1o0","output_index":0,"content_index":0,"part":{"type":"output_text","annotations":[{"type":"url_citation","url":"u"}],"logprobs":[{"token":"Hi","logprob":-1}],"text":"Hi"}}""",
                """response.content_part.added {"item_id":"msg_1o0","output_index":0,"content_index":1,"part":{"type":"refusal","refusal":""}}""",
                """response.refusal.delta {"item_id":"msg_1o0","output_index":0,"content_index":1,"delta":"No."}""",
                """response.refusal.done {"item_id":"msg_1o0","output_index":0,"content_index":1,"refusal":"No."}""",
                """response.content_part.done {"item_id":"msg_1o0","output_index":0,"content_index":1,"part":{"type":"refusal","refusal":"No."}}""",
                """response.output_item.done {"output_index":0,"item":{"id":"msg_1o0","type":"message","status":"completed","content":[{"type":"output_text","annotations":[{"type":"url_citation","url":"u"}],"logprobs":[{"token":"Hi","logprob":-1}],"text":"Hi"},{"type":"refusal","refusal":"No."}],"role":"assistant"}}""",
            ],
            Lines(
                Stream([
                    Chunk(
                        """{"choices":[{"index":0,"delta":{"content":"Hi"},"logprobs":{"content":[{"token":"Hi","logprob":-1}]}}]}"""
                    ),
                    Delta("""{"annotations":[{"type":"url_citation","url_citation":{"url":"u"}}]}"""),
                    Delta("""{"refusal":"No."}"""),
                    Delta("{}", "stop"),
                ])
            )
        );

    /// <summary>A hook that rewrites chunks is heard in the events that repeat the text, too.</summary>
    [Fact]
    public void RewrittenText_IsTheTextOfAllEvents()
    {
        var chunk = (ChatChunk)
            ChatChunk
                .FromBytes("""{"choices":[{"index":0,"delta":{"content":"secret"}}]}"""u8.ToArray(), "secret")
                .WithText("***");

        var stream = Stream([chunk, Delta("{}", "stop")]);

        Assert.DoesNotContain("secret", stream, StringComparison.Ordinal);
        Assert.Equal("***", Accumulate(stream).Text);
        Assert.Equal("***", (string?)EventsOf(stream)[^1]["response"]!["output"]![0]!["content"]![0]!["text"]);
    }

    [Fact]
    public void CutAnswer_EndsIncomplete()
    {
        var end = EventsOf(Stream([Delta("""{"content":"So"}"""), Delta("{}", "length")]))[^1];

        Assert.Equal("response.incomplete", (string?)end["type"]);
        Assert.Equal("incomplete", (string?)end["response"]!["status"]);
        Assert.Equal("max_output_tokens", (string?)end["response"]!["incomplete_details"]!["reason"]);
        Assert.Equal("incomplete", (string?)end["response"]!["output"]![0]!["status"]);
    }

    [Fact]
    public void EmptyAnswer_IsCompleteWithoutItems()
    {
        var events = EventsOf(Stream([]));

        Assert.Equal(
            ["response.created", "response.in_progress", "response.completed"],
            events.Select(e => (string?)e["type"])
        );
        Assert.Empty(events[^1]["response"]!["output"]!.AsArray());
    }

    [Fact]
    public void BrokenStream_NeverLooksComplete()
    {
        var output = new ArrayBufferWriter<byte>();
        var encoder = Format.EncodeStream(Context(Read(Hello)));
        encoder.Write(output, Delta("""{"reasoning_content":"Hm."}"""));
        encoder.Write(output, Delta("""{"content":"So"}"""));
        encoder.Fail(output, new(502, "The connection broke.", Code: "upstream_error"));

        var stream = Encoding.UTF8.GetString(output.WrittenSpan);
        var events = EventsOf(stream);
        AssertSame(
            """{"type":"error","sequence_number":11,"code":"upstream_error","message":"The connection broke.","param":null,"error":{"message":"The connection broke.","type":"server_error","param":null,"code":"upstream_error"}}""",
            events[^2].ToJsonString()
        );
        Assert.Equal("response.failed", (string?)events[^1]["type"]);
        var response = events[^1]["response"]!;
        Assert.Equal("failed", (string?)response["status"]);
        AssertSame(
            """{"code":"upstream_error","message":"The connection broke."}""",
            response["error"]!.ToJsonString()
        );
        Assert.Equal(["reasoning"], response["output"]!.AsArray().Select(i => (string?)i!["type"]));
        Assert.DoesNotContain(events, e => (string?)e["type"] is "response.completed" or "response.output_text.done");
        Assert.True(encoder.Answer.IsEmpty);
        Assert.ThrowsAny<LlmException>(() => Accumulate(stream));
    }

    /// <summary>What a stream ends with is what the unary endpoint would have said.</summary>
    [Fact]
    public void Answer_IsTheUnaryOne()
    {
        var encoder = Format.EncodeStream(Context(Read(Hello)));
        var output = new ArrayBufferWriter<byte>();
        encoder.Write(output, Delta("""{"content":"Hi"}"""));
        encoder.Write(output, Delta("{}", "stop"));
        encoder.Write(output, Chunk(Usage));
        encoder.Complete(output);

        AssertSame(
            Unary(
                Completion(
                    """{"role":"assistant","content":"Hi"}""",
                    more: ""","usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}"""
                )
            ),
            Encoding.UTF8.GetString(encoder.Answer.Span)
        );
    }
}
