using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>An <see cref="LlmClient"/> with one model as an embedding generator. The client is the caller's: disposing this leaves it running.</summary>
internal sealed class EmbeddingGeneratorAdapter(LlmClient client, string model, CallOptions? call)
    : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly EmbeddingGeneratorMetadata _metadata = new(
        ChatClientAdapter.ProviderOf(model),
        providerUri: null,
        model
    );

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(values);
        var request = EmbeddingsToWire.Map(values, options, model, this);
        if (request.Input.Count == 0)
        {
            return [];
        }

        var merged = CallOptionsCarrier.Merge(call, CallOptionsCarrier.Of(options?.AdditionalProperties));
        var response = await client.EmbedAsync(request, merged, cancellationToken).ConfigureAwait(false);
        return EmbeddingsFromWire.Map(response);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(client) ? client
            : null;
    }

    public void Dispose() { }
}
