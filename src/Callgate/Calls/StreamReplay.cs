using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>Gives a kept answer as a stream.</summary>
internal static class StreamReplay
{
    public static Queue<ChatChunk> Of(ChatCompletion completion, bool withUsage)
    {
        var chunks = new Queue<ChatChunk>();
        foreach (var choice in completion.Choices)
        {
            var message = choice.Message;
            Add(
                new ChunkChoice
                {
                    Index = choice.Index,
                    AdditionalProperties = choice.AdditionalProperties,
                    Delta = new ChunkDelta
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
                }
            );
            Add(
                new ChunkChoice
                {
                    Index = choice.Index,
                    Delta = new ChunkDelta(),
                    FinishReason = choice.FinishReason ?? "stop",
                }
            );
        }

        if (withUsage)
        {
            chunks.Enqueue(Chunk([]));
        }

        return chunks;

        void Add(ChunkChoice choice) => chunks.Enqueue(Chunk([choice]));

        ChatChunk Chunk(IReadOnlyList<ChunkChoice> choices) =>
            new(
                new ChatChunkBody
                {
                    Id = completion.Id,
                    Object = "chat.completion.chunk",
                    Created = completion.Created,
                    Model = completion.Model,
                    Choices = choices,
                    Usage = choices.Count == 0 ? completion.Usage : null,
                }
            );
    }
}
