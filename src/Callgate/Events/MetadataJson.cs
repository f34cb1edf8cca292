using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Callgate;

/// <summary>Writes values of any type as JSON, without reflection: what isn't known is written as its <c>ToString()</c>. Never throws, and ends on cycles.</summary>
internal static class MetadataJson
{
    private const int LongestUnknown = 1000;
    private const int MostItems = 1000;

    public static void WriteEntries(
        Utf8JsonWriter writer,
        BoundedJson bounded,
        IEnumerable<KeyValuePair<string, object?>> entries,
        int depth = 0
    )
    {
        if (!bounded.Nest(depth))
        {
            return;
        }

        writer.WriteStartObject();
        Enumerate(
            entries,
            bounded,
            item =>
            {
                var (name, value) = ((KeyValuePair<string, object?>)item!);
                if (bounded.Name(name ?? ""))
                {
                    Write(writer, bounded, value, depth + 1);
                }
            }
        );
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, BoundedJson bounded, object? value, int depth)
    {
        switch (value)
        {
            case null:
                bounded.Raw("null");
                break;
            case string text:
                bounded.Text(text);
                break;
            case bool flag:
                bounded.Raw(flag ? "true" : "false");
                break;
            case byte or sbyte or short or ushort or int or uint or long or ulong or decimal:
                bounded.Raw(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
                break;
            case double number when double.IsFinite(number):
                bounded.Raw(number.ToString("R", CultureInfo.InvariantCulture));
                break;
            case float number when float.IsFinite(number):
                bounded.Raw(number.ToString("R", CultureInfo.InvariantCulture));
                break;
            case DateTime or DateTimeOffset or DateOnly or TimeOnly:
                bounded.Text(((IFormattable)value).ToString("O", CultureInfo.InvariantCulture));
                break;
            case byte[] bytes:
                bounded.Text($"({bytes.Length} bytes)");
                break;
            case Exception exception:
                bounded.Text(SafeErrors.Message(exception));
                break;
            case JsonElement { ValueKind: JsonValueKind.Undefined }:
                bounded.Raw("null");
                break;
            case JsonElement element:
                Copy(bounded, element, depth);
                break;
            case JsonDocument document:
                Copy(bounded, () => document.RootElement, depth);
                break;
            case JsonValue node:
                Copy(bounded, () => JsonElement.Parse(node.ToJsonString()), depth);
                break;
            case IEnumerable<KeyValuePair<string, object?>> entries:
                WriteEntries(writer, bounded, entries, depth);
                break;
            case IDictionary entries:
                WriteEntries(writer, bounded, Entries(entries), depth);
                break;
            case IEnumerable<KeyValuePair<string, string>> entries:
                WriteEntries(writer, bounded, entries.Select(e => KeyValuePair.Create(e.Key, (object?)e.Value)), depth);
                break;
            case IEnumerable<KeyValuePair<string, JsonElement>> entries:
                WriteEntries(writer, bounded, entries.Select(e => KeyValuePair.Create(e.Key, (object?)e.Value)), depth);
                break;
            case IEnumerable<KeyValuePair<string, JsonNode?>> entries:
                WriteEntries(writer, bounded, entries.Select(e => KeyValuePair.Create(e.Key, (object?)e.Value)), depth);
                break;
            // A query would go to its database.
            case IEnumerable items and not IQueryable:
                WriteItems(writer, bounded, items, depth);
                break;
            default:
                bounded.Text(SafeErrors.Cut(TextOf(value), LongestUnknown));
                break;
        }
    }

    private static IEnumerable<KeyValuePair<string, object?>> Entries(IDictionary entries)
    {
        var enumerator = entries.GetEnumerator();
        while (enumerator.MoveNext())
        {
            yield return KeyValuePair.Create(TextOf(enumerator.Key), enumerator.Value);
        }
    }

    private static void WriteItems(Utf8JsonWriter writer, BoundedJson bounded, IEnumerable items, int depth)
    {
        if (!bounded.Nest(depth))
        {
            return;
        }

        writer.WriteStartArray();
        Enumerate(items, bounded, item => Write(writer, bounded, item, depth + 1));
        writer.WriteEndArray();
    }

    private static void Enumerate(IEnumerable items, BoundedJson bounded, Action<object?> write)
    {
        try
        {
            var count = 0;
            foreach (var item in items)
            {
                if (bounded.IsFull || ++count > MostItems)
                {
                    bounded.MarkTruncated();
                    return;
                }

                write(item);
            }
        }
#pragma warning disable CA1031 // The caller's collection may be changed meanwhile, or throw what it likes; what came so far is kept.
        catch (Exception)
#pragma warning restore CA1031
        {
            bounded.MarkTruncated();
        }
    }

    private static void Copy(BoundedJson bounded, JsonElement element, int depth) =>
        Copy(bounded, () => element, depth);

    private static void Copy(BoundedJson bounded, Func<JsonElement> element, int depth)
    {
        JsonElement found;
        try
        {
            // A clone fails where the document was disposed, or its text can't be read, before anything is written.
            found = element().Clone();
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            bounded.MarkTruncated();
            bounded.Text($"({exception.GetType().Name})");
            return;
        }

        bounded.Copy(found, depth);
    }

    private static string TextOf(object value)
    {
        try
        {
            return (
                    value is IFormattable formattable
                        ? formattable.ToString(null, CultureInfo.InvariantCulture)
                        : value.ToString()
                ) ?? "";
        }
#pragma warning disable CA1031 // As above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return $"({value.GetType().Name}: {exception.GetType().Name})";
        }
    }
}
