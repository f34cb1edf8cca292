using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Providers.Anthropic;

/// <summary>Writes the content of a message as Anthropic's blocks: text, images, documents.</summary>
internal static class AnthropicContent
{
    /// <summary>The cache mark that stands on the message itself rather than on a part of it.</summary>
    public static JsonElement? MarkOf(Message message) =>
        message.AdditionalProperties is { } extra
        && extra.TryGetValue("cache_control", out var mark)
        && mark.IsSomething()
            ? mark
            : null;

    /// <summary>Writes a message's content.</summary>
    /// <param name="writer">Takes the blocks.</param>
    /// <param name="message">The message.</param>
    /// <param name="open">Called before each block.</param>
    /// <param name="isPrefill">Whether the model continues this text; Anthropic refuses blanks at its end.</param>
    /// <param name="model">The model, for errors.</param>
    /// <param name="markOnOuter">Whether the message's cache mark belongs to another block.</param>
    public static void Write(
        Utf8JsonWriter writer,
        Message message,
        Action open,
        bool isPrefill,
        string model,
        bool markOnOuter = false
    )
    {
        if (message.Content is not { } content)
        {
            return;
        }

        var mark = markOnOuter ? null : MarkOf(message);
        if (content.Parts is not { } parts)
        {
            WriteTextIfAny(writer, content.Text, mark, null, isPrefill, open);
            return;
        }

        for (var i = 0; i < parts.Count; i++)
        {
            var isLast = i == parts.Count - 1;
            WritePart(
                writer,
                parts[i],
                parts[i].CacheControl ?? (isLast ? mark : null),
                isPrefill && isLast,
                open,
                model
            );
        }
    }

