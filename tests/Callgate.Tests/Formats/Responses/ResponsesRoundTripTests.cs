using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Callgate.Wire;
using CsCheck;
using static Callgate.Tests.Formats.Responses.ResponsesWire;

namespace Callgate.Tests.Formats.Responses;

/// <summary>What is written, whole or in pieces, is what is read again.</summary>
public class ResponsesRoundTripTests
{
    private const string Request =
        """{"model":"claude","input":"x","tools":[{"type":"function","name":"f"},{"type":"custom","name":"shell"}]}""";

    private static readonly Gen<string> s_text = Gen.OneOf(
        Gen.String[Gen.Char.AlphaNumeric, 1, 20],
        Gen.OneOf("ünïcödé 日本語 😀", "\"quoted\" \\ back\\slash", "line\nline\ttab", "<b>&amp;</b>\u2028", "}{][")
    );

    private static readonly Gen<ToolCall> s_call = Gen.Select(
        Gen.String[Gen.Char.AlphaNumeric, 1, 12],
        Gen.Bool,
        s_text,
        (id, isCustom, text) =>
            new ToolCall
            {
                Id = id,
                Type = "function",
                Function = new FunctionCall
                {
                    Name = isCustom ? "shell" : "f",
                    Arguments = $$"""{"{{(isCustom ? "input" : "x")}}":{{JsonSerializer.Serialize(text, Readable)}}}""",
                },
            }
    );

    private static readonly Gen<ThinkingBlock> s_thinking = Gen.Select(
        s_text,
        Gen.Bool,
        (text, isRedacted) =>
            isRedacted
                ? new ThinkingBlock { Type = "redacted_thinking", Data = text }
                : new ThinkingBlock
                {
                    Type = "thinking",
                    Thinking = text,
                    Signature = $"sig+/={text.Length}",
                }
    );

    private static readonly Gen<ChatCompletion> s_completion = Gen.Select(
        s_text.Null(),
        s_text.Null(),
        s_thinking.List[0, 3],
        s_call.List[0, 3],
        Gen.OneOf("stop", "length", "content_filter"),
        Gen.Select(Gen.Long[0, 99], Gen.Long[0, 99], Gen.Long[0, 99], Gen.Long[0, 99], (a, b, c, d) => (a, b, c, d)),
        (text, refusal, thinking, calls, finish, tokens) =>
            new ChatCompletion
            {
                Choices =
                [
                    new Choice
                    {
                        FinishReason = finish == "stop" && calls.Count > 0 ? "tool_calls" : finish,
                        Message = new Message
                        {
                            Role = "assistant",
                            Content = text is null ? null : new MessageContent(text),
                            Refusal = refusal,
                            ToolCalls = calls.Count == 0 ? null : calls,
                            ThinkingBlocks = thinking.Count == 0 ? null : thinking,
                        },
                    },
                ],
                Usage = new Wire.Usage
                {
                    PromptTokens = tokens.a + tokens.b,
                    CompletionTokens = tokens.c + tokens.d,
                    TotalTokens = tokens.a + tokens.b + tokens.c + tokens.d,
                    PromptTokensDetails = new PromptTokensDetails { CachedTokens = tokens.a, CacheCreationTokens = 0 },
                    CompletionTokensDetails = new CompletionTokensDetails { ReasoningTokens = tokens.c },
                },
            }
    );

    [Fact]
    public void Completion_UnaryAndStreamed_ComesBackTheSame() =>
        s_completion
            .Select(Gen.Int[1, 7], Gen.Int)
            .Sample(
                (completion, size, order) =>
                {
                    var stream = Stream(ChunksOf(completion, size, new Random(order)), Request);

                    AssertSame(completion, ReadUnary(Unary(completion, Request)));
                    AssertSame(completion, Accumulate(stream));
                    AssertSame(completion, ReadUnary(EventsOf(stream)[^1]["response"]!.ToJsonString()));
                    AssertDonesAreTheDeltas(EventsOf(stream));
                }
            );

    /// <summary>The items of an answer, given back with the next request, are the message that the model made.</summary>
    [Fact]
    public void Items_GivenBack_AreTheMessage() =>
        s_completion.Sample(completion =>
        {
            var items = JsonNode.Parse(Unary(completion, Request))!["output"]!.AsArray();
            items.Add(JsonNode.Parse("""{"role":"user","content":"last"}"""));
            var request = Read(new JsonObject { ["model"] = "m", ["input"] = items.DeepClone() }.ToJsonString());

            var sent = completion.Choices[0].Message!;
            var isEmpty =
                sent.Content is null && sent.Refusal is null && sent.ToolCalls is null && sent.ThinkingBlocks is null;
            Assert.Equal(isEmpty ? 1 : 2, request.Messages.Count);
            if (!isEmpty)
            {
                AssertSame(sent, request.Messages[0]);
            }
        });

