using Callgate.Calls;
using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>Observes the calls of an embedding generator, and changes nothing about them.</summary>
internal sealed class CallgateEmbeddingGenerator<TInput, TEmbedding>
    : DelegatingEmbeddingGenerator<TInput, TEmbedding>,
        IAsyncDisposable
    where TEmbedding : Embedding
{
    private readonly Observer _observer;
    private readonly bool _ownsObserver;
    private readonly bool _isTraced;

    public CallgateEmbeddingGenerator(
        IEmbeddingGenerator<TInput, TEmbedding> inner,
        LlmClient client,
        bool ownsObserver
    )
        : base(inner)
    {
        var metadata = inner.GetService<EmbeddingGeneratorMetadata>();
        _observer = new Observer(client, metadata?.ProviderName, metadata?.ProviderUri, metadata?.DefaultModelId);
        _ownsObserver = ownsObserver;
        _isTraced =
            inner.GetService<OpenTelemetryEmbeddingGenerator<TInput, TEmbedding>>() is not null
            || inner.GetService<LlmClient>() is not null;
    }

    public override async Task<GeneratedEmbeddings<TEmbedding>> GenerateAsync(
        IEnumerable<TInput> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(values);
        var given = values as IReadOnlyList<TInput> ?? [.. values];
        var request = _observer.Describe(
            (given, options, model: options?.ModelId ?? _observer.DefaultModel),
            static s => EmbeddingsToWire.Map(s.given.Select(TextOf), s.options, s.model),
            static s => new EmbeddingRequest { Model = s.model, Input = [] }
        );
        var call = CallOptionsCarrier.Of(options?.AdditionalProperties) ?? CallOptions.Default;
        _observer.WarnOfSteering(call);
        var observed = ObservedCall.Begin(
            _observer.Runtime,
            request,
            call,
            CallKind.Embedding(isSync: false, isObserved: true) with
            {
                IsTraced = _isTraced,
            },
            _observer.Provider,
            _observer.ApiBase
        );
        GeneratedEmbeddings<TEmbedding> embeddings;
        try
        {
            ObservedCall.Enter(observed);
            embeddings = await InnerGenerator
                .GenerateAsync(given, CallOptionsCarrier.Strip(options), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            observed.Fail(exception, cancellationToken);
            throw;
        }

        observed.Complete(
            _observer.Describe(
                (embeddings, request.Model),
                static s => EmbeddingsToWire.Map(s.embeddings, s.Model),
                static s => new EmbeddingResponse { Model = s.Model }
            )
        );
        return embeddings;
    }

    private static string TextOf(TInput value) => value as string ?? value?.ToString() ?? "";

    protected override void Dispose(bool disposing)
    {
        try
        {
            base.Dispose(disposing);
        }
        finally
        {
            if (disposing && _ownsObserver)
            {
                _observer.Client.Dispose();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (InnerGenerator is IAsyncDisposable inner)
            {
                await inner.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                InnerGenerator.Dispose();
            }
        }
        finally
        {
            if (_ownsObserver)
            {
                await _observer.Client.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
