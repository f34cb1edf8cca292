using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>Text, images, audio and files of Microsoft.Extensions.AI as parts of a message.</summary>
internal static class ContentToWire
{
    /// <summary>The part; null for a content that no part can hold.</summary>
    public static ContentPart? Map(AIContent content)
    {
        var part = content switch
        {
            TextContent text => ContentPart.FromText(text.Text),
            DataContent data => OfData(data),
            UriContent uri => OfUri(uri),
            HostedFileContent file => new ContentPart
            {
                Type = "file",
                File = new InputFile { FileId = file.FileId, Filename = file.Name },
            },
            _ => content.RawRepresentation as ContentPart,
        };
        return part is null || content.AdditionalProperties is not { Count: > 0 } properties
            ? part
            : part with
            {
                CacheControl = CarriedFields.Element(properties, CarriedFields.CacheControl) ?? part.CacheControl,
                AdditionalProperties = CarriedFields.Of(properties) ?? part.AdditionalProperties,
            };
    }

    private static ContentPart OfData(DataContent data)
    {
        if (data.HasTopLevelMediaType("image"))
        {
            return ContentPart.FromImage(
                data.Uri,
                CarriedFields.Text(data.AdditionalProperties, CarriedFields.ImageDetail)
            );
        }

        if (data.HasTopLevelMediaType("audio"))
        {
            return new ContentPart
            {
                Type = "input_audio",
                InputAudio = new InputAudio
                {
                    Data = data.Base64Data.ToString(),
                    Format = MediaTypes.AudioFormat(data.MediaType),
                },
            };
        }

        // OpenAI refuses inline bytes without a name.
        var name = data.Name ?? (data.MediaType == "application/pdf" ? "file.pdf" : "file");
        return new ContentPart
        {
            Type = "file",
            File = new InputFile { FileData = data.Uri, Filename = name },
        };
    }

    private static ContentPart OfUri(UriContent content)
    {
        var address = content.Uri.OriginalString;
        if (content.HasTopLevelMediaType("image"))
        {
            return ContentPart.FromImage(
                address,
                CarriedFields.Text(content.AdditionalProperties, CarriedFields.ImageDetail)
            );
        }

        // OpenAI's format has no field for the address of a file; LiteLLM puts it where the id goes, with its media type.
        return new ContentPart
        {
            Type = "file",
            File = new InputFile
            {
                FileId = address,
                AdditionalProperties = new ExtraFields().With("format", content.MediaType),
            },
        };
    }
}
