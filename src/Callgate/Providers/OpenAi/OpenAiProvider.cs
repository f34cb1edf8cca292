using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Providers.OpenAi;

/// <summary>OpenAI's own API, and the base of everything that speaks its format. Source: the public OpenAPI description of OpenAI's API.</summary>
internal class OpenAiProvider : LlmProvider
{
    private static readonly string[] s_prefixes =
    [
        "gpt-",
        "chatgpt-",
        "o1",
        "o3",
        "o4",
        "text-embedding-",
        "davinci-",
        "babbage-",
        "codex-",
        "ft:gpt-",
    ];

    public override string Name => "openai";
    public override string? DefaultApiBase => "https://api.openai.com/v1";
    public override IReadOnlyList<string> ApiKeyVariables => ["OPENAI_API_KEY"];
    public override IReadOnlyList<string> ApiBaseVariables => ["OPENAI_API_BASE", "OPENAI_BASE_URL"];

    public override IReadOnlyList<string> OwnedPrefixes => s_prefixes;

    public override ProviderRequest CreateRequest(LlmRequest request, ProviderTarget target) =>
        new(UrlOf(PathOf(request), target), BodyOf(request, target), HeadersOf(target));

    /// <inheritdoc />
    public override bool Speaks(Formats.ClientFormat format, ProviderTarget target) =>
        format.Name is "chat" or "embeddings"
        || format.Name == "responses" && !(target.UseChatCompletionsApi ?? !HasResponses(target));

    /// <summary>Whether the Responses API is there. Many servers that speak OpenAI's format don't have it.</summary>
    protected virtual bool HasResponses(ProviderTarget target) => target.ApiBase == DefaultApiBase;

    /// <inheritdoc />
    public override ProviderRequest PassThrough(
        Formats.ClientFormat format,
        ReadOnlyMemory<byte> body,
        ProviderTarget target,
        IReadOnlyList<KeyValuePair<string, string>> clientHeaders
    ) => new(UrlOf(format.Name == "chat" ? "chat/completions" : format.Name, target), body, HeadersOf(target));

    protected virtual Uri UrlOf(string path, ProviderTarget target) => KnownUrls.Get(target.ApiBase, path);

    protected virtual IReadOnlyList<KeyValuePair<string, string>> HeadersOf(ProviderTarget target) =>
        target.ApiKey is { } key ? [new("Authorization", $"Bearer {key}")] : [];

    protected static string PathOf(LlmRequest request) =>
        request switch
        {
            ChatRequest => "chat/completions",
            EmbeddingRequest => "embeddings",
            _ => throw new ArgumentException($"{request.GetType().Name} has no OpenAI endpoint."),
        };

    private static byte[] BodyOf(LlmRequest request, ProviderTarget target) =>
        request switch
        {
            ChatRequest chat => JsonSerializer.SerializeToUtf8Bytes(
                (chat.IsAnthropic ? AnthropicToOpenAi.Translate(chat, target.Model) : chat) with
                {
                    Model = target.Model,
                    Stream = target.Stream ? true : null,
                    // The usage of a stream comes only when asked for, and we always want it.
                    StreamOptions = target.Stream
                        ? (chat.StreamOptions ?? new StreamOptions()) with
                        {
                            IncludeUsage = true,
                        }
                        : null,
                },
                WireJson.Relaxed.ChatRequest
            ),
            EmbeddingRequest embedding => JsonSerializer.SerializeToUtf8Bytes(
                embedding with
                {
                    Model = target.Model,
                },
                WireJson.Relaxed.EmbeddingRequest
            ),
            _ => throw new ArgumentException($"{request.GetType().Name} has no OpenAI body."),
        };

    public override LlmResponse ReadResponse(LlmRequest request, ReadOnlySpan<byte> body) =>
        request switch
        {
            EmbeddingRequest => JsonSerializer.Deserialize(body, WireJson.Default.EmbeddingResponse)
                ?? throw new JsonException("The answer is null."),
            _ => ReadCompletion(request.Model, body),
        };

    private ChatCompletion ReadCompletion(string model, ReadOnlySpan<byte> body)
    {
        var completion =
            JsonSerializer.Deserialize(body, WireJson.Default.ChatCompletion)
            ?? throw new JsonException("The answer is null.");
        return completion.Choices.Count > 0 || completion.Usage is not null ? completion
            : completion.AdditionalProperties?.ContainsKey("error") == true
                ? throw OpenAiErrors.ReadInAnswer(Name, model, body)
            : throw new JsonException("The answer has no choices.");
    }

    public override ChunkTranslator TranslateStream(LlmRequest request) =>
        new OpenAiChunkTranslator(Name, request.Model, (request as ChatRequest)?.N ?? 1);

    public override LlmException ReadError(ProviderError error) => OpenAiErrors.Read(Name, error);
}
