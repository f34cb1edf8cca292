using System.Text.Json;

namespace Callgate.Formats.Native;

/// <summary>
/// Tells of a body, by its bytes, that it has what every provider asks for. Most do, and then need not be read into the common
/// tongue on their way to a provider that speaks their format, which judges the rest.
/// </summary>
internal static class PlainRequest
{
    private static readonly string[] s_numbers = ["temperature", "top_p", "presence_penalty", "frequency_penalty"];

    /// <summary>Longer ones may be more than a number can hold.</summary>
    private const int LongestNumber = 24;

    /// <summary>Whether it plainly is one that can be right; false: it has to be read to know.</summary>
    public static bool IsPlain(ClientBody body) =>
        body.Format.Name switch
        {
            "chat" or "messages" => HasMessages(body) && HasPlainNumbers(body),
            "embeddings" => HasInput(body),
            "responses" => HasSomething(body),
            _ => false,
        };

    /// <summary>What it asks is there, or kept elsewhere; what there is was read already.</summary>
    private static bool HasSomething(ClientBody body) =>
        body.TryFind("input", out var input)
            ? !input.SequenceEqual("[]"u8) && !input.SequenceEqual("null"u8)
            : body.TryFind("previous_response_id", out _) || body.TryFind("prompt", out _);

    private static bool HasMessages(ClientBody body)
    {
        if (!body.TryFind("messages", out var json))
        {
            return false;
        }

        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject || !IsMessage(ref reader))
            {
                return false;
            }

            count++;
        }

        return count > 0;
    }

    private static bool IsMessage(ref Utf8JsonReader reader)
    {
        bool hasRole = false,
            hasContent = false,
            needsContent = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("role"u8))
            {
                if (hasRole || !reader.Read() || reader.TokenType != JsonTokenType.String || reader.ValueSpan.IsEmpty)
                {
                    return false;
                }

                hasRole = true;
                needsContent = !reader.ValueTextEquals("assistant"u8) && !reader.ValueTextEquals("function"u8);
            }
            else if (reader.ValueTextEquals("content"u8))
            {
                if (hasContent || !reader.Read() || !IsContent(ref reader))
                {
                    return false;
                }

                hasContent = true;
            }
            else
            {
                reader.Skip();
            }
        }

        return hasRole && (hasContent || !needsContent);
    }

    /// <summary>A text, or a list with something in it.</summary>
    private static bool IsContent(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return true;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        var depth = reader.CurrentDepth;
        if (!reader.Read() || reader.TokenType == JsonTokenType.EndArray)
        {
            return false;
        }

        while (reader.CurrentDepth > depth)
        {
            reader.Read();
        }

        return true;
    }

    private static bool HasPlainNumbers(ClientBody body)
    {
        foreach (var name in s_numbers)
        {
            if (body.TryFind(name, out var json) && !IsPlainNumber(json))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPlainNumber(ReadOnlySpan<byte> json) =>
        json is [(byte)'-' or (>= (byte)'0' and <= (byte)'9'), ..]
        && json.Length <= LongestNumber
        && json.IndexOfAny((byte)'e', (byte)'E') < 0;

    private static bool HasInput(ClientBody body)
    {
        if (!body.TryFind("input", out var json))
        {
            return false;
        }

        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            return true;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                return false;
            }

            count++;
        }

        return count > 0;
    }
}
