using System.Text.Json.Serialization;

namespace Callgate.Wire;

/// <summary>Token counts as OpenAI's format reports them. Cached and written tokens are part of the prompt tokens; reasoning is part of the completion tokens.</summary>
[JsonConverter(typeof(UsageConverter))]
public sealed record Usage
{
    /// <summary>All tokens of the prompt, cached ones included.</summary>
    public long PromptTokens { get; init; }

    /// <summary>All tokens of the answer, reasoning included.</summary>
    public long CompletionTokens { get; init; }

    /// <summary>Both.</summary>
    public long TotalTokens { get; init; }

    /// <summary>What the prompt tokens consist of.</summary>
    public PromptTokensDetails? PromptTokensDetails { get; init; }

    /// <summary>What the completion tokens consist of.</summary>
    public CompletionTokensDetails? CompletionTokensDetails { get; init; }

    /// <summary>Every field that is not typed above.</summary>
    public ExtraFields? AdditionalProperties { get; init; }
}

/// <summary>What the prompt tokens consist of.</summary>
public sealed record PromptTokensDetails
{
    /// <summary>Tokens read from the provider's cache.</summary>
    public long? CachedTokens { get; init; }

    /// <summary>Tokens written to the provider's cache, for five minutes unless told apart below.</summary>
    public long? CacheCreationTokens { get; init; }

    /// <summary>Of those, tokens written for one hour.</summary>
    public long? CacheCreation1hTokens { get; init; }

    /// <summary>Audio tokens.</summary>
    public long? AudioTokens { get; init; }

    /// <summary>Image tokens.</summary>
    public long? ImageTokens { get; init; }

    /// <summary>Every field that is not typed above.</summary>
    public ExtraFields? AdditionalProperties { get; init; }
}

/// <summary>What the completion tokens consist of.</summary>
public sealed record CompletionTokensDetails
{
    /// <summary>Tokens of reasoning.</summary>
    public long? ReasoningTokens { get; init; }

    /// <summary>Of a predicted output: the tokens that the answer took.</summary>
    public long? AcceptedPredictionTokens { get; init; }

    /// <summary>Of a predicted output: the tokens that it didn't, which are billed all the same.</summary>
    public long? RejectedPredictionTokens { get; init; }

    /// <summary>Audio tokens.</summary>
    public long? AudioTokens { get; init; }

    /// <summary>Image tokens.</summary>
    public long? ImageTokens { get; init; }

    /// <summary>Every field that is not typed above.</summary>
    public ExtraFields? AdditionalProperties { get; init; }
}
