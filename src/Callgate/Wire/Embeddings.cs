using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Callgate.Wire;

/// <summary>An embedding request in OpenAI's format.</summary>
public sealed record EmbeddingRequest : LlmRequest
{
    /// <summary>The texts to embed. Must not be empty. Where a client of the gateway sent token ids, each entry is the JSON of a text's ids.</summary>
    [JsonConverter(typeof(EmbeddingInputConverter))]
    public required IReadOnlyList<string> Input { get; init; }

    /// <summary>The number of dimensions, where the model lets one choose.</summary>
    public int? Dimensions { get; init; }

    /// <summary><c>float</c> or <c>base64</c>; both are read.</summary>
    public string? EncodingFormat { get; init; }

    /// <summary>The end user's id.</summary>
    public string? User { get; init; }

    /// <summary>A short, safe form.</summary>
    public override string ToString() => $"{Model}: {Input.Count} text(s) to embed";
}

/// <summary>Embeddings in OpenAI's format.</summary>
public sealed record EmbeddingResponse : LlmResponse
{
    /// <summary><c>list</c>.</summary>
    public string? Object { get; init; }

    /// <summary>The vectors, in the order of the texts.</summary>
    public IReadOnlyList<EmbeddingItem> Data
    {
        get;
        // The deserializer sets what is missing to null.
        init => field = WireList.WithoutNulls(value) ?? [];
    } = [];

    /// <inheritdoc />
    [JsonIgnore]
    public override string Text => "";

    /// <inheritdoc />
    public override LlmResponse WithText(string text) => this;

    /// <summary>A short, safe form.</summary>
    public override string ToString() => $"{Model}: {Data.Count} embedding(s)";
}

/// <summary>One vector.</summary>
public sealed record EmbeddingItem
{
    /// <summary><c>embedding</c>.</summary>
    public string? Object { get; init; }

    /// <summary>Which text it belongs to.</summary>
    public int Index { get; init; }

    /// <summary>The vector.</summary>
    [JsonConverter(typeof(VectorConverter))]
    public ReadOnlyMemory<float> Embedding { get; init; }
}

internal sealed class VectorConverter : JsonConverter<ReadOnlyMemory<float>>
{
    public override ReadOnlyMemory<float> Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    )
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            // Base64 vectors are little-endian 32-bit floats.
            return Finite(MemoryMarshal.Cast<byte, float>(reader.GetBytesFromBase64()).ToArray());
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("embedding must be a list of numbers or base64");
        }

        var values = new List<float>(1536);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            values.Add(reader.GetSingle());
        }

        return Finite(values.ToArray());
    }

    /// <summary>JSON has no words for other numbers: nobody could be given them.</summary>
    private static float[] Finite(float[] vector) =>
        Array.TrueForAll(vector, float.IsFinite)
            ? vector
            : throw new JsonException("embedding must hold finite numbers");

    public override void Write(Utf8JsonWriter writer, ReadOnlyMemory<float> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var number in value.Span)
        {
            writer.WriteNumberValue(number);
        }

        writer.WriteEndArray();
    }
}
