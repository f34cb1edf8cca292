using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Callgate.Wire;

/// <summary>Token ids in place of texts to embed. Each entry reads as the JSON of its ids; the list is written as it came.</summary>
internal sealed class TokenInput : IReadOnlyList<string>
{
    private readonly JsonElement _json;
    private readonly string[] _texts;

    /// <exception cref="JsonException">It is neither a list of ids nor a list of such lists.</exception>
    public TokenInput(JsonElement json)
    {
        if (!IsIds(json) && !json.EnumerateArray().All(IsIds))
        {
            throw new JsonException(
                "input must be a text, a list of texts, a list of token ids, or a list of such lists."
            );
        }

        _json = json;
        _texts = IsIds(json) ? [json.GetRawText()] : [.. json.EnumerateArray().Select(e => e.GetRawText())];
    }

    public int Count => _texts.Length;

    public string this[int index] => _texts[index];

    public void WriteTo(Utf8JsonWriter writer) => _json.WriteTo(writer);

    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_texts).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool IsIds(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array
        && element.GetArrayLength() > 0
        && element.EnumerateArray().All(e => e.ValueKind == JsonValueKind.Number && e.TryGetInt64(out _));
}

/// <summary>A text, a list of texts, or token ids.</summary>
internal sealed class EmbeddingInputConverter : JsonConverter<IReadOnlyList<string>>
{
    private static readonly StringOrListConverter s_texts = new();

    public override IReadOnlyList<string>? Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    )
    {
        var first = reader;
        return
            reader.TokenType == JsonTokenType.StartArray
            && first.Read()
            && first.TokenType is JsonTokenType.Number or JsonTokenType.StartArray
            ? new TokenInput(JsonElement.ParseValue(ref reader))
            : s_texts.Read(ref reader, typeToConvert, options);
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        if (value is TokenInput tokens)
        {
            tokens.WriteTo(writer);
        }
        else
        {
            s_texts.Write(writer, value, options);
        }
    }
}