    /// <summary>Writes a text block.</summary>
    public static void WriteText(Utf8JsonWriter writer, string text, JsonElement? mark, ExtraFields? extra = null)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "text"u8);
        writer.WriteString("text"u8, text);
        WriteRest(writer, mark, extra);
    }

    // Anthropic refuses blank texts, and they say nothing.
    private static void WriteTextIfAny(
        Utf8JsonWriter writer,
        string? text,
        JsonElement? mark,
        ExtraFields? extra,
        bool isPrefill,
        Action open
    )
    {
        if (!string.IsNullOrWhiteSpace(text))
        {
            open();
            WriteText(writer, isPrefill ? text.TrimEnd() : text, mark, extra);
        }
    }

    private static void WritePart(
        Utf8JsonWriter writer,
        ContentPart part,
        JsonElement? mark,
        bool isPrefill,
        Action open,
        string model
    )
    {
        switch (part.Type)
        {
            case "text":
                WriteTextIfAny(writer, part.Text, mark, part.AdditionalProperties, isPrefill, open);
                break;
            case "refusal":
                WriteTextIfAny(writer, RefusalOf(part), mark, null, isPrefill, open);
                break;
            case "image_url" when part.ImageUrl is { } image:
                open();
                WriteSource(writer, image.Url, "image", null, mark, part.AdditionalProperties, model);
                break;
            case "file" when part.File is { FileData: { } data } file:
                open();
                WriteSource(writer, data, "document", file.Filename, mark, part.AdditionalProperties, model);
                break;
            case "file" when part.File is { FileId: { } id } file:
                open();
                WriteFileId(writer, id, file, mark, part.AdditionalProperties, model);
                break;
            case "image_url" or "file":
                throw AnthropicErrors.Unsupported(model, "A part of a message has neither an address nor data.");
            case "input_audio":
                throw AnthropicErrors.Unsupported(model, "anthropic takes text, images and documents, but no audio.");
            default:
                // A block in Anthropic's own form.
                open();
                writer.WriteStartObject();
                writer.WriteString("type"u8, part.Type);
                if (part.Text is not null)
                {
                    writer.WriteString("text"u8, part.Text);
                }

                WriteRest(writer, mark, part.AdditionalProperties);
                break;
        }
    }

    private static string? RefusalOf(ContentPart part) =>
        part.Text
        ?? (
            part.AdditionalProperties is { } extra
            && extra.TryGetValue("refusal", out var refusal)
            && refusal.ValueKind == JsonValueKind.String
                ? refusal.GetString()
                : null
        );

    private static void WriteFileId(
        Utf8JsonWriter writer,
        string id,
        InputFile file,
        JsonElement? mark,
        ExtraFields? extra,
        string model
    )
    {
        if (id.Contains("://", StringComparison.Ordinal))
        {
            WriteSource(writer, id, "document", file.Filename, mark, extra, model);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("type"u8, "document"u8);
        writer.WriteStartObject("source"u8);
        writer.WriteString("type"u8, "file"u8);
        writer.WriteString("file_id"u8, id);
        writer.WriteEndObject();
        WriteTitle(writer, file.Filename, extra);
        WriteRest(writer, mark, extra, hasSource: true);
    }

    private static void WriteSource(
        Utf8JsonWriter writer,
        string url,
        string type,
        string? title,
        JsonElement? mark,
        ExtraFields? extra,
        string model
    )
    {
        writer.WriteStartObject();
        if (!DataUri.TryParse(url, out var data))
        {
            writer.WriteString("type"u8, type);
            writer.WriteStartObject("source"u8);
            if (url.Contains("://", StringComparison.Ordinal))
            {
                writer.WriteString("type"u8, "url"u8);
                writer.WriteString("url"u8, url);
            }
            else if (type == "document")
            {
                // Bare base64, which some clients send in place of a data URI.
                WriteBase64(writer, "application/pdf", url);
            }
            else
            {
                throw AnthropicErrors.Unsupported(model, "An image must be an https address or a data: URI.");
            }
        }
        else if (data.MediaType.StartsWith("image/", StringComparison.Ordinal))
        {
            type = "image";
            writer.WriteString("type"u8, "image"u8);
            writer.WriteStartObject("source"u8);
            WriteBase64(writer, data.MediaType == "image/jpg" ? "image/jpeg" : data.MediaType, data.ToBase64());
        }
        else if (data.MediaType == "application/pdf")
        {
            type = "document";
            writer.WriteString("type"u8, "document"u8);
            writer.WriteStartObject("source"u8);
            WriteBase64(writer, data.MediaType, data.ToBase64());
        }
        else if (data.MediaType.StartsWith("text/", StringComparison.Ordinal) || data.MediaType == "application/json")
        {
            type = "document";
            writer.WriteString("type"u8, "document"u8);
            writer.WriteStartObject("source"u8);
            writer.WriteString("type"u8, "text"u8);
            writer.WriteString("media_type"u8, "text/plain"u8);
            writer.WriteString(
                "data"u8,
                data.ToText() ?? throw AnthropicErrors.Unsupported(model, "A file's data: URI is not valid base64.")
            );
        }
        else
        {
            throw AnthropicErrors.Unsupported(model, "anthropic takes images, PDF and plain text, but no other files.");
        }

        writer.WriteEndObject();
        if (type == "document")
        {
            WriteTitle(writer, title, extra);
        }

        WriteRest(writer, mark, extra, hasSource: true);
    }

    private static void WriteBase64(Utf8JsonWriter writer, string mediaType, ReadOnlySpan<char> data)
    {
        writer.WriteString("type"u8, "base64"u8);
        writer.WriteString("media_type"u8, mediaType);
        writer.WriteString("data"u8, data);
    }

    private static void WriteTitle(Utf8JsonWriter writer, string? title, ExtraFields? extra)
    {
        if (!string.IsNullOrEmpty(title) && extra?.ContainsKey("title") != true)
        {
            writer.WriteString("title"u8, title);
        }
    }

    private static void WriteRest(Utf8JsonWriter writer, JsonElement? mark, ExtraFields? extra, bool hasSource = false)
    {
        if (mark is { } cacheControl && cacheControl.IsSomething())
        {
            writer.Write("cache_control", cacheControl);
        }

        foreach (var (name, value) in extra ?? [])
        {
            if (name != "source" || !hasSource)
            {
                writer.Write(name, value);
            }
        }

        writer.WriteEndObject();
    }
}
