using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Callgate.Formats;
using Callgate.Tests.Recorded;
using Callgate.Wire;
using static Callgate.Tests.Formats.FormatWire;
using static Callgate.Tests.Providers.Anthropic.AnthropicWire;

namespace Callgate.Tests.Formats;

// After platform.claude.com/docs, the page on streaming.
public class MessagesStreamTests
{
    private static string Encode(IEnumerable<ChatChunk> chunks) => FormatWire.Stream(FormatWire.Messages, chunks);

    private static ChatChunk Chunk(string json) => ChatChunk.FromBytes(Encoding.UTF8.GetBytes(json), null);

    public static TheoryData<string> WholeStreams =>
        [
            .. AnthropicStreams
                .All.Where(s => s.Sse.Contains("message_stop", StringComparison.Ordinal))
                .Select(s => s.Name),
        ];

    public static TheoryData<string> OpenAiWholeStreams =>
        [
            .. OpenAiStreams
                .All.Where(s =>
                    s.Sse.Contains("[DONE]", StringComparison.Ordinal)
                    && !s.Sse.Contains("data: {\"error\"", StringComparison.Ordinal)
                )
                .Select(s => s.Name),
        ];

    [Fact]
    public void Plain_IsAnthropicsEvents() =>
        Assert.Equal(
            """
            event: message_start
            data: {"type":"message_start","message":{"id":"msg_01Plain","type":"message","role":"assistant","model":"my-model","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"output_tokens":0}}}

            event: content_block_start
            data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"!"}}

            event: content_block_stop
            data: {"type":"content_block_stop","index":0}

            event: message_delta
            data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":25,"output_tokens":15}}

            event: message_stop
            data: {"type":"message_stop"}


            """,
            Encode(Chunks(AnthropicStreams.Plain, true))
        );

    /// <summary>Anthropic's own streams by way of the common tongue: block by block the same, whatever their cut.</summary>
    [Theory]
    [MemberData(nameof(WholeStreams))]
    public void StreamOfAnthropic_HasTheSameBlocksAgain(string name)
    {
        var sse = AnthropicStreams.All.Single(s => s.Name == name).Sse;

        var again = Encode(Chunks(sse, true));

        AssertJson(Message(sse).ToJsonString(), Message(again));
    }

    [Theory]
    [MemberData(nameof(OpenAiWholeStreams))]
    public void StreamOfOpenAi_IsTheMessageThatItsWholeIs(string name)
    {
        var sse = OpenAiStreams.All.Single(s => s.Name == name).Sse;
        var chunks = Chunks(sse, false, 2);

        var streamed = ReadMessage(Message(Encode(chunks)).ToJsonString());
        var whole = ReadMessage(Write(FormatWire.Messages, Whole(chunks)));

        AssertJson(ToJson(whole), ToJson(streamed));
    }

    /// <summary>Two calls whose pieces are mixed: the second waits for the end of the first.</summary>
    [Fact]
    public void MixedCalls_ComeOneAfterTheOther()
    {
        static ChatChunk Piece(int index, string fields) =>
            Chunk($$$"""{"choices":[{"index":0,"delta":{"tool_calls":[{"index":{{{index}}},{{{fields}}} }]}}]}""");
        var events = EventsOf(
            Encode([
                Piece(0, """ "id":"a","type":"function","function":{"name":"f","arguments":""}"""),
                Piece(0, """ "function":{"arguments":"{\"x\":"}"""),
                Piece(1, """ "id":"b","type":"function","function":{"name":"g","arguments":"{\"y\":"}"""),
                Piece(0, """ "function":{"arguments":"\"}\"}"}"""),
                Piece(1, """ "function":{"arguments":"2"}"""),
                Piece(0, """ "function":{"arguments":" "}"""),
                Piece(1, """ "function":{"arguments":"}"}"""),
                Chunk("""{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"""),
            ])
        );

        Assert.Equal(
            [
                """{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"a","name":"f","caller":{"type":"direct"},"input":{}}}""",
                """{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"x\":"}}""",
                """{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"\"}\"}"}}""",
                """{"type":"content_block_stop","index":0}""",
                """{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"b","name":"g","caller":{"type":"direct"},"input":{}}}""",
                """{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"y\":"}}""",
                """{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"2"}}""",
                """{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"}"}}""",
                """{"type":"content_block_stop","index":1}""",
            ],
            events.Select(e => e.Data).Skip(1).SkipLast(2)
        );
    }