    /// <summary>A request with anything in the place of anything is read, or refused in words.</summary>
    [Fact]
    public void MutatedRequests_AreReadOrRefused()
    {
        const string full = """
            {"model":"m","instructions":"i","input":[{"role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_image","image_url":"https://h","detail":"low"},{"type":"input_file","file_id":"f","filename":"n"}]},
            {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"s"}],"content":[],"encrypted_content":"callgate.thinking.x"},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"t"},{"type":"refusal","refusal":"r"}]},
            {"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"o"}]},{"type":"item_reference","id":"msg_1o0"}],
            "tools":[{"type":"function","name":"f","description":"d","parameters":{},"strict":true,"cache_control":{}},{"type":"custom","name":"c","format":{"type":"text"}}],"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"}]},
            "text":{"format":{"type":"json_schema","name":"n","schema":{},"strict":true},"verbosity":"low"},"reasoning":{"effort":"low","summary":"auto"},"include":["x"],"top_logprobs":1,"max_output_tokens":1,"temperature":1,"top_p":1,"store":true,"stream":true,"metadata":{},"user":"u","previous_response_id":"resp_0","service_tier":"auto","parallel_tool_calls":true}
            """;
        string[] values =
        [
            "null",
            "true",
            "-1",
            "1e400",
            "\"\"",
            "\"\\ud800\"",
            "[]",
            "[null]",
            "{}",
            "{\"type\":\"x\"}",
        ];
        foreach (var path in PathsOf(JsonNode.Parse(full)!, []))
        {
            foreach (var value in values)
            {
                var body = Changed(full, path, value);
                try
                {
                    // What was read can be answered, too.
                    var request = Read(body);
                    _ = Unary(Completion("""{"role":"assistant","content":"x"}"""), body);
                    _ = Sent(request);
                }
                catch (Exception e) when (e is JsonException or LlmBadRequestException)
                {
                    Assert.NotEmpty(e.Message);
                }
            }
        }
    }

    [Fact]
    public void MutatedEvents_AreReadOrRefused()
    {
        var stream = EventsOf(
            Stream(
                ChunksOf(
                    Completion(
                        """{"role":"assistant","content":"So","refusal":"No.","thinking_blocks":[{"type":"thinking","thinking":"Hm.","signature":"s"}],"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"b","type":"function","function":{"name":"shell","arguments":"{\"input\":\"ls\"}"}}]}"""
                    ),
                    3,
                    new Random(1)
                ),
                Request
            )
        );
        string[] values = ["null", "true", "-1", "1e400", "\"\"", "\"\\ud800\"", "[]", "[null]", "{}"];
        for (var i = 0; i < stream.Count; i++)
        {
            foreach (var path in PathsOf(stream[i], []))
            {
                foreach (var value in values)
                {
                    var translator = new Callgate.Formats.Responses.ResponsesChunkTranslator("p", "m");
                    var chunks = new Queue<ChatChunk>();
                    try
                    {
                        for (var j = 0; j < stream.Count; j++)
                        {
                            var data =
                                j == i ? Changed(stream[j].ToJsonString(), path, value) : stream[j].ToJsonString();
                            translator.Translate("message"u8, Encoding.UTF8.GetBytes(data), chunks);
                        }
                    }
                    catch (Exception e) when (e is JsonException or LlmException)
                    {
                        Assert.NotEmpty(e.Message);
                    }
                }
            }
        }
    }

    /// <summary>The completion as a provider might stream it: cut anywhere between characters, the pieces of its calls mixed.</summary>
    private static IEnumerable<ChatChunk> ChunksOf(ChatCompletion completion, int size, Random random)
    {
        var message = completion.Choices[0].Message!;
        yield return Chunk(new ChunkDelta { Role = "assistant", Content = "" });
        foreach (var block in message.ThinkingBlocks ?? [])
        {
            if (block.Data is not null)
            {
                yield return Chunk(new ChunkDelta { ThinkingBlocks = [block] });
                continue;
            }

            foreach (var piece in Cut(block.Thinking, size))
            {
                var part = new ThinkingBlock { Type = "thinking", Thinking = piece };
                yield return Chunk(new ChunkDelta { ReasoningContent = piece, ThinkingBlocks = [part] });
            }

            var end = new ThinkingBlock { Type = "thinking", Signature = block.Signature };
            yield return Chunk(new ChunkDelta { ThinkingBlocks = [end] });
        }

        foreach (var piece in Cut(message.Content?.Text, size))
        {
            yield return ChatChunk.FromBytes(Chunk(new ChunkDelta { Content = piece }).Data, piece);
        }

        foreach (var piece in Cut(message.Refusal, size))
        {
            yield return Chunk(new ChunkDelta { Refusal = piece });
        }

        var calls = message.ToolCalls ?? [];
        for (var i = 0; i < calls.Count; i++)
        {
            var head = calls[i] with
            {
                Index = i,
                Function = new FunctionCall { Name = calls[i].Function!.Name, Arguments = "" },
            };
            yield return Chunk(new ChunkDelta { ToolCalls = [head] });
        }

        var waiting = calls
            .Select((c, i) => (Index: i, Pieces: new Queue<string>(Cut(c.Function!.Arguments, size))))
            .ToList();
        while (waiting.Count > 0)
        {
            var (index, pieces) = waiting[random.Next(waiting.Count)];
            var part = new ToolCall
            {
                Index = index,
                Function = new FunctionCall { Arguments = pieces.Dequeue() },
            };
            yield return Chunk(new ChunkDelta { ToolCalls = [part] });
            waiting.RemoveAll(w => w.Pieces.Count == 0);
        }

        yield return Chunk(new ChunkDelta(), completion.Choices[0].FinishReason);
        yield return new ChatChunk(new ChatChunkBody { Usage = completion.Usage });
    }

