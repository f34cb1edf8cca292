using System.Text.Json;
using Callgate.Formats;
using Microsoft.AspNetCore.Http;

namespace Callgate.Gateway.Endpoints;

/// <summary>The end user that a request names, found where LiteLLM looks, in its order.</summary>
internal static class EndUser
{
    /// <exception cref="LlmBadRequestException">A header is not what it should be.</exception>
    public static string? Of(IHeaderDictionary headers, ClientBody body) =>
        OfHeader(headers, "x-litellm-customer-id")
        ?? OfHeader(headers, "x-litellm-end-user-id")
        ?? Text(body.Find("user"))
        ?? Text(body.Find("litellm_metadata"), "user")
        ?? Text(body.Find("metadata"), "user_id")
        ?? Text(body.Find("safety_identifier"));

    private static string? OfHeader(IHeaderDictionary headers, string name) =>
        headers.TryGetValue(name, out var values) && values is [{ Length: > 0 } value]
            ? RequestHeaderOptions.Id(name, value)
            : null;

    private static string? Text(JsonElement? value, string name) =>
        value is { ValueKind: JsonValueKind.Object } map && map.TryGetProperty(name, out var entry)
            ? Text(entry)
            : null;

    private static string? Text(JsonElement? value) =>
        value switch
        {
            { ValueKind: JsonValueKind.String } text when text.GetString() is { Length: > 0 } id => id,
            { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
            _ => null,
        };
}
