using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Callgate.Formats;
using Callgate.Wire;
using CsCheck;
using static Callgate.Tests.Formats.FormatWire;
using static Callgate.Tests.Providers.Anthropic.AnthropicWire;

namespace Callgate.Tests.Formats;

/// <summary>An answer is the same whether it comes whole or in pieces, in every format and wherever it is cut.</summary>
public class FormatPropertyTests
{
    private static readonly string[] s_texts =
    [
        "Hello",
        " world, a pa",
        "Grüße, 日本語 😀👋🏽",
        "\n\t\"quoted\\\" \u2028",
        "data: x\n\nevent: y",
        "{\"a\":1}",
        "</script>",
    ];

    [Fact]
    public void Stream_InAnyPieces_IsTheWholeAnswer() =>
        Tape.Gen(160)
            .Sample(bytes =>
            {
                var tape = new Tape(bytes);
                var whole = Answer(tape);
                var chunks = Cut(whole, tape);

                AssertSame(whole, chunks);
                // And so is what a hook makes of it.
                AssertSame(
                    (ChatCompletion)whole.WithText(Rewrite(whole.Text)),
                    [.. chunks.Select(c => c.Text.Length > 0 ? (ChatChunk)c.WithText(Rewrite(c.Text)) : c)]
                );
            });

    private static string Rewrite(string text) => text.Replace("a", "<&\"ä😀>", StringComparison.Ordinal);

    private static void AssertSame(ChatCompletion whole, IReadOnlyList<ChatChunk> chunks)
    {
        AssertJson(
            Normal(Completion(Write(FormatWire.Chat, whole))),
            Normal(Whole(Chunks(FormatWire.Stream(FormatWire.Chat, chunks), false)))
        );
        AssertJson(
            Normal(ReadMessage(Write(FormatWire.Messages, whole))),
            Normal(Whole(Chunks(FormatWire.Stream(FormatWire.Messages, chunks), true)))
        );
        // As a client puts it together, block by block.
        AssertJson(
            Normal(ReadMessage(Write(FormatWire.Messages, whole))),
            Normal(
                ReadMessage(MessagesStreamTests.Message(FormatWire.Stream(FormatWire.Messages, chunks)).ToJsonString())
            )
        );

        var texts = Data(FormatWire.Stream(FormatWire.Completions, chunks));
        var completion = Data($"data: {Write(FormatWire.Completions, whole)}\n\n")[0];
        Assert.Equal(
            (string?)completion["choices"]![0]!["text"],
            string.Concat(texts.SelectMany(t => t["choices"]!.AsArray()).Select(c => (string?)c!["text"]))
        );
        Assert.Equal(
            (string?)completion["choices"]![0]!["finish_reason"],
            texts
                .SelectMany(t => t["choices"]!.AsArray())
                .Select(c => (string?)c!["finish_reason"])
                .Single(r => r is not null)
        );
        Assert.Equal(completion["usage"]!.ToJsonString(), texts[^1]["usage"]!.ToJsonString());
    }

    /// <summary>The completion's JSON, its calls' arguments in one spelling.</summary>
    private static string Normal(ChatCompletion completion)
    {
        var json = JsonNode.Parse(ToJson(completion))!;
        foreach (var call in json["choices"]![0]!["message"]!["tool_calls"]?.AsArray() ?? [])
        {
            var function = call!["function"]!;
            function["arguments"] = JsonNode.Parse((string)function["arguments"]!)!.ToJsonString();
        }

        return json.ToJsonString();
    }

    private static ChatCompletion Answer(Tape tape)
    {
        // Text is never empty: what a hook rewrites must be there.
        var text = tape.Pick(s_texts) + tape.Pick(s_texts);
        var thinking = Enumerable.Range(0, tape.Next(3)).Select(i => Thinking(tape, i)).ToList();
        var calls = Enumerable.Range(0, tape.Next(4)).Select(i => Call(tape, i)).ToList();
        var reasoning = string.Concat(thinking.Select(t => t.Thinking));
        return new ChatCompletion
        {
            Id = tape.Pick("msg_1", "chatcmpl-1"),
            Object = "chat.completion",
            Created = 1_741_569_952,
            Model = "gpt-5.4",
            Choices =
            [
                new Choice
                {
                    Index = 0,
                    FinishReason = calls.Count > 0 ? "tool_calls" : tape.Pick("stop", "length", "content_filter"),
                    Message = new Message
                    {
                        Role = "assistant",
                        Content = text,
                        ReasoningContent = reasoning.Length > 0 ? reasoning : null,
                        ThinkingBlocks = thinking.Count > 0 ? thinking : null,
                        ToolCalls = calls.Count > 0 ? calls : null,
                    },
                },
            ],
            Usage = new Wire.Usage
            {
                PromptTokens = 100,
                CompletionTokens = tape.Next(50),
                TotalTokens = 0,
                PromptTokensDetails = tape.Once(2)
                    ? new PromptTokensDetails { CachedTokens = tape.Next(50), CacheCreationTokens = tape.Next(50) }
                    : null,
                CompletionTokensDetails = tape.Once(2)
                    ? new CompletionTokensDetails { ReasoningTokens = tape.Next(9) }
                    : null,
            },
        };
    }

