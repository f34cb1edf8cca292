using System.Text;
using Callgate.Interop;
using Callgate.Wire;
using CsCheck;
using Microsoft.Extensions.AI;

namespace Callgate.Tests.Interop;

public sealed class StreamRoundTripTests
{
    /// <summary>A streamed answer: text in pieces, calls whose arguments come in pieces, signed reasoning, usage at the end.</summary>
    private static readonly Gen<List<ChatChunkBody>> s_stream = Gen.Select(
        SomeConversation.Completion.Where(c => c.Choices[0].Message is { Content: null or { Parts: null } }),
        Gen.Int[1, 7],
        Cut
    );

    [Fact]
    public void Updates_AddUpToWhatTheChunksAddUpTo() =>
        s_stream.Sample(stream =>
        {
            var direct = Accumulate(stream.Select(b => new ChatChunk(b)));
            var updates = Updates(stream);

            var response = updates.ToChatResponse();

            Assert.Equal(direct.Text, response.Text);
            JsonText.Same(Essence(direct), Essence(ResponseToWire.Map(response)));
        });

    [Fact]
    public void ChunksMadeOfUpdates_AddUpToTheSame() =>
        s_stream.Sample(stream =>
        {
            var direct = Accumulate(stream.Select(b => new ChatChunk(b)));
            var back = new UpdatesToWire();

            var indirect = Accumulate(Updates(stream).ConvertAll(back.Map));

            JsonText.Same(Essence(direct), Essence(indirect));
        });

    [Fact]
    public void PlainTextChunks_NeedNoParsing()
    {
        var updates = new UpdatesFromWire();
        var first = updates.Map(
            new ChatChunk(
                new ChatChunkBody
                {
                    Id = "1",
                    Model = "m",
                    Choices = [new ChunkChoice { Delta = new ChunkDelta { Role = "assistant" } }],
                }
            )
        );
        // Not JSON: parsing it would throw.
        var second = updates.Map(ChatChunk.FromBytes("text"u8.ToArray(), "Hi"));

        Assert.Equal("1", first.ResponseId);
        Assert.Equal(("Hi", "1", "m"), (second.Text, second.ResponseId, second.ModelId));
    }

    [Fact]
    public void ToolCalls_ComeWholeWithTheFinishReason()
    {
        var updates = Updates([
            Body(new ChunkDelta { Role = "assistant", ToolCalls = [Piece(0, "call_1", "look", "{\"ci")] }),
            Body(new ChunkDelta { ToolCalls = [Piece(0, null, null, "ty\":1}"), Piece(1, "call_2", "hear", "")] }),
            Body(null, "tool_calls"),
        ]);

        Assert.Empty(updates[0].Contents);
        Assert.Empty(updates[1].Contents);
        var calls = updates[2].Contents.Cast<FunctionCallContent>().ToList();
        Assert.Equal(["call_1", "call_2"], calls.Select(c => c.CallId));
        Assert.Equal("1", calls[0].Arguments!["city"]!.ToString());
        Assert.Equal(ChatFinishReason.ToolCalls, updates[2].FinishReason);
    }

    [Fact]
    public void AStreamThatNamesNoReasonForItsEnd_StillGivesItsCalls()
    {
        var updates = Updates([
            Body(new ChunkDelta { ToolCalls = [Piece(0, "call_1", "look", "{}")], Refusal = "no" }),
        ]);

        Assert.Equal(2, updates.Count);
        Assert.IsType<ErrorContent>(updates[1].Contents[0]);
        Assert.IsType<FunctionCallContent>(updates[1].Contents[1]);
    }

    [Fact]
    public void OtherAnswers_AreLeftToTheRawRepresentation()
    {
        var chunk = new ChatChunk(
            new ChatChunkBody
            {
                Choices =
                [
                    new ChunkChoice
                    {
                        Index = 1,
                        Delta = new ChunkDelta { Content = "other" },
                    },
                ],
            }
        );

        var update = new UpdatesFromWire().Map(chunk);

        Assert.Empty(update.Contents);
        Assert.Same(chunk, update.RawRepresentation);
    }

