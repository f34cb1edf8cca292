using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Callgate.Wire;

namespace Callgate.Formats;

/// <summary>
/// One pass over a request's body: that it is one JSON object in UTF-8, and where the fields at its top stand.
/// Nothing below them is parsed, but that no object names a field twice.
/// </summary>
internal static class RequestScan
{
    /// <summary>Names that need no string of their own.</summary>
    private static readonly string[] s_common =
    [
        "model",
        "messages",
        "stream",
        "stream_options",
        "temperature",
        "max_tokens",
        "max_completion_tokens",
        "top_p",
        "n",
        "stop",
        "seed",
        "user",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "response_format",
        "presence_penalty",
        "frequency_penalty",
        "reasoning_effort",
        "input",
        "encoding_format",
        "dimensions",
        "system",
        "thinking",
        "stop_sequences",
        "top_k",
        "metadata",
        "instructions",
        "prompt",
        "store",
        "tags",
        "service_tier",
    ];

    /// <exception cref="JsonException">The body is no JSON object, or names a field twice: two readers could read two requests.</exception>
    public static List<RequestField> Fields(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
        {
            throw new JsonException("The body is not valid UTF-8.");
        }

        if (!EscapedText.IsUnicode(body))
        {
            throw new JsonException("The body holds text that is no valid Unicode: half of a surrogate pair.");
        }

        var reader = new Utf8JsonReader(body);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("The body must be a JSON object.");
        }

        var fields = new List<RequestField>(8);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var name = NameOf(ref reader);
            foreach (var other in fields)
            {
                if (other.Name == name)
                {
                    throw new JsonException($"The field '{SafeText.Line(name)}' stands twice in the body.");
                }
            }

            reader.Read();
            var valueStart = (int)reader.TokenStartIndex;
            if (!DistinctNames.Skip(ref reader))
            {
                CheckNames(body[valueStart..(int)reader.BytesConsumed], name);
            }

            if (fields.Count == MaxFields)
            {
                throw new JsonException($"The body has more than {MaxFields} fields.");
            }

            fields.Add(new RequestField(name, start, valueStart, (int)reader.BytesConsumed));
        }

        // Reading on past the end makes sure that it is one.
        return reader.Read() ? throw new JsonException("Something follows the JSON object.") : fields;
    }

    private const int MaxFields = 256;

    private static void CheckNames(ReadOnlySpan<byte> value, string name)
    {
        try
        {
            JsonElement.Parse(value, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            // Not the parser's own words: they may quote the body.
            throw new JsonException($"In the field '{SafeText.Line(name)}', an object names a field twice.", e);
        }
    }

    private static string NameOf(ref Utf8JsonReader reader)
    {
        foreach (var common in s_common)
        {
            if (reader.ValueSpan.Length == common.Length && reader.ValueTextEquals(common))
            {
                return common;
            }
        }

        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("A field's name is no valid text.", e);
        }
    }

    /// <summary>The body with some fields left out, and some written anew.</summary>
    /// <param name="body">The body.</param>
    /// <param name="fields">Its fields.</param>
    /// <param name="isLeftOut">Which are left out.</param>
    /// <param name="written">Fields written anew: each replaces the one of its name, or is added.</param>
    public static ReadOnlyMemory<byte> Rewrite(
        ReadOnlySpan<byte> body,
        List<RequestField> fields,
        Func<string, bool> isLeftOut,
        ReadOnlySpan<(string Name, byte[] Value)> written
    )
    {
        var output = new ArrayBufferWriter<byte>(body.Length + 96);
        output.Write("{"u8);
        var isFirst = true;
        foreach (var (name, value) in written)
        {
            Separate(output, ref isFirst);
            output.Write("\""u8);
            Encoding.UTF8.GetBytes(name, output);
            output.Write("\":"u8);
            output.Write(value);
        }

        foreach (var field in fields)
        {
            if (!isLeftOut(field.Name) && !IsWritten(written, field.Name))
            {
                Separate(output, ref isFirst);
                output.Write(body[field.Start..field.End]);
            }
        }

        output.Write("}"u8);
        return output.WrittenMemory;
    }

    private static void Separate(ArrayBufferWriter<byte> output, ref bool isFirst)
    {
        if (!isFirst)
        {
            output.Write(","u8);
        }

        isFirst = false;
    }

    private static bool IsWritten(ReadOnlySpan<(string Name, byte[] Value)> written, string name)
    {
        foreach (var (other, _) in written)
        {
            if (other == name)
            {
                return true;
            }
        }

        return false;
    }
}
