using System.Text.Json.Serialization;

namespace Callgate;

/// <summary>A model's entry in the price catalogue.</summary>
public sealed record StandardLoggingModelInformation
{
    /// <summary>The model.</summary>
    public string ModelMapKey { get; init; } = "";

    /// <summary>Its prices and limits; null where none are known.</summary>
    public StandardLoggingModelInfo? ModelMapValue { get; init; }
}

/// <summary>A model's list prices in USD and its limits, by LiteLLM's names. The prices that were applied stand under <c>callgate</c>.</summary>
public sealed record StandardLoggingModelInfo
{
    /// <summary>The model.</summary>
    public string Key { get; init; } = "";

    /// <summary>The provider.</summary>
    public string? LitellmProvider { get; init; }

    /// <summary>What the model is for: <c>chat</c>, <c>embedding</c> …</summary>
    public string? Mode { get; init; }

    /// <summary>The most tokens that one answer can have.</summary>
    public long? MaxTokens { get; init; }

    /// <summary>All tokens that fit.</summary>
    public long? MaxInputTokens { get; init; }

    /// <summary>The most tokens that one answer can have.</summary>
    public long? MaxOutputTokens { get; init; }

    /// <summary>USD per token of the prompt.</summary>
    public decimal? InputCostPerToken { get; init; }

    /// <summary>USD per token of the answer.</summary>
    public decimal? OutputCostPerToken { get; init; }

    /// <summary>USD per token of reasoning; null: as output.</summary>
    public decimal? OutputCostPerReasoningToken { get; init; }

    /// <summary>USD per token read from the provider's cache; null: as input.</summary>
    public decimal? CacheReadInputTokenCost { get; init; }

    /// <summary>USD per token written to the provider's cache for five minutes; null: as input.</summary>
    public decimal? CacheCreationInputTokenCost { get; init; }

    /// <summary>USD per token written to the provider's cache for an hour; null: as input.</summary>
    [JsonPropertyName("cache_creation_input_token_cost_above_1hr")]
    public decimal? CacheCreationInputTokenCostAbove1Hr { get; init; }

    /// <summary>USD per audio token of the prompt; null: as text.</summary>
    public decimal? InputCostPerAudioToken { get; init; }

    /// <summary>USD per audio token of the answer; null: as text.</summary>
    public decimal? OutputCostPerAudioToken { get; init; }

    /// <summary>Whether it calls tools; null: unknown, as for all below.</summary>
    public bool? SupportsFunctionCalling { get; init; }

    /// <summary>Whether it sees images.</summary>
    public bool? SupportsVision { get; init; }

    /// <summary>Whether answers can follow a JSON Schema.</summary>
    public bool? SupportsResponseSchema { get; init; }

    /// <summary>Whether the provider caches prompts.</summary>
    public bool? SupportsPromptCaching { get; init; }

    /// <summary>Whether it reasons.</summary>
    public bool? SupportsReasoning { get; init; }

    /// <summary>Whether it reads PDF files.</summary>
    public bool? SupportsPdfInput { get; init; }

    /// <summary>Whether it hears.</summary>
    public bool? SupportsAudioInput { get; init; }

    /// <summary>Whether it speaks.</summary>
    public bool? SupportsAudioOutput { get; init; }

    /// <summary>Whether it sees videos.</summary>
    public bool? SupportsVideoInput { get; init; }

    /// <summary>Whether it searches the web.</summary>
    public bool? SupportsWebSearch { get; init; }

    /// <summary>Whether it uses a computer.</summary>
    public bool? SupportsComputerUse { get; init; }
}