    [Fact]
    public void UsageInSeveralUpdates_IsGivenAsASum()
    {
        var back = new UpdatesToWire("m");
        back.Map(
            new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(new UsageDetails { InputTokenCount = 12 })])
        );

        var last = back.Map(
            new ChatResponseUpdate(null, [new UsageContent(new UsageDetails { OutputTokenCount = 3 })])
        );

        Assert.Equal((12, 3, 15), (last.Usage!.PromptTokens, last.Usage.CompletionTokens, last.Usage.TotalTokens));
        Assert.Equal("m", last.Body.Model);
    }

    [Fact]
    public void TheResultsOfTools_AreNoPartOfTheAnswer()
    {
        var back = new UpdatesToWire();

        var chunk = back.Map(new ChatResponseUpdate(ChatRole.Tool, [new TextContent("internal")]));

        Assert.Equal("", chunk.Text);
    }

    private static List<ChatResponseUpdate> Updates(IEnumerable<ChatChunkBody> stream)
    {
        var mapping = new UpdatesFromWire();
        var updates = stream.Select(b => mapping.Map(new ChatChunk(b))).ToList();
        if (mapping.Finish() is { } last)
        {
            updates.Add(last);
        }

        return updates;
    }

    private static ChatCompletion Accumulate(IEnumerable<ChatChunk> chunks)
    {
        var accumulator = new ChatAccumulator(keepContent: true);
        foreach (var chunk in chunks)
        {
            accumulator.Add(chunk);
        }

        return accumulator.ToCompletion();
    }

    /// <summary>What must be equal: a message without text has none or an empty one, and its own extra fields don't stream.</summary>
    private static string Essence(ChatCompletion completion) =>
        JsonText.Of(
            completion with
            {
                AdditionalProperties = null,
                Choices =
                [
                    .. completion.Choices.Select(c =>
                        c with
                        {
                            Message = c.Message! with { Content = c.Message.Text, AdditionalProperties = null },
                        }
                    ),
                ],
            }
        );

    private static List<ChatChunkBody> Cut(ChatCompletion completion, int size)
    {
        var message = completion.Choices[0].Message!;
        var deltas = new List<ChunkDelta> { new() { Role = "assistant" } };
        if (message.ThinkingBlocks is null)
        {
            deltas.AddRange(
                Pieces(message.ReasoningContent, size).Select(p => new ChunkDelta { ReasoningContent = p })
            );
        }

        foreach (var block in message.ThinkingBlocks ?? [])
        {
            if (block.Data is not null)
            {
                deltas.Add(new ChunkDelta { ThinkingBlocks = [block] });
                continue;
            }

            deltas.AddRange(
                Pieces(block.Thinking, size)
                    .Select(p => new ChunkDelta
                    {
                        ReasoningContent = p,
                        ThinkingBlocks = [new ThinkingBlock { Type = "thinking", Thinking = p }],
                    })
            );
            deltas.Add(
                new ChunkDelta
                {
                    ThinkingBlocks = [new ThinkingBlock { Type = "thinking", Signature = block.Signature }],
                }
            );
        }

        deltas.AddRange(Pieces(message.Content?.Text, size).Select(p => new ChunkDelta { Content = p }));
        deltas.AddRange(Pieces(message.Refusal, size).Select(p => new ChunkDelta { Refusal = p }));
        foreach (var (index, call) in (message.ToolCalls ?? []).Index())
        {
            deltas.Add(
                new ChunkDelta
                {
                    ToolCalls =
                    [
                        call with
                        {
                            Index = index,
                            AdditionalProperties = null,
                            Function = call.Function! with { Arguments = "" },
                        },
                    ],
                }
            );
            deltas.AddRange(
                Pieces(call.Function!.Arguments, size)
                    .Select(p => new ChunkDelta { ToolCalls = [Piece(index, null, null, p)] })
            );
        }

        var bodies = deltas.ConvertAll(d => Body(d));
        bodies.Add(Body(new ChunkDelta(), completion.Choices[0].FinishReason));
        bodies.Add(Body(null) with { Choices = [], Usage = completion.Usage });
        return bodies.ConvertAll(b =>
            b with
            {
                Id = completion.Id,
                ServiceTier = completion.ServiceTier,
                SystemFingerprint = completion.SystemFingerprint,
                Created = completion.Created,
                Model = completion.Model,
            }
        );
    }

    private static ChatChunkBody Body(ChunkDelta? delta, string? finishReason = null) =>
        new() { Choices = [new ChunkChoice { Delta = delta, FinishReason = finishReason }] };

    private static ToolCall Piece(int index, string? id, string? name, string arguments) =>
        new()
        {
            Index = index,
            Id = id,
            Type = id is null ? null : "function",
            Function = new FunctionCall { Name = name, Arguments = arguments },
        };

    private static IEnumerable<string> Pieces(string? text, int size)
    {
        var rest = new StringBuilder(text ?? "");
        while (rest.Length > 0)
        {
            var length = Math.Min(size, rest.Length);
            length += length < rest.Length && char.IsHighSurrogate(rest[length - 1]) ? 1 : 0;
            yield return rest.ToString(0, length);
            rest.Remove(0, length);
        }
    }
}
