using System.Text.Json;

namespace Callgate.Providers.Anthropic;

/// <summary>A <c>content_block_delta</c> event. Whatever its kind, it carries one text; that of an answer makes up nearly all of a stream.</summary>
internal readonly ref struct ContentDelta
{
    public enum Kinds
    {
        Unknown,
        Text,
        InputJson,
        Thinking,
        Signature,
        Citations,
    }

    public Kinds Kind { get; private init; }

    /// <summary>The block that it belongs to.</summary>
    public int Index { get; private init; }

    public string? Text { get; private init; }

    /// <summary>The text as it stands in the event: quotes, escapes and all.</summary>
    public ReadOnlySpan<byte> Raw { get; private init; }

    public static ContentDelta Read(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data);
        var index = 0;
        var delta = default(ContentDelta);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("The event is not an object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("index"u8))
            {
                reader.Read();
                if (!reader.TryGetInt32(out index))
                {
                    throw new JsonException("The index is no number.");
                }
            }
            else if (reader.ValueTextEquals("delta"u8))
            {
                delta = ReadInner(ref reader, data);
            }
            else
            {
                reader.Skip();
            }
        }

        // Whatever follows the object makes the event invalid.
        reader.Read();
        return delta with { Index = index };
    }

    private static ContentDelta ReadInner(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
    {
        var kind = Kinds.Unknown;
        string? text = null;
        ReadOnlySpan<byte> raw = default;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("The delta is not an object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                kind = KindOf(ref reader);
            }
            else if (
                reader.ValueTextEquals("text"u8)
                || reader.ValueTextEquals("partial_json"u8)
                || reader.ValueTextEquals("thinking"u8)
                || reader.ValueTextEquals("signature"u8)
            )
            {
                reader.Read();
                text = reader.GetString();
                raw = data[(int)reader.TokenStartIndex..(int)reader.BytesConsumed];
            }
            else
            {
                reader.Skip();
            }
        }

        return new ContentDelta
        {
            Kind = kind,
            Text = text,
            Raw = raw,
        };
    }

    private static Kinds KindOf(scoped ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("text_delta"u8) ? Kinds.Text
        : reader.ValueTextEquals("input_json_delta"u8) ? Kinds.InputJson
        : reader.ValueTextEquals("thinking_delta"u8) ? Kinds.Thinking
        : reader.ValueTextEquals("signature_delta"u8) ? Kinds.Signature
        : reader.ValueTextEquals("citations_delta"u8) ? Kinds.Citations
        : Kinds.Unknown;
}