    private static ThinkingBlock Thinking(Tape tape, int index) =>
        tape.Once(4)
            ? new ThinkingBlock { Type = "redacted_thinking", Data = $"d{index}" }
            : new ThinkingBlock
            {
                Type = "thinking",
                Thinking = tape.Pick(s_texts),
                Signature = $"s{index}",
            };

    private static ToolCall Call(Tape tape, int index) =>
        new()
        {
            Id = $"call_{index.ToString(CultureInfo.InvariantCulture)}",
            Type = "function",
            Function = new FunctionCall
            {
                Name = tape.Pick("get_weather", "f"),
                Arguments = tape.Pick(
                    "{}",
                    """{"a":"}{\\\"]["}""",
                    """{ "x": {"y": [1, {"z": false}]}, "ü": "日本語 😀" }""",
                    """{"s":"\u00e4\n\"/"}"""
                ),
            },
        };

    /// <summary>The answer as chunks: each text cut anywhere, the pieces of its calls mixed.</summary>
    private static List<ChatChunk> Cut(ChatCompletion whole, Tape tape)
    {
        var message = whole.Choices[0].Message!;
        List<ChunkDelta> deltas = [new ChunkDelta { Role = "assistant", Content = "" }];
        foreach (var block in message.ThinkingBlocks ?? [])
        {
            deltas.AddRange(
                Pieces(block.Thinking ?? "", tape)
                    .Select(p => new ChunkDelta
                    {
                        ReasoningContent = p,
                        ThinkingBlocks = [new ThinkingBlock { Type = "thinking", Thinking = p }],
                    })
            );
            var end = block.Type == "thinking" ? block with { Thinking = null } : block;
            deltas.Add(new ChunkDelta { ThinkingBlocks = [end] });
        }

        deltas.AddRange(Pieces(message.Text, tape).Select(p => new ChunkDelta { Content = p }));
        var queues = (message.ToolCalls ?? []).Select((c, i) => new Queue<ToolCall>(PiecesOf(c, i, tape))).ToList();
        var begun = 0;
        while (queues.Exists(q => q.Count > 0))
        {
            // A call begins after the one before it has; from then on their pieces come in any order.
            var some = queues.Take(begun + 1).Where(q => q.Count > 0).ToList();
            var queue = some.Count > 0 ? some[tape.Next(some.Count)] : queues.First(q => q.Count > 0);
            begun = Math.Max(begun, queues.IndexOf(queue) + 1);
            deltas.Add(new ChunkDelta { ToolCalls = [queue.Dequeue()] });
        }

        var template = new ChatChunkBody
        {
            Id = whole.Id,
            Object = "chat.completion.chunk",
            Created = whole.Created,
            Model = whole.Model,
        };
        return
        [
            .. deltas.Select(d => Chunk(template with { Choices = [new ChunkChoice { Delta = d }] })),
            Chunk(
                template with
                {
                    Choices =
                    [
                        new ChunkChoice { Delta = new ChunkDelta(), FinishReason = whole.Choices[0].FinishReason },
                    ],
                }
            ),
            Chunk(template with { Usage = whole.Usage }),
        ];
    }

    // By way of the bytes, as it comes from a provider.
    private static ChatChunk Chunk(ChatChunkBody body) =>
        Chunks($"data: {JsonSerializer.Serialize(body, WireJson.Relaxed.ChatChunkBody)}\n\n", isAnthropic: false)
            .Single();

    private static IEnumerable<ToolCall> PiecesOf(ToolCall call, int index, Tape tape)
    {
        var pieces = Pieces(call.Function!.Arguments!, tape);
        var isSilent = tape.Once(2);
        yield return call with
        {
            Index = index,
            Function = call.Function with { Arguments = isSilent ? "" : pieces[0] },
        };
        foreach (var piece in pieces.Skip(isSilent ? 0 : 1))
        {
            yield return new ToolCall
            {
                Index = index,
                Function = new FunctionCall { Arguments = piece },
            };
        }
    }

    /// <summary>The text in pieces, never within a character.</summary>
    private static List<string> Pieces(string text, Tape tape)
    {
        var pieces = new List<string>();
        var piece = "";
        foreach (var rune in text.EnumerateRunes())
        {
            piece += rune.ToString();
            if (tape.Once(3))
            {
                pieces.Add(piece);
                piece = "";
            }
        }

        if (piece.Length > 0)
        {
            pieces.Add(piece);
        }

        return pieces;
    }
}