    /// <summary>Servers that leave the index out send whole calls; a name may come late, a call may stay without input.</summary>
    [Fact]
    public void OddCalls_AreWholeAllTheSame()
    {
        var message = Message(
            Encode([
                Chunk(
                    """{"choices":[{"index":0,"delta":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}},{"id":"b","function":{"name":"g","arguments":"{\"z\":1}"}}]}}]}"""
                ),
                Chunk("""{"choices":[{"index":0,"delta":{"tool_calls":[{"index":5,"id":"c"}]}}]}"""),
                Chunk("""{"choices":[{"index":0,"delta":{"tool_calls":[{"index":5,"function":{"name":"h"}}]}}]}"""),
                Chunk("""{"choices":[{"index":0,"delta":{"content":"Done."}}]}"""),
                Chunk("""{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"""),
            ])
        );

        AssertJson(
            """
            [{"type":"tool_use","id":"a","name":"f","input":{}},{"type":"tool_use","id":"b","name":"g","input":{"z":1}},
             {"type":"tool_use","id":"c","name":"h","input":{}},{"type":"text","text":"Done."}]
            """,
            message["content"]
        );
        Assert.Equal("tool_use", (string?)message["stop_reason"]);
    }

    [Fact]
    public void Usage_AfterTheReason_IsInTheEnd()
    {
        var message = Message(Encode(Chunks(OpenAiStreams.UsageNullOnEach, false)));

        AssertJson(
            """{"input_tokens":176,"cache_read_input_tokens":1024,"output_tokens":10,"output_tokens_details":{"thinking_tokens":0}}""",
            message["usage"]
        );
    }

    [Fact]
    public void Nothing_IsAMessageAllTheSame()
    {
        var events = EventsOf(Encode([]));

        Assert.Equal(["message_start", "message_delta", "message_stop"], events.Select(e => e.Type));
    }

    [Fact]
    public void StreamThatFails_EndsWithItsError()
    {
        var text = FormatWire.Stream(
            FormatWire.Messages,
            Chunks(AnthropicStreams.Plain, true),
            new ErrorReply(503, "Overloaded.")
        );

        Assert.EndsWith(
            """
            event: error
            data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded."}}


            """,
            text,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("message_stop", text, StringComparison.Ordinal);
        Assert.DoesNotContain("stop_reason\":\"", text, StringComparison.Ordinal);
    }

    /// <summary>What a client makes of a stream's events; it owes nothing to the code under test.</summary>
    internal static JsonObject Message(string sse)
    {
        var message = new JsonObject();
        var inputs = new Dictionary<int, string>();
        var open = -1;
        foreach (var (type, data) in EventsOf(sse))
        {
            var e = JsonNode.Parse(data)!;
            Assert.Equal(type, (string?)e["type"]);
            switch (type)
            {
                case "message_start":
                    message = e["message"]!.DeepClone().AsObject();
                    message["model"] = "my-model";
                    break;
                case "content_block_start":
                    // One block at a time, counted through.
                    Assert.Equal(-1, open);
                    open = (int)e["index"]!;
                    Assert.Equal(message["content"]!.AsArray().Count, open);
                    message["content"]!.AsArray().Add(e["content_block"]!.DeepClone());
                    break;
                case "content_block_delta":
                    Assert.Equal(open, (int)e["index"]!);
                    Add(message["content"]![open]!.AsObject(), e["delta"]!, inputs, open);
                    break;
                case "content_block_stop":
                    Assert.Equal(open, (int)e["index"]!);
                    if (inputs.TryGetValue(open, out var input) && input.Length > 0)
                    {
                        message["content"]![open]!["input"] = JsonNode.Parse(input);
                    }

                    open = -1;
                    break;
                case "message_delta":
                    Assert.Equal(-1, open);
                    Merge(message, e["delta"]!.AsObject());
                    Merge(message["usage"]!.AsObject(), e["usage"]!.AsObject());
                    break;
            }
        }

        foreach (var block in message["content"]!.AsArray())
        {
            // An empty list of what a text refers to says as much as none.
            if (block!["citations"] is JsonArray { Count: 0 })
            {
                block.AsObject().Remove("citations");
            }

            // The model itself is the caller where none is named.
            if ((string?)block["caller"]?["type"] == "direct")
            {
                block.AsObject().Remove("caller");
            }
        }

        return (JsonObject)WithoutNulls(message)!;
    }

    private static void Add(JsonObject block, JsonNode delta, Dictionary<int, string> inputs, int index)
    {
        switch ((string?)delta["type"])
        {
            case "text_delta":
                block["text"] = (string?)block["text"] + (string?)delta["text"];
                break;
            case "thinking_delta":
                block["thinking"] = (string?)block["thinking"] + (string?)delta["thinking"];
                break;
            case "signature_delta":
                block["signature"] = (string?)delta["signature"];
                break;
            case "input_json_delta":
                inputs[index] = inputs.GetValueOrDefault(index, "") + (string?)delta["partial_json"];
                break;
            case "citations_delta":
                if (block["citations"] is not JsonArray list)
                {
                    block["citations"] = list = [];
                }

                list.Add(delta["citation"]!.DeepClone());
                break;
        }
    }

    private static void Merge(JsonObject target, JsonObject source)
    {
        foreach (var (name, value) in source)
        {
            target[name] = value?.DeepClone();
        }
    }
}
