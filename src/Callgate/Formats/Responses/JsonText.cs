using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Callgate.Formats.Responses;

/// <summary>
/// JSON may be well-formed and still hold text that is none: bytes that are no UTF-8, or half a surrogate pair behind an escape. Parsers find
/// that out when the text is asked for, long after the request was taken; here it is found at once.
/// </summary>
internal static class JsonText
{
    /// <exception cref="JsonException">There is such text.</exception>
    public static JsonElement Parse(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
        {
            throw new JsonException("The body is not UTF-8.");
        }

        if (body.IndexOf("\\ud"u8) >= 0 || body.IndexOf("\\uD"u8) >= 0)
        {
            CheckEscapes(body);
        }

        // Two fields of one name are two requests, as parsers differ in which of them they read.
        return JsonElement.Parse(body, new JsonDocumentOptions { AllowDuplicateProperties = false });
    }

    private static void CheckEscapes(ReadOnlySpan<byte> body)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(body.Length);
        try
        {
            var reader = new Utf8JsonReader(body);
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                {
                    reader.CopyString(buffer);
                }
            }
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("An escape in a text is half of a surrogate pair.", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
