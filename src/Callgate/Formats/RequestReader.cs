using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Callgate.Wire;

namespace Callgate.Formats;

/// <summary>Reads requests that are in OpenAI's words already, and refuses what can't be expressed.</summary>
internal static class RequestReader
{
    /// <exception cref="JsonException">It is no JSON, or not of this type.</exception>
    public static T Read<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
        where T : LlmRequest
    {
        try
        {
            var request = JsonSerializer.Deserialize(body, type) ?? throw new JsonException("The request is null.");
            return string.IsNullOrEmpty(request.Model)
                ? throw Refuse("model", "The request names no model: set model.")
                : request;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("The request holds text that is no valid Unicode.", e);
        }
    }

    /// <summary>The refusal of a field.</summary>
    public static LlmException Refuse(string field, string message) =>
        LlmException.Create(LlmErrorKind.BadRequest, message, new ErrorFacts(Code: "invalid_request", Param: field));
}
