using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Providers.Anthropic;

/// <summary>
/// Anthropic's Messages API. It stays with version 2023-06-01 of it: the later one refuses <c>temperature</c>, <c>top_p</c> and
/// <c>top_k</c>, which OpenAI's format has and older models take. Source: Anthropic's public API reference and the types of its SDK.
/// </summary>
internal sealed class AnthropicProvider(TimeProvider? timeProvider = null) : LlmProvider
{
    private const string Version = "2023-06-01";

    private readonly TimeProvider _time = timeProvider ?? TimeProvider.System;

    /// <inheritdoc />
    public override string Name => AnthropicErrors.Provider;

    /// <inheritdoc />
    public override string DefaultApiBase => "https://api.anthropic.com";

    /// <inheritdoc />
    public override IReadOnlyList<string> ApiKeyVariables => ["ANTHROPIC_API_KEY"];

    /// <inheritdoc />
    public override IReadOnlyList<string> ApiBaseVariables => ["ANTHROPIC_API_BASE", "ANTHROPIC_BASE_URL"];

    /// <inheritdoc />
    public override IReadOnlyList<string> OwnedPrefixes => ["claude"];

    /// <inheritdoc />
    public override ProviderRequest CreateRequest(LlmRequest request, ProviderTarget target) =>
        request switch
        {
            ChatRequest chat => new ProviderRequest(
                UrlOf(target.ApiBase),
                AnthropicRequest.Write(chat, target.Model, target.Stream, target.DropParams),
                HeadersOf(target)
            ),
            EmbeddingRequest => throw AnthropicErrors.Unsupported(target.Model, "anthropic has no embeddings"),
            _ => throw AnthropicErrors.Unsupported(target.Model, "anthropic has no such endpoint"),
        };

    public override bool Speaks(Formats.ClientFormat format, ProviderTarget target) => format.Name == "messages";

    public override ProviderRequest PassThrough(
        Formats.ClientFormat format,
        ReadOnlyMemory<byte> body,
        ProviderTarget target,
        IReadOnlyList<KeyValuePair<string, string>> clientHeaders
    )
    {
        var headers = HeadersOf(target);
        // The client's version of the API is the one that it can read.
        headers.AddRange(clientHeaders.Where(h => h.Key is "anthropic-version" or "anthropic-beta"));
        return new ProviderRequest(UrlOf(target.ApiBase), body, headers);
    }

    private static Uri UrlOf(string apiBase)
    {
        var root = apiBase.TrimEnd('/');
        return new Uri(
            root.EndsWith("/v1/messages", StringComparison.OrdinalIgnoreCase) ? root
            : root.EndsWith("/v1", StringComparison.OrdinalIgnoreCase) ? $"{root}/messages"
            : $"{root}/v1/messages"
        );
    }

    private static List<KeyValuePair<string, string>> HeadersOf(ProviderTarget target)
    {
        var headers = new List<KeyValuePair<string, string>>(2) { new("anthropic-version", Version) };
        if (target.ApiKey is { } key)
        {
            headers.Add(target.IsToken ? new("Authorization", $"Bearer {key}") : new("x-api-key", key));
        }

        return headers;
    }

    /// <inheritdoc />
    public override LlmResponse ReadResponse(LlmRequest request, ReadOnlySpan<byte> body)
    {
        try
        {
            return AnthropicResponse.Read((ChatRequest)request, body, _time.GetUtcNow().ToUnixTimeSeconds());
        }
        catch (InvalidOperationException e)
        {
            // The JSON is well-formed, but a value is not of the kind that it should be, or not UTF-8.
            throw new JsonException("The answer is not what Anthropic documents.", e);
        }
    }

    /// <inheritdoc />
    public override ChunkTranslator TranslateStream(LlmRequest request) =>
        new AnthropicChunkTranslator((ChatRequest)request, _time.GetUtcNow().ToUnixTimeSeconds());

    /// <inheritdoc />
    public override LlmException ReadError(ProviderError error) => AnthropicErrors.Read(error);
}
