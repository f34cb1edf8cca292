using System.Text.Json;
using Callgate.Providers.OpenAi;
using Callgate.Wire;
using CsCheck;

namespace Callgate.Tests.WireFormat;

/// <summary>A completion cut into chunks, in any way, and put together again, is the completion.</summary>
public sealed class ChatAccumulatorTests
{
    [Fact]
    public void ToCompletion_AnyChunking_GivesTheCompletionBack() =>
        Tape.Gen(120)
            .Sample(
                choices =>
                {
                    var tape = new Tape(choices);
                    var completion = Completion(tape);
                    var whole = new ChatAccumulator(keepContent: true);
                    var counted = new ChatAccumulator(keepContent: false);
                    var translator = new OpenAiChunkTranslator("openai", "m", completion.Choices.Count);
                    Queue<ChatChunk> output = new();
                    foreach (var body in Chunks(tape, completion))
                    {
                        Assert.False(translator.IsComplete && body.Usage is null);
                        translator.Translate(default, new ChatChunk(body).Data.Span, output);
                    }

                    Assert.True(translator.IsComplete);
                    foreach (var chunk in output)
                    {
                        whole.Add(chunk);
                        counted.Add(chunk);
                    }

                    Assert.Equal(Json(completion), Json(whole.ToCompletion()));
                    Assert.Equal(Characters(completion), whole.Characters);
                    Assert.Equal(whole.Characters, counted.Characters);
                    Assert.Equal(completion.Usage, counted.Usage);
                },
                iter: 5_000
            );

    private static string Json(ChatCompletion completion) =>
        JsonSerializer.Serialize(completion, WireJson.Relaxed.ChatCompletion);

    private static long Characters(ChatCompletion completion) =>
        completion.Choices.Sum(c =>
            (long)c.Message!.Text.Length
            + (c.Message.ReasoningContent?.Length ?? 0)
            + (c.Message.Refusal?.Length ?? 0)
            + (c.Message.ToolCalls ?? []).Sum(t => t.Function!.Name!.Length + t.Function.Arguments!.Length)
        );

    private static ChatCompletion Completion(Tape tape) =>
        new()
        {
            Id = "chatcmpl-1",
            Object = "chat.completion",
            Created = 1741569952,
            Model = "gpt-5.4",
            ServiceTier = tape.Once(3) ? "default" : null,
            SystemFingerprint = tape.Once(3) ? "fp_1" : null,
            Usage = tape.Once(2)
                ? new Callgate.Wire.Usage
                {
                    PromptTokens = tape.Next(256),
                    CompletionTokens = tape.Next(256),
                    TotalTokens = 7,
                    CompletionTokensDetails = new CompletionTokensDetails { ReasoningTokens = 3 },
                }
                : null,
            Choices =
            [
                .. Enumerable
                    .Range(0, 1 + tape.Next(3))
                    .Select(i => new Choice
                    {
                        Index = i,
                        FinishReason = tape.Pick("stop", "length", "tool_calls", "content_filter"),
                        Message = AnyMessage(tape),
                    }),
            ],
        };

    private static Message AnyMessage(Tape tape) =>
        new()
        {
            Role = "assistant",
            Content = tape.Once(4) ? null : new MessageContent(Text(tape)),
            Refusal = tape.Once(6) ? Text(tape) : null,
            ReasoningContent = tape.Once(4) ? Text(tape) : null,
            ThinkingBlocks = tape.Once(4)
                ?
                [
                    .. Enumerable
                        .Range(0, 1 + tape.Next(3))
                        .Select(_ =>
                            tape.Once(3)
                                ? new ThinkingBlock { Type = "redacted_thinking", Data = Text(tape) }
                                : new ThinkingBlock
                                {
                                    Type = "thinking",
                                    Thinking = Text(tape),
                                    Signature = Text(tape),
                                }
                        ),
                ]
                : null,
            ToolCalls = tape.Once(3)
                ?
                [
                    .. Enumerable
                        .Range(0, 1 + tape.Next(3))
                        .Select(i => new ToolCall
                        {
                            Id = $"call_{i}",
                            Type = "function",
                            Function = new FunctionCall
                            {
                                Name = $"tool_{i}",
                                Arguments = tape.Once(4) ? "" : $$"""{"city":"{{Text(tape)}}"}""",
                            },
                        }),
                ]
                : null,
        };

