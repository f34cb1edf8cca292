using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Callgate.Wire;

namespace Callgate.Gateway.HttpHooks;

/// <summary>What a service answers. Which parts a hook uses stands in <c>docs/http-hooks.md</c>; fields that aren't known are ignored.</summary>
internal sealed class HttpHookReply
{
    /// <summary><c>continue</c>, <c>replace</c>, <c>reject</c> or <c>answer</c>.</summary>
    public required string Action { get; init; }

    public JsonElement? Data { get; init; }
    public JsonElement? Response { get; init; }
    public string? Text { get; init; }
    public int? Status { get; init; }
    public string? Message { get; init; }
    public Dictionary<string, string>? Headers { get; init; }

    /// <summary>The request in <c>data</c>, of the same kind as the one that was sent.</summary>
    public LlmRequest RequestLike(LlmRequest sent) =>
        sent is EmbeddingRequest
            ? Read(Data, "data", WireJson.Default.EmbeddingRequest)
            : Read(Data, "data", WireJson.Default.ChatRequest);

    /// <summary>The answer in <c>response</c>, of the kind that belongs to the request.</summary>
    public LlmResponse ResponseTo(LlmRequest request)
    {
        if (request is EmbeddingRequest)
        {
            var embeddings = Read(Response, "response", WireJson.Default.EmbeddingResponse);
            return embeddings.Data.Count > 0 ? embeddings : throw new JsonException("'response' has no data.");
        }

        var chat = Read(Response, "response", WireJson.Default.ChatCompletion);
        return chat.Choices is [{ Message: not null }, ..]
            ? chat
            : throw new JsonException("'response' has no choice with a message.");
    }

    private static T Read<T>(JsonElement? element, string name, JsonTypeInfo<T> type)
        where T : class
    {
        var given = element ?? throw new JsonException($"'{name}' is missing.");
        try
        {
            return given.Deserialize(type) ?? throw new JsonException($"'{name}' is null.");
        }
        catch (JsonException exception) when (exception.Path is not null)
        {
            throw new JsonException($"'{name}' is no {type.Type.Name}.");
        }
    }
}

/// <summary>Source-generated JSON for replies. Of two fields of one name another reader might take the other: neither is taken.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    AllowDuplicateProperties = false,
    MaxDepth = 128
)]
[JsonSerializable(typeof(HttpHookReply))]
internal sealed partial class HttpHookJson : JsonSerializerContext;
