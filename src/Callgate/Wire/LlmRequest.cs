using System.Text.Json;
using System.Text.Json.Serialization;

namespace Callgate.Wire;

/// <summary>A request to a model. Immutable: giving back the same reference from a hook leaves its bytes untouched, <c>with</c> makes a changed copy.</summary>
public abstract record LlmRequest : WireObject
{
    /// <summary>The model: <c>provider/model</c>, a well-known bare name, or a model group of the client.</summary>
    [JsonPropertyOrder(-1)]
    public required string Model { get; init; }

    /// <summary>What the client's own format says besides, for writing its answer; null where the common tongue holds it all. Never sent.</summary>
    internal object? Origin { get; init; }
}
