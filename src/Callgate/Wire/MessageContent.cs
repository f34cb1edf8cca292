using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Callgate.Wire;

/// <summary>The content of a message: plain text, or a list of parts (text, images, audio, files). Immutable.</summary>
[JsonConverter(typeof(MessageContentConverter))]
public sealed class MessageContent
{
    private readonly string? _text;

    /// <summary>Plain text.</summary>
    public MessageContent(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _text = text;
    }

    /// <summary>A list of parts.</summary>
    public MessageContent(IReadOnlyList<ContentPart> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        Parts = WireList.WithoutNulls(parts);
    }

    /// <summary>The parts; null where the content is plain text.</summary>
    public IReadOnlyList<ContentPart>? Parts { get; }

    /// <summary>All text of the content, joined.</summary>
    public string Text => _text ?? string.Concat(Parts!.Where(p => p.Type == "text").Select(p => p.Text));

    /// <summary>Plain text.</summary>
    public static implicit operator MessageContent(string text) => new(text);

    /// <summary>A list of parts.</summary>
    public static implicit operator MessageContent(ContentPart[] parts) => new(parts);

    /// <summary>A short, safe form: long text is cut.</summary>
    public override string ToString() => SafeText.Cut(Text);
}

internal sealed class MessageContentConverter : JsonConverter<MessageContent>
{
    public override MessageContent? Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    ) =>
        reader.TokenType switch
        {
            JsonTokenType.String => new MessageContent(reader.GetString()!),
            JsonTokenType.StartArray => new MessageContent(
                JsonSerializer.Deserialize(ref reader, WireJson.Default.IReadOnlyListContentPart) ?? []
            ),
            _ => throw new JsonException("content must be a string or a list of parts"),
        };

    public override void Write(Utf8JsonWriter writer, MessageContent value, JsonSerializerOptions options)
    {
        if (value.Parts is { } parts)
        {
            JsonSerializer.Serialize(writer, parts, WireJson.Default.IReadOnlyListContentPart);
        }
        else
        {
            writer.WriteStringValue(value.Text);
        }
    }
}
