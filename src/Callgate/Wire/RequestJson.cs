using System.Text.Json;

namespace Callgate.Wire;

/// <summary>A request of ours as JSON.</summary>
internal static class RequestJson
{
    public static byte[] Of(LlmRequest request) =>
        request switch
        {
            ChatRequest chat => JsonSerializer.SerializeToUtf8Bytes(chat, WireJson.Relaxed.ChatRequest),
            EmbeddingRequest embedding => JsonSerializer.SerializeToUtf8Bytes(
                embedding,
                WireJson.Relaxed.EmbeddingRequest
            ),
            _ => throw new ArgumentException($"{request.GetType().Name} has no JSON of its own."),
        };
}
