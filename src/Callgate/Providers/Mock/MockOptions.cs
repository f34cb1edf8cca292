using Callgate.Wire;

namespace Callgate;

/// <summary>What the built-in mock of a model answers. Deterministic: the same request gets the same answer.</summary>
public sealed record MockOptions
{
    /// <summary>The answer's text. Default: a sentence that names the model.</summary>
    public string? Response { get; init; }

    /// <summary>The prompt tokens to report. Default: an estimate of the prompt.</summary>
    public long? PromptTokens { get; init; }

    /// <summary>The completion tokens to report. Default: an estimate of the answer.</summary>
    public long? CompletionTokens { get; init; }

    /// <summary>Of the prompt tokens, how many to report as cached.</summary>
    public long? CachedTokens { get; init; }

    /// <summary>Of the completion tokens, how many to report as reasoning.</summary>
    public long? ReasoningTokens { get; init; }

    /// <summary>How long the answer takes to begin.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>How long each further chunk takes.</summary>
    public TimeSpan ChunkDelay { get; init; }

    /// <summary>Characters per chunk. Default 8.</summary>
    public int ChunkSize { get; init; } = 8;

    /// <summary>Answers with this HTTP status in place of success.</summary>
    public int? ErrorStatus { get; init; }

    /// <summary>With <see cref="ErrorStatus"/>: the provider's error code, e.g. <c>context_length_exceeded</c>.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>With <see cref="ErrorStatus"/>: how often to fail before answering. Default: always.</summary>
    public int? ErrorTimes { get; init; }

    /// <summary>Breaks the stream off after this many chunks, with the provider's error event.</summary>
    public int? FailAfterChunks { get; init; }

    /// <summary>Tool calls to answer with.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; init; } = [];

    /// <summary>The dimensions of embeddings. Default 8.</summary>
    public int EmbeddingDimensions { get; init; } = 8;
}
