using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>Turns the loosely typed values of Microsoft.Extensions.AI into JSON.</summary>
internal static class JsonValues
{
    private static readonly JsonElement s_null = JsonElement.Parse("null");
    private static readonly JsonWriterOptions s_compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The value as JSON; false where it has no JSON form.</summary>
    public static bool TryToElement(object? value, out JsonElement element)
    {
        switch (value)
        {
            case null:
                element = s_null;
                return true;
            case JsonElement known:
                element = known;
                return known.ValueKind != JsonValueKind.Undefined;
            default:
                try
                {
                    element = JsonSerializer.SerializeToElement(
                        value,
                        AIJsonUtilities.DefaultOptions.GetTypeInfo(value.GetType())
                    );
                    return true;
                }
                catch (Exception e) when (e is NotSupportedException or InvalidOperationException or JsonException)
                {
                    element = default;
                    return false;
                }
        }
    }

    /// <summary>The value as compact JSON text; a value without a JSON form becomes its <c>ToString()</c>.</summary>
    public static string ToJson(object? value) => WriteText(value, static (writer, v) => Write(writer, v));

    /// <summary>These entries as the compact text of a JSON object.</summary>
    public static string ToJsonObject(IEnumerable<KeyValuePair<string, object?>> entries) =>
        WriteText(
            entries,
            static (writer, all) =>
            {
                writer.WriteStartObject();
                foreach (var (name, value) in all)
                {
                    writer.WritePropertyName(name);
                    Write(writer, value);
                }

                writer.WriteEndObject();
            }
        );

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        if (TryToElement(value, out var element))
        {
            element.WriteTo(writer);
        }
        else
        {
            writer.WriteStringValue(value?.ToString());
        }
    }

    private static string WriteText<T>(T value, Action<Utf8JsonWriter, T> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, s_compact))
        {
            write(writer, value);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