    private static ChatChunk Chunk(ChunkDelta delta, string? finish = null) =>
        new(new ChatChunkBody { Choices = [new ChunkChoice { Delta = delta, FinishReason = finish }] });

    private static IEnumerable<string> Cut(string? text, int size) =>
        (text ?? "").EnumerateRunes().Chunk(size).Select(c => string.Concat(c.Select(r => r.ToString())));

    private static void AssertSame(ChatCompletion expected, ChatCompletion actual)
    {
        AssertSame(expected.Choices[0].Message!, actual.Choices[0].Message!);
        Assert.Equal(expected.Choices[0].FinishReason, actual.Choices[0].FinishReason);
        Assert.Equal(expected.Usage, actual.Usage);
    }

    private static void AssertSame(Message expected, Message actual)
    {
        Assert.Equal(expected.Text, actual.Text);
        Assert.Equal(expected.Refusal ?? "", actual.Refusal ?? "");
        Assert.Equal(expected.ThinkingBlocks ?? [], actual.ThinkingBlocks ?? []);
        Assert.Equal(
            string.Concat((expected.ThinkingBlocks ?? []).Select(b => b.Thinking)),
            actual.ReasoningContent ?? ""
        );
        Assert.Equal(
            (expected.ToolCalls ?? []).Select(c => (c.Id, c.Function)),
            (actual.ToolCalls ?? []).Select(c => (c.Id, c.Function))
        );
    }

    private static void AssertDonesAreTheDeltas(List<JsonObject> events)
    {
        foreach (
            var (done, delta, field) in (ReadOnlySpan<(string, string, string)>)
                [
                    ("response.output_text.done", "response.output_text.delta", "text"),
                    ("response.refusal.done", "response.refusal.delta", "refusal"),
                    ("response.reasoning_summary_text.done", "response.reasoning_summary_text.delta", "text"),
                    ("response.function_call_arguments.done", "response.function_call_arguments.delta", "arguments"),
                    ("response.custom_tool_call_input.done", "response.custom_tool_call_input.delta", "input"),
                ]
        )
        {
            foreach (var end in events.Where(e => (string?)e["type"] == done))
            {
                Assert.Equal(
                    (string?)end[field],
                    string.Concat(
                        events
                            .Where(e =>
                                (string?)e["type"] == delta
                                && (string?)e["item_id"] == (string?)end["item_id"]
                                && (int?)e["content_index"] == (int?)end["content_index"]
                            )
                            .Select(e => (string?)e["delta"])
                    )
                );
            }
        }
    }

    private static IEnumerable<object[]> PathsOf(JsonNode? node, object[] path)
    {
        yield return path;
        var children = node switch
        {
            JsonObject o => o.Select(p => ((object)p.Key, p.Value)),
            JsonArray a => a.Select((v, i) => ((object)i, v)),
            _ => [],
        };
        foreach (var (key, child) in children.ToList())
        {
            foreach (var inner in PathsOf(child, [.. path, key]))
            {
                yield return inner;
            }
        }
    }

    private static string Changed(string json, object[] path, string value)
    {
        if (path.Length == 0)
        {
            return value;
        }

        // A mark, as the value may be none that the writer would write.
        var root = JsonNode.Parse(json)!;
        var parent = path[..^1].Aggregate(root, (n, key) => key is int i ? n[i]! : n[(string)key]!);
        if (path[^1] is int index)
        {
            parent[index] = "@@@";
        }
        else
        {
            parent[(string)path[^1]] = "@@@";
        }

        return root.ToJsonString(Readable).Replace("\"@@@\"", value, StringComparison.Ordinal);
    }
}
