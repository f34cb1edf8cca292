using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>Embeddings for Microsoft.Extensions.AI, in the order of their texts.</summary>
internal static class EmbeddingsFromWire
{
    public static GeneratedEmbeddings<Embedding<float>> Map(EmbeddingResponse response) =>
        new(
            response
                .Data.OrderBy(item => item.Index)
                .Select(item => new Embedding<float>(item.Embedding) { ModelId = response.Model })
        )
        {
            Usage = response.Usage is { } usage ? UsageFromWire.Map(usage) : null,
            AdditionalProperties = ResponseFields.FromWire(response.AdditionalProperties, null, null, null),
        };
}
