using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>Parts of a message as contents of Microsoft.Extensions.AI. A part it has no type for is carried whole.</summary>
internal static class ContentFromWire
{
    public const string RefusalCode = "Refusal";

    public static void Map(MessageContent? content, IList<AIContent> output)
    {
        if (content?.Parts is { } parts)
        {
            foreach (var part in parts)
            {
                output.Add(Map(part));
            }
        }
        else if (content is { Text.Length: > 0 })
        {
            output.Add(new TextContent(content.Text));
        }
    }

    public static AIContent Map(ContentPart part)
    {
        var content = part switch
        {
            { Type: "text", Text: { } text } => new TextContent(text),
            { Type: "image_url", ImageUrl: { } image } => OfImage(image),
            { Type: "input_audio", InputAudio: { } audio } => OfAudio(audio),
            { Type: "file", File: { } file } => OfFile(file),
            { Type: "refusal" } when Refusal(part) is { } refusal => refusal,
            _ => null,
        };
        content ??= new AIContent();
        content.RawRepresentation = part;
        if (part.CacheControl is { } mark)
        {
            (content.AdditionalProperties ??= [])[CarriedFields.CacheControl] = mark;
        }

        CarriedFields.Attach(content, part.AdditionalProperties);
        return content;
    }

    public static ErrorContent OfRefusal(string refusal) => new(refusal) { ErrorCode = RefusalCode };

    private static ErrorContent? Refusal(ContentPart part) =>
        part.AdditionalProperties is { } extra
        && extra.TryGetValue("refusal", out var refusal)
        && refusal.ValueKind == JsonValueKind.String
            ? OfRefusal(refusal.GetString()!)
            : null;

    private static AIContent? OfImage(ImageUrl image)
    {
        AIContent? content = null;
        if (TryReadData(image.Url, out var data))
        {
            content = data;
        }
        else if (Uri.TryCreate(image.Url, UriKind.Absolute, out var address))
        {
            content = new UriContent(address, MediaTypes.OfImage(address));
        }

        if (content is not null && image.Detail is { } detail)
        {
            content.AdditionalProperties = new() { [CarriedFields.ImageDetail] = detail };
        }

        return content;
    }

    private static DataContent? OfAudio(InputAudio audio) =>
        TryReadData($"data:{MediaTypes.OfAudio(audio.Format)};base64,{audio.Data}", out var data) ? data : null;

    private static AIContent? OfFile(InputFile file)
    {
        if (file.FileData is { } bytes)
        {
            if (!TryReadData(bytes, out var data))
            {
                return null;
            }

            data.Name = file.Filename;
            return data;
        }

        if (string.IsNullOrEmpty(file.FileId))
        {
            return null;
        }

        if (
            file.FileId.Contains("://", StringComparison.Ordinal)
            && Uri.TryCreate(file.FileId, UriKind.Absolute, out var address)
        )
        {
            var format =
                file.AdditionalProperties is { } extra
                && extra.TryGetValue("format", out var value)
                && value.ValueKind == JsonValueKind.String
                    ? value.GetString()
                    : null;
            return new UriContent(address, format ?? MediaTypes.OfFile(address));
        }

        return new HostedFileContent(file.FileId) { Name = file.Filename };
    }

    private static bool TryReadData(string uri, [NotNullWhen(true)] out DataContent? data)
    {
        data = null;
        if (!uri.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        try
        {
            data = new DataContent(uri);
            // The bytes are decoded late; whether they can be is of interest now.
            _ = data.Data;
            return true;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            data = null;
            return false;
        }
    }
}
