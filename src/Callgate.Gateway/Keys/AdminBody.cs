using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Callgate.Gateway.Endpoints;
using Microsoft.AspNetCore.Http;

namespace Callgate.Gateway.Keys;

/// <summary>Reads the body of an administrator's request: a JSON object of bounded size.</summary>
internal static class AdminBody
{
    private const int Largest = 256 * 1024;

    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private static readonly JsonDocumentOptions s_json = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>The object; without members where the body is empty.</summary>
    /// <exception cref="AdminException">It can't be read, is too large, or no JSON object.</exception>
    public static async Task<JsonElement> ReadAsync(HttpRequest request)
    {
        try
        {
            // As in LiteLLM, whatever it says it is: curl's -d calls it a form.
            var body = await BodyReader.ReadAsync(request.HttpContext, Largest, s_longest).ConfigureAwait(false);
            return Parse(body.Span);
        }
        catch (BodyException refused)
        {
            var code = refused.StatusCode.ToString(CultureInfo.InvariantCulture);
            throw new AdminException(new(refused.StatusCode, refused.Message, "bad_request_error", null, code));
        }
    }

    private static JsonElement Parse(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
        {
            throw AdminException.BadRequest("The body isn't UTF-8.");
        }

        try
        {
            var parsed = JsonElement.Parse(body.IsEmpty ? "{}"u8 : body, s_json);
            // Reads all its text once: half a surrogate pair, escaped, is found here and not when it is used.
            using var check = new Utf8JsonWriter(Stream.Null);
            parsed.WriteTo(check);
            return parsed.ValueKind == JsonValueKind.Object
                ? parsed
                : throw AdminException.BadRequest("The body should be a JSON object.");
        }
        catch (InvalidOperationException)
        {
            throw AdminException.BadRequest("The body holds text that isn't Unicode.");
        }
        catch (JsonException exception)
        {
            throw AdminException.BadRequest($"The body is no JSON that can be read: {exception.Message}");
        }
    }
}