    private static string Text(Tape tape) =>
        tape.Pick("x", "Hello, world.", "Grüße 日本語", "line\nline\t\"q\" \\", "a 😀 b", "  ");

    /// <summary>The pieces of each choice in their order; those of different choices mixed.</summary>
    private static IEnumerable<ChatChunkBody> Chunks(Tape tape, ChatCompletion completion)
    {
        var queues = completion.Choices.Select(c => new Queue<ChunkChoice>(Pieces(tape, c))).ToList();
        while (queues.Exists(q => q.Count > 0))
        {
            var open = queues.FindAll(q => q.Count > 0);
            // Usually a chunk holds a piece of one choice; it may hold pieces of several.
            var first = tape.Next(open.Count);
            List<ChunkChoice> choices = [open[first].Dequeue()];
            if (open.Count > 1 && tape.Once(5))
            {
                choices.Add(open[(first + 1) % open.Count].Dequeue());
            }

            yield return Body(completion, choices);
        }

        if (completion.Usage is { } usage)
        {
            yield return Body(completion, []) with
            {
                Usage = usage,
            };
        }
    }

    private static ChatChunkBody Body(ChatCompletion completion, IReadOnlyList<ChunkChoice> choices) =>
        new()
        {
            Id = completion.Id,
            Object = "chat.completion.chunk",
            Created = completion.Created,
            Model = completion.Model,
            ServiceTier = completion.ServiceTier,
            SystemFingerprint = completion.SystemFingerprint,
            Choices = choices,
        };

    private static IEnumerable<ChunkChoice> Pieces(Tape tape, Choice choice)
    {
        var message = choice.Message!;
        List<ChunkDelta> deltas = [];
        if (!tape.Once(5))
        {
            deltas.Add(new ChunkDelta { Role = "assistant", Content = tape.Once(2) ? "" : null });
        }

        foreach (var block in message.ThinkingBlocks ?? [])
        {
            if (block.Data is not null)
            {
                deltas.Add(new ChunkDelta { ThinkingBlocks = [block] });
                continue;
            }

            foreach (var piece in Cut(tape, block.Thinking!))
            {
                deltas.Add(Thinking(new ThinkingBlock { Type = "thinking", Thinking = piece }));
            }

            deltas.Add(Thinking(new ThinkingBlock { Type = "thinking", Signature = block.Signature }));
        }

        deltas.AddRange(Cut(tape, message.ReasoningContent).Select(p => new ChunkDelta { ReasoningContent = p }));
        deltas.AddRange(Cut(tape, message.Refusal).Select(p => new ChunkDelta { Refusal = p }));
        deltas.AddRange(Cut(tape, message.Content?.Text).Select(p => new ChunkDelta { Content = p }));
        foreach (var (index, call) in (message.ToolCalls ?? []).Index())
        {
            var pieces = Cut(tape, call.Function!.Arguments).Prepend("").ToList();
            deltas.AddRange(
                pieces.Select(
                    (p, i) =>
                        new ChunkDelta
                        {
                            ToolCalls =
                            [
                                new ToolCall
                                {
                                    Index = index,
                                    Id = i == 0 ? call.Id : null,
                                    Type = i == 0 ? call.Type : null,
                                    Function = new FunctionCall
                                    {
                                        Name = i == 0 ? call.Function.Name : null,
                                        Arguments = p,
                                    },
                                },
                            ],
                        }
                )
            );
        }

        foreach (var delta in deltas)
        {
            yield return new ChunkChoice { Index = choice.Index, Delta = delta };
        }

        yield return new ChunkChoice
        {
            Index = choice.Index,
            Delta = new ChunkDelta(),
            FinishReason = choice.FinishReason,
        };
    }

    private static ChunkDelta Thinking(ThinkingBlock block) => new() { ThinkingBlocks = [block] };

    /// <summary>Pieces between whole characters, as JSON text has them.</summary>
    private static IEnumerable<string> Cut(Tape tape, string? text)
    {
        for (var rest = text ?? ""; rest.Length > 0; )
        {
            var length = Math.Min(rest.Length, 1 + tape.Next(8));
            if (char.IsHighSurrogate(rest[length - 1]))
            {
                length++;
            }

            yield return rest[..length];
            rest = rest[length..];
        }
    }
}
