using System.Text.Json;
using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>Wire messages as messages of Microsoft.Extensions.AI.</summary>
internal static class MessageFromWire
{
    private const string ImagesField = "images";

    public static ChatMessage Map(Message message)
    {
        var images = Images(message.AdditionalProperties);
        var result = new ChatMessage
        {
            Role = new ChatRole(message.Role),
            AuthorName = message.Name,
            RawRepresentation = message,
            // The images travel as contents; carried as well, they would go back twice.
            AdditionalProperties = CarriedFields.Wrap(
                images.Count == 0
                    ? message.AdditionalProperties
                    : CarriedFields.Without(message.AdditionalProperties!, ImagesField)
            ),
        };
        if (message is { Role: "tool", ToolCallId: { } callId })
        {
            result.Contents.Add(
                new FunctionResultContent(callId, ResultOf(message.Content)) { RawRepresentation = message }
            );
            return result;
        }

        AddReasoning(message.ReasoningContent, message.ThinkingBlocks, result.Contents);
        ContentFromWire.Map(message.Content, result.Contents);
        Citations.FromWire(message.Annotations, result.Contents);
        foreach (var image in images)
        {
            result.Contents.Add(image);
        }

        if (!string.IsNullOrEmpty(message.Refusal))
        {
            result.Contents.Add(ContentFromWire.OfRefusal(message.Refusal));
        }

        foreach (var (position, call) in (message.ToolCalls ?? []).Index())
        {
            result.Contents.Add(ToolCalls.FromWire(call, position));
        }

        return result;
    }

    /// <summary>Providers that sign their reasoning send it twice, plain and in blocks: the blocks say more.</summary>
    public static void AddReasoning(string? plain, IReadOnlyList<ThinkingBlock>? blocks, IList<AIContent> output)
    {
        if (!string.IsNullOrEmpty(plain) && blocks?.Any(b => !string.IsNullOrEmpty(b.Thinking)) != true)
        {
            output.Add(new TextReasoningContent(plain));
        }

        foreach (var block in blocks ?? [])
        {
            if (!string.IsNullOrEmpty(block.Thinking) || block.Signature is not null || block.Data is not null)
            {
                output.Add(Thinking.FromWire(block));
            }
        }
    }

    /// <summary>Models that draw answer with <c>images</c> beside the content, as LiteLLM and OpenRouter have it.</summary>
    public static List<AIContent> Images(ExtraFields? extra)
    {
        var output = new List<AIContent>();
        if (extra is null || !extra.TryGetValue(ImagesField, out var images) || images.ValueKind != JsonValueKind.Array)
        {
            return output;
        }

        foreach (var image in images.EnumerateArray())
        {
            if (
                image.ValueKind == JsonValueKind.Object
                && image.TryGetProperty("image_url", out var address)
                && address.ValueKind == JsonValueKind.Object
                && address.TryGetProperty("url", out var url)
                && url.ValueKind == JsonValueKind.String
                && url.GetString() is { Length: > 0 } text
            )
            {
                output.Add(ContentFromWire.Map(ContentPart.FromImage(text)));
            }
        }

        return output;
    }

    private static object ResultOf(MessageContent? content)
    {
        if (content?.Parts is not { } parts)
        {
            return content?.Text ?? "";
        }

        var contents = new List<AIContent>(parts.Count);
        ContentFromWire.Map(content, contents);
        return contents;
    }
}
