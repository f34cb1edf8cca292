using System.Text.Json;
using System.Text.Json.Serialization;

namespace Callgate.Wire;

/// <summary>A request to a model. Immutable: giving back the same reference from a hook leaves its bytes untouched, <c>with</c> makes a changed copy.</summary>
public abstract record LlmRequest
{
    /// <summary>The model: <c>provider/model</c>, a well-known bare name, or a model group of the client.</summary>
    public required string Model { get; init; }

    /// <summary>Every field that is not typed; goes on to the provider as it is.</summary>
    [JsonExtensionData]
    [JsonPropertyOrder(1)]
    public ExtraFields? AdditionalProperties { get; init; }
}
