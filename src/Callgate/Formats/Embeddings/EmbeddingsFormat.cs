using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats;

/// <summary>OpenAI's embeddings. Source: the public OpenAPI description of <c>POST /v1/embeddings</c>.</summary>
internal sealed class EmbeddingsFormat : ClientFormat
{
    /// <inheritdoc />
    public override string Name => "embeddings";

    /// <inheritdoc />
    public override string CallType => "aembedding";

    /// <inheritdoc />
    public override bool IsEmbedding => true;

    /// <inheritdoc />
    public override LlmRequest ReadRequest(ReadOnlySpan<byte> body)
    {
        var request = RequestReader.Read(body, WireJson.Default.EmbeddingRequest);
        if (request.Input is null)
        {
            throw RequestReader.Refuse("input", "The request has no input: give a text, or a list of texts.");
        }

        return request.EncodingFormat is null or "float" or "base64"
            ? request
            : throw RequestReader.Refuse("encoding_format", "encoding_format must be float or base64.");
    }

    /// <inheritdoc />
    public override void WriteResponse(IBufferWriter<byte> output, LlmResponse response, FormatContext context)
    {
        var embeddings = (EmbeddingResponse)response;
        var isBase64 = context.Request is EmbeddingRequest { EncodingFormat: "base64" };
        using var json = new Utf8JsonWriter(output, EventWriter.Relaxed);
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var item in embeddings.Data)
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "embedding"u8);
            json.WriteNumber("index"u8, item.Index);
            json.WritePropertyName("embedding"u8);
            WriteVector(json, item.Embedding.Span, isBase64);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("model"u8, context.Model);
        if (embeddings.Usage is { } usage)
        {
            json.WritePropertyName("usage"u8);
            JsonSerializer.Serialize(json, usage, WireJson.Relaxed.Usage);
        }

        foreach (var (name, value) in embeddings.AdditionalProperties ?? [])
        {
            json.WritePropertyName(name);
            value.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static void WriteVector(Utf8JsonWriter json, ReadOnlySpan<float> vector, bool isBase64)
    {
        if (isBase64)
        {
            // 32-bit floats, little-endian, as every machine that .NET runs on has them.
            json.WriteBase64StringValue(MemoryMarshal.AsBytes(vector));
            return;
        }

        json.WriteStartArray();
        foreach (var number in vector)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    /// <inheritdoc />
    public override StreamEncoder EncodeStream(FormatContext context) =>
        throw new NotSupportedException("Embeddings don't come as a stream.");

    /// <inheritdoc />
    public override void WriteError(IBufferWriter<byte> output, ErrorReply error) =>
        OpenAiErrorBody.Write(output, error);
}
