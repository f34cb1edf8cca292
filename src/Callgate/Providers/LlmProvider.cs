using Callgate.Wire;

namespace Callgate.Providers;

/// <summary>
/// A provider's wire: how a request of ours becomes its request, and its reply becomes ours. Stateless; one instance serves all calls.
/// HTTP itself, retries, hooks and events are the pipeline's.
/// </summary>
internal abstract class LlmProvider
{
    /// <summary>The name before the slash in <c>provider/model</c>, as LiteLLM has it.</summary>
    public abstract string Name { get; }

    /// <summary>Where the provider is, unless told otherwise; null where each user has an address of their own.</summary>
    public abstract string? DefaultApiBase { get; }

    /// <summary>The environment variables that may hold the key, in order.</summary>
    public abstract IReadOnlyList<string> ApiKeyVariables { get; }

    /// <summary>The environment variables that may hold the address, in order.</summary>
    public virtual IReadOnlyList<string> ApiBaseVariables => [];

    /// <summary>Whether calls need a key at all.</summary>
    public virtual bool NeedsApiKey => true;

    /// <summary>What the bare names of this provider's models begin with, e.g. <c>gpt-</c>.</summary>
    public virtual IReadOnlyList<string> OwnedPrefixes => [];

    /// <summary>Whether a bare model name belongs to this provider.</summary>
    public bool OwnsModel(string model)
    {
        foreach (var prefix in OwnedPrefixes)
        {
            if (model.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Translates a request. The body is final: it is what <c>CompleteInput</c> shows.</summary>
    /// <exception cref="LlmException">The provider can't do what is asked.</exception>
    public abstract ProviderRequest CreateRequest(LlmRequest request, ProviderTarget target);

    /// <summary>Whether the wire there is this format, so that a client's bytes can go to it as they are.</summary>
    public virtual bool Speaks(Formats.ClientFormat format, ProviderTarget target) => false;

    /// <summary>Addresses a body that is in the provider's own format already.</summary>
    /// <param name="format">A format that it speaks.</param>
    /// <param name="body">The body, under the provider's name of the model.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="clientHeaders">The client's headers that concern the format.</param>
    public virtual ProviderRequest PassThrough(
        Formats.ClientFormat format,
        ReadOnlyMemory<byte> body,
        ProviderTarget target,
        IReadOnlyList<KeyValuePair<string, string>> clientHeaders
    ) => throw new ArgumentException($"{Name} does not speak {format.Name}.");

    /// <summary>Translates a unary reply.</summary>
    /// <exception cref="System.Text.Json.JsonException">The reply is not what the provider documents.</exception>
    public abstract LlmResponse ReadResponse(LlmRequest request, ReadOnlySpan<byte> body);

    /// <summary>Translates the events of one stream.</summary>
    public abstract ChunkTranslator TranslateStream(LlmRequest request);

    /// <summary>Reads an error reply; the body may be anything, or empty.</summary>
    public abstract LlmException ReadError(ProviderError error);
}

/// <summary>Where an attempt goes.</summary>
/// <param name="Model">The model's name at the provider.</param>
/// <param name="ApiBase">The address, without a trailing slash.</param>
/// <param name="ApiKey">The key or token; null where there is none.</param>
/// <param name="IsToken">Whether <paramref name="ApiKey"/> is a bearer token from a delegate.</param>
/// <param name="ApiVersion">Azure's API version.</param>
/// <param name="Stream">Whether a stream is asked for.</param>
/// <param name="DropParams">Whether parameters that the provider doesn't have are left out, instead of refused.</param>
/// <param name="UseChatCompletionsApi">Whether the Responses API is left alone, though it may be there; null: nobody has said.</param>
internal readonly record struct ProviderTarget(
    string Model,
    string ApiBase,
    string? ApiKey,
    bool IsToken,
    string? ApiVersion,
    bool Stream,
    bool DropParams = false,
    bool? UseChatCompletionsApi = null
);

/// <summary>A translated request.</summary>
/// <param name="Url">The whole address.</param>
/// <param name="Body">JSON, UTF-8.</param>
/// <param name="Headers">The provider's headers, the key's among them.</param>
internal sealed record ProviderRequest(
    Uri Url,
    ReadOnlyMemory<byte> Body,
    IReadOnlyList<KeyValuePair<string, string>> Headers
);

/// <summary>An error reply.</summary>
internal readonly ref struct ProviderError
{
    public required int StatusCode { get; init; }
    public required string Model { get; init; }
    public required ReadOnlySpan<byte> Body { get; init; }
    public string? RequestId { get; init; }
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>Translates the events of one stream into chunks of ours. Not thread-safe; one per stream.</summary>
internal abstract class ChunkTranslator
{
    /// <summary>Whether the provider has said that the answer is whole: a stream that ends before is broken.</summary>
    public bool IsComplete { get; protected set; }

    /// <summary>Whether the last event has come.</summary>
    public bool IsDone { get; protected set; }

    /// <summary>
    /// What the stream has reported of its usage so far; null where that comes only with the usage chunk. For streams that are cut:
    /// some providers tell the prompt's tokens at the start.
    /// </summary>
    public virtual Usage? PartialUsage => null;

    /// <summary>Translates one event into no, one, or several chunks.</summary>
    /// <param name="eventType">The event's type; <c>message</c> where it names none.</param>
    /// <param name="data">The event's data; valid during this call only.</param>
    /// <param name="output">Takes the chunks.</param>
    /// <exception cref="LlmException">The event is the provider's error.</exception>
    /// <exception cref="System.Text.Json.JsonException">The event is not what the provider documents.</exception>
    public abstract void Translate(ReadOnlySpan<byte> eventType, ReadOnlySpan<byte> data, Queue<ChatChunk> output);
}
