using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Callgate;

/// <summary>Copies JSON while cutting long texts, Base64, lists of numbers, deep nesting, and whatever comes after a number of bytes. Not thread-safe.</summary>
internal sealed class BoundedJson(Utf8JsonWriter writer, PayloadLimits limits, int maxBytes, bool maskSecrets)
{
    /// <summary>Half of what JSON readers usually take: the payload adds levels of its own.</summary>
    private const int MaxDepth = 32;
    private const int LongestName = 256;
    private const int LongestNumber = 64;

    private static readonly SearchValues<byte> s_base64 = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_"u8
    );

    private int _left = maxBytes;

    /// <summary>Whether anything was cut.</summary>
    public bool Truncated { get; private set; }

    /// <summary>Whether nothing more fits.</summary>
    public bool IsFull => _left <= 0;

    /// <summary>Copies one value.</summary>
    public void Copy(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        reader.Read();
        Copy(ref reader, "", 0);
    }

    /// <summary>Copies one value.</summary>
    public void Copy(JsonElement element, int depth)
    {
        // The element's own text, not its re-encoding: it may be invalid in ways that only its reader would find.
        var reader = new Utf8JsonReader(
            System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(element),
            new JsonReaderOptions
            {
                MaxDepth = int.MaxValue,
                CommentHandling = JsonCommentHandling.Skip,
                AllowTrailingCommas = true,
            }
        );
        reader.Read();
        Copy(ref reader, "", depth);
    }

    /// <summary>Writes a property's name; false where there is no more room, or the value is a secret and already masked.</summary>
    public bool Name(string name)
    {
        if (IsFull)
        {
            Truncated = true;
            return false;
        }

        _left -= Encoding.UTF8.GetByteCount(name) + 4;
        if (name.Length > LongestName)
        {
            Truncated = true;
            name = SafeErrors.Cut(name, LongestName);
        }

        writer.WritePropertyName(name);
        if (maskSecrets && SecretNames.IsSecret(name))
        {
            _left -= SecretNames.Mask.Length + 3;
            writer.WriteStringValue(SecretNames.Mask);
            return false;
        }

        return true;
    }

    /// <summary>Begins an object or a list; false where it is nested too deep, and a mark stands in its place.</summary>
    public bool Nest(int depth)
    {
        if (depth < MaxDepth)
        {
            _left -= 2;
            return true;
        }

        Truncated = true;
        _left -= 6;
        writer.WriteStringValue("…");
        return false;
    }

    /// <summary>Notes that something was left out.</summary>
    public void MarkTruncated() => Truncated = true;

    /// <summary>Writes a text, cut.</summary>
    public void Text(string text)
    {
        // A text of our own: what is beyond the bound isn't even encoded.
        var most = Math.Min(limits.MaxTextBytes, Math.Max(_left, 16));
        if (text.Length > most)
        {
            Truncated = true;
            text = SafeErrors.Cut(text, most);
        }

        _left -= Encoding.UTF8.GetByteCount(text) + 2;
        writer.WriteStringValue(text);
    }

    /// <summary>Writes a short value as it is.</summary>
    public void Raw(string json)
    {
        _left -= json.Length + 1;
        writer.WriteRawValue(json, skipInputValidation: true);
    }

    private void Copy(ref Utf8JsonReader reader, string name, int depth)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                CopyObject(ref reader, depth);
                break;
            case JsonTokenType.StartArray:
                CopyArray(ref reader, name, depth);
                break;
            case JsonTokenType.String:
                CopyText(ref reader, name);
                break;
            case JsonTokenType.Number when reader.ValueSpan.Length > LongestNumber:
                Text(Encoding.UTF8.GetString(reader.ValueSpan[..LongestNumber]) + "…");
                Truncated = true;
                break;
            default:
                _left -= reader.ValueSpan.Length + 1;
                writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                break;
        }
    }

    private void CopyObject(ref Utf8JsonReader reader, int depth)
    {
        if (!Nest(depth))
        {
            reader.Skip();
            return;
        }

        writer.WriteStartObject();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.ValueSpan.Length <= 1 << 16 ? TextOf(ref reader) : "…";
            var wanted = Name(name);
            reader.Read();
            if (wanted)
            {
                Copy(ref reader, name, depth + 1);
            }
            else
            {
                reader.Skip();
            }
        }

        writer.WriteEndObject();
    }

    private void CopyArray(ref Utf8JsonReader reader, string name, int depth)
    {
        if (!Nest(depth))
        {
            reader.Skip();
            return;
        }

        writer.WriteStartArray();
        var numbers = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (IsFull || (reader.TokenType == JsonTokenType.Number && ++numbers > limits.MaxNumbers))
            {
                Truncated = true;
                reader.Skip();
            }
            else
            {
                Copy(ref reader, name, depth + 1);
            }
        }

        writer.WriteEndArray();
    }

    private void CopyText(ref Utf8JsonReader reader, string name)
    {
        var escaped = reader.ValueSpan;
        var most = Math.Min(IsBase64(name, escaped) ? limits.MaxBase64Bytes : limits.MaxTextBytes, Math.Max(_left, 16));
        _left -= Math.Min(escaped.Length, most) + 2;
        if (escaped.Length <= most)
        {
            writer.WriteStringValue(TextOf(ref reader));
            return;
        }

        Truncated = true;
        writer.WriteStringValue($"{Prefix(escaped, most)}… ({escaped.Length} bytes)");
    }

    private static bool IsBase64(string name, ReadOnlySpan<byte> text) =>
        text.StartsWith("data:"u8)
            ? text[..Math.Min(text.Length, 256)].IndexOf(";base64,"u8) >= 0
            : name is "data" or "b64_json" or "file_data"
                && text[..Math.Min(text.Length, 128)].IndexOfAnyExcept(s_base64) < 0;

    /// <summary>The beginning of a text as it stands in JSON, without a half escape, half character or half pair at its end.</summary>
    private static string Prefix(ReadOnlySpan<byte> escaped, int most)
    {
        var end = 0;
        while (end < escaped.Length)
        {
            var step = escaped[end] switch
            {
                (byte)'\\' when escaped[end + 1] != 'u' => 2,
                (byte)'\\' => escaped[end + 2] is (byte)'d' or (byte)'D'
                && escaped[end + 3] is not (>= (byte)'0' and <= (byte)'7')
                    ? 12
                    : 6,
                < 0x80 => 1,
                < 0xE0 => 2,
                < 0xF0 => 3,
                _ => 4,
            };
            if (end + step > most || end + step > escaped.Length)
            {
                break;
            }

            end += step;
        }

        var quoted = new byte[end + 2];
        quoted[0] = quoted[^1] = (byte)'"';
        escaped[..end].CopyTo(quoted.AsSpan(1));
        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        return TextOf(ref reader);
    }

    private static string TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, or bytes that aren't UTF-8: valid JSON, but no text.
            return "(invalid text)";
        }
    }
}
