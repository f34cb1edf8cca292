using System.Security.Cryptography;
using System.Text.Json;
using Callgate.Calls;
using Callgate.Formats.Responses;
using Callgate.Wire;

namespace Callgate.Caching;

/// <summary>The key of a call's answer: a hash of everything that decides the answer, within its namespace.</summary>
internal static class CacheKey
{
    public static string Of(Call call)
    {
        // Whether it is streamed decides how the answer is given, not what it is.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(
            call.Request switch
            {
                ChatRequest chat => JsonSerializer.SerializeToUtf8Bytes(
                    chat with
                    {
                        Stream = null,
                        StreamOptions = null,
                    },
                    WireJson.Default.ChatRequest
                ),
                EmbeddingRequest embedding => JsonSerializer.SerializeToUtf8Bytes(
                    embedding,
                    WireJson.Default.EmbeddingRequest
                ),
                _ => throw new ArgumentException($"{call.Request.GetType().Name} can't be cached."),
            }
        );
        // Another address, or another mock, is another answerer.
        foreach (
            var part in (string?[])
                [
                    call.Options.ApiBase,
                    call.Options.BaseModel,
                    call.Options.Mock?.ToString(),
                    // What one team was answered is not for another to see.
                    call.Gateway?.UserApiKey.TeamId
                        ?? call.Gateway?.UserApiKey.KeyHash,
                ]
        )
        {
            hash.AppendData([0]);
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(part ?? ""));
        }

        // Where the provider may get the client's bytes, they say more than the common tongue can.
        if (call.Gateway?.Body is { Format: ResponsesFormat } body)
        {
            hash.AppendData([0]);
            hash.AppendData(body.ForProvider("").Span);
        }

        var text = Convert.ToHexStringLower(hash.GetHashAndReset());
        return call.Options.Cache.Namespace is { } space ? $"{space}:{text}" : text;
    }
}
