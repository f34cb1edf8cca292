using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>A kept answer, given as a stream.</summary>
internal sealed class StreamReplay : IChunkSource
{
    private readonly Queue<ChatChunk> _chunks = new();
    private readonly ChatCompletion _kept;

    public StreamReplay(ChatCompletion kept, bool withUsage, CallOutcome outcome)
    {
        Outcome = outcome;
        _kept = kept;
        foreach (var choice in kept.Choices)
        {
            var message = choice.Message;
            Add(
                choice.Index,
                new ChunkDelta
                {
                    Role = message?.Role ?? "assistant",
                    Content = message?.Content?.Text,
                    Refusal = message?.Refusal,
                    ReasoningContent = message?.ReasoningContent,
                    ThinkingBlocks = message?.ThinkingBlocks,
                    ToolCalls = message?.ToolCalls is { } calls
                        ? [.. calls.Select((c, i) => c with { Index = i })]
                        : null,
                },
                choice.AdditionalProperties,
                null
            );
            Add(choice.Index, new ChunkDelta(), null, choice.FinishReason ?? "stop");
        }

        if (withUsage)
        {
            _chunks.Enqueue(Chunk([], kept.Usage));
        }
    }

    public CallOutcome Outcome { get; }

    public bool IsComplete => _chunks.Count == 0;

    public bool IsDone => _chunks.Count == 0;

    public Attempt? Attempt => null;

    public bool TryTake(out ChatChunk chunk) => _chunks.TryDequeue(out chunk!);

    public ValueTask ReadAsync(CallClock clock) => default;

    public LlmResponse Assemble() => _kept;

    public void Dispose() { }

    public void Release() { }

    private void Add(int index, ChunkDelta delta, ExtraFields? extra, string? finishReason) =>
        _chunks.Enqueue(
            Chunk(
                [
                    new ChunkChoice
                    {
                        Index = index,
                        Delta = delta,
                        FinishReason = finishReason,
                        AdditionalProperties = extra,
                    },
                ],
                null
            )
        );

    private ChatChunk Chunk(IReadOnlyList<ChunkChoice> choices, Usage? usage) =>
        new(
            new ChatChunkBody
            {
                Id = _kept.Id,
                Object = "chat.completion.chunk",
                Created = _kept.Created,
                Model = _kept.Model,
                Choices = choices,
                Usage = usage,
            }
        );
}
