using System.Text.Json;
using System.Text.Json.Serialization;

namespace Callgate.Wire;

/// <summary>One part of a message's content.</summary>
public sealed record ContentPart : WireObject
{
    /// <summary><c>text</c>, <c>image_url</c>, <c>input_audio</c>, <c>file</c> or <c>refusal</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The text of a text part.</summary>
    public string? Text { get; init; }

    /// <summary>The image of an image part.</summary>
    public ImageUrl? ImageUrl { get; init; }

    /// <summary>The audio of an audio part.</summary>
    public InputAudio? InputAudio { get; init; }

    /// <summary>The file of a file part.</summary>
    public InputFile? File { get; init; }

    /// <summary>Anthropic's cache mark, e.g. <c>{"type":"ephemeral"}</c>.</summary>
    public JsonElement? CacheControl { get; init; }

    /// <summary>A text part.</summary>
    public static ContentPart FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ContentPart { Type = "text", Text = text };
    }

    /// <summary>An image by its address, or by a <c>data:</c> URI.</summary>
    public static ContentPart FromImage(string url, string? detail = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(url);
        return new ContentPart
        {
            Type = "image_url",
            ImageUrl = new ImageUrl { Url = url, Detail = detail },
        };
    }
}

/// <summary>An image's address.</summary>
public sealed record ImageUrl : WireObject
{
    /// <summary>An https address or a <c>data:</c> URI.</summary>
    public required string Url { get; init; }

    /// <summary><c>auto</c>, <c>low</c> or <c>high</c>.</summary>
    public string? Detail { get; init; }
}

/// <summary>Audio given to the model.</summary>
public sealed record InputAudio
{
    /// <summary>Base64.</summary>
    public required string Data { get; init; }

    /// <summary><c>wav</c> or <c>mp3</c>.</summary>
    public required string Format { get; init; }
}

/// <summary>A file given to the model.</summary>
public sealed record InputFile : WireObject
{
    /// <summary>A <c>data:</c> URI with the file's bytes.</summary>
    public string? FileData { get; init; }

    /// <summary>The id of an uploaded file.</summary>
    public string? FileId { get; init; }

    /// <summary>The file's name.</summary>
    public string? Filename { get; init; }
}
