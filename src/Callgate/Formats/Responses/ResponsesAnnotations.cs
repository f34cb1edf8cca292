using System.Buffers;
using System.Text.Json;

namespace Callgate.Formats.Responses;

/// <summary>
/// What a text refers to. The chat format nests an annotation's fields under its type, <c>{"type":"url_citation","url_citation":{…}}</c>;
/// the Responses API has them beside it.
/// </summary>
internal static class ResponsesAnnotations
{
    /// <summary>The field of a message, and of a chunk's delta, that holds them.</summary>
    public const string Field = "annotations";

    public static void WriteFlat(Utf8JsonWriter json, JsonElement annotation)
    {
        if (
            annotation.ValueKind != JsonValueKind.Object
            || !annotation.TryGetProperty("type", out var type)
            || type.ValueKind != JsonValueKind.String
            || !annotation.TryGetProperty(type.GetString()!, out var nested)
            || nested.ValueKind != JsonValueKind.Object
        )
        {
            annotation.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        json.WritePropertyName("type"u8);
        type.WriteTo(json);
        foreach (var property in nested.EnumerateObject())
        {
            if (!property.NameEquals("type"u8))
            {
                property.WriteTo(json);
            }
        }

        json.WriteEndObject();
    }

    /// <summary>A list of annotations of the Responses API in the form of the chat format; null where it is empty.</summary>
    public static JsonElement? Nest(IReadOnlyCollection<JsonElement> annotations)
    {
        if (annotations.Count == 0)
        {
            return null;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartArray();
        foreach (var annotation in annotations)
        {
            WriteNested(json, annotation);
        }

        json.WriteEndArray();
        json.Flush();
        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static void WriteNested(Utf8JsonWriter json, JsonElement annotation)
    {
        if (
            annotation.ValueKind != JsonValueKind.Object
            || !annotation.TryGetProperty("type", out var type)
            || type.ValueKind != JsonValueKind.String
        )
        {
            annotation.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type"u8, type.GetString());
        json.WriteStartObject(type.GetString()!);
        foreach (var property in annotation.EnumerateObject())
        {
            if (!property.NameEquals("type"u8))
            {
                property.WriteTo(json);
            }
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
