using Callgate.Interop;
using Microsoft.Extensions.AI;

namespace Callgate;

/// <summary>An <see cref="LlmClient"/> for code that is written against Microsoft.Extensions.AI.</summary>
public static class LlmClientExtensions
{
    /// <summary>
    /// A chat client that calls this model; <see cref="ChatOptions.ModelId"/> names another for one call. Its calls are calls of the client:
    /// the same callbacks, prices, retries and fallbacks. Thread-safe. Disposing it does not dispose the client.
    /// </summary>
    /// <param name="client">The client; <c>GetService&lt;LlmClient&gt;()</c> gives it back.</param>
    /// <param name="model"><c>provider/model</c>, a well-known bare name, or a model group of the client.</param>
    /// <param name="options">What goes along with every call. What a call brings itself wins; tags, metadata and callbacks add up.</param>
    /// <remarks>
    /// <see cref="ChatOptions.RawRepresentationFactory"/> may return a <see cref="Wire.ChatRequest"/>, and <see cref="ChatOptions.AdditionalProperties"/>
    /// are further fields of the request by their names on the wire: both win over the typed options.
    /// <see cref="ChatResponse.RawRepresentation"/> is the <see cref="Wire.ChatCompletion"/>, an update's the <see cref="Wire.ChatChunk"/>.
    /// <see cref="ChatOptions.ConversationId"/> names the call's session: the provider keeps no state, so the whole conversation must be given.
    /// </remarks>
    public static IChatClient AsIChatClient(this LlmClient client, string model, CallOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(model);
        return new ChatClientAdapter(client, model, options);
    }

    /// <summary>
    /// An embedding generator that calls this model; <see cref="EmbeddingGenerationOptions.ModelId"/> names another for one call.
    /// Its calls are calls of the client. Thread-safe. Disposing it does not dispose the client.
    /// </summary>
    /// <param name="client">The client; <c>GetService&lt;LlmClient&gt;()</c> gives it back.</param>
    /// <param name="model"><c>provider/model</c>, a well-known bare name, or a model group of the client.</param>
    /// <param name="options">What goes along with every call. What a call brings itself wins; tags, metadata and callbacks add up.</param>
    public static IEmbeddingGenerator<string, Embedding<float>> AsIEmbeddingGenerator(
        this LlmClient client,
        string model,
        CallOptions? options = null
    )
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(model);
        return new EmbeddingGeneratorAdapter(client, model, options);
    }
}
