using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace Callgate.Providers.Anthropic;

/// <summary>
/// Rewrites a JSON Schema into the part of the language that Anthropic can hold a model to. Every object is closed, which Anthropic
/// insists on, and constraints that it refuses become words of the description, where the model still reads them.
/// Source: Anthropic's page on structured outputs.
/// </summary>
internal static class StrictSchema
{
    private static readonly FrozenSet<string> s_formats = FrozenSet.Create(
        StringComparer.Ordinal,
        "date-time",
        "time",
        "date",
        "duration",
        "email",
        "hostname",
        "uri",
        "ipv4",
        "ipv6",
        "uuid"
    );

    public static void Write(Utf8JsonWriter writer, JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            schema.WriteTo(writer);
            return;
        }

        var isObject = IsType(schema, "object") || schema.TryGetProperty("properties", out _);
        var isReference = schema.TryGetProperty("$ref", out _);
        string? description = null;
        StringBuilder? notes = null;
        writer.WriteStartObject();
        foreach (var property in schema.EnumerateObject())
        {
            var value = property.Value;
            switch (property.Name)
            {
                case "$ref" or "type" or "enum" or "const" or "required" or "title":
                    property.WriteTo(writer);
                    break;
                case "description" when value.ValueKind == JsonValueKind.String:
                    description = value.GetString();
                    break;
                case "properties" or "$defs" or "definitions" when value.ValueKind == JsonValueKind.Object:
                    WriteEach(writer, property.Name, value);
                    break;
                case "items":
                    writer.WritePropertyName(property.Name);
                    Write(writer, value);
                    break;
                case "anyOf" or "allOf" when value.ValueKind == JsonValueKind.Array:
                    WriteAll(writer, property.Name, value);
                    break;
                case "oneOf" when value.ValueKind == JsonValueKind.Array && !schema.TryGetProperty("anyOf", out _):
                    WriteAll(writer, "anyOf", value);
                    break;
                case "format" when value.ValueKind == JsonValueKind.String && s_formats.Contains(value.GetString()!):
                case "minItems"
                    when value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var least) && least is 0 or 1:
                    property.WriteTo(writer);
                    break;
                case "additionalProperties" when isObject:
                case "$schema" or "$id":
                    break;
                default:
                    notes = (notes is null ? new StringBuilder() : notes.Append(", "))
                        .Append(property.Name)
                        .Append(": ")
                        .Append(value.GetRawText());
                    break;
            }
        }

        if (isObject)
        {
            writer.WriteBoolean("additionalProperties"u8, false);
        }

        // Nothing may stand beside a reference.
        var text =
            notes is null ? description
            : description is null ? $"({notes})"
            : $"{description} ({notes})";
        if (text is not null && !isReference)
        {
            writer.WriteString("description"u8, text);
        }

        writer.WriteEndObject();
    }

    private static bool IsType(JsonElement schema, string type) =>
        schema.TryGetProperty("type", out var value)
        && (
            value.ValueKind == JsonValueKind.String
                ? value.ValueEquals(type)
                : value.ValueKind == JsonValueKind.Array
                    && value.EnumerateArray().Any(t => t.ValueKind == JsonValueKind.String && t.ValueEquals(type))
        );

    private static void WriteEach(Utf8JsonWriter writer, string name, JsonElement schemas)
    {
        writer.WriteStartObject(name);
        foreach (var property in schemas.EnumerateObject())
        {
            writer.WritePropertyName(property.Name);
            Write(writer, property.Value);
        }

        writer.WriteEndObject();
    }

    private static void WriteAll(Utf8JsonWriter writer, string name, JsonElement schemas)
    {
        writer.WriteStartArray(name);
        foreach (var schema in schemas.EnumerateArray())
        {
            Write(writer, schema);
        }

        writer.WriteEndArray();
    }
}
