using System.Runtime.CompilerServices;
using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>An <see cref="LlmClient"/> with one model as an <see cref="IChatClient"/>. The client is the caller's: disposing this leaves it running.</summary>
internal sealed class ChatClientAdapter(LlmClient client, string model, CallOptions? call) : IChatClient
{
    private readonly ChatClientMetadata _metadata = new(ProviderOf(model), providerUri: null, model);

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(messages);
        var completion = await client
            .CompleteAsync(
                RequestToWire.Map(messages, options, model, this),
                CallOptionsCarrier.For(options, call),
                cancellationToken
            )
            .ConfigureAwait(false);
        return ResponseFromWire.Map(completion);
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(messages);
        return StreamAsync(messages, options, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(client) ? client
            : null;
    }

    public void Dispose() { }

    /// <summary>The provider as the model's name tells it; a model group may have several.</summary>
    public static string ProviderOf(string model) =>
        model.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? model[..slash] : "callgate";

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var request = RequestToWire.Map(messages, options, model, this);
        // Microsoft.Extensions.AI has no option for it: its users expect a stream to end with its usage.
        request = request with
        {
            StreamOptions = (request.StreamOptions ?? new StreamOptions()) with
            {
                IncludeUsage = request.StreamOptions?.IncludeUsage ?? true,
            },
        };
        var updates = new UpdatesFromWire();
        await foreach (
            var chunk in client
                .CompleteStreamingAsync(request, CallOptionsCarrier.For(options, call), cancellationToken)
                .ConfigureAwait(false)
        )
        {
            yield return updates.Map(chunk);
        }

        if (updates.Finish() is { } last)
        {
            yield return last;
        }
    }
}
