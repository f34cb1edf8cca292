using System.Text.Json;
using Callgate.Providers.Anthropic;
using Callgate.Wire;

namespace Callgate.Providers.OpenAi;

/// <summary>The messages of <see cref="AnthropicToOpenAi"/>.</summary>
internal static class AnthropicToOpenAiMessages
{
    public static List<Message> Translate(IReadOnlyList<Message> messages)
    {
        var result = new List<Message>(messages.Count);
        var shown = new List<ContentPart>();
        foreach (var message in messages)
        {
            if (message.Role == "tool")
            {
                result.Add(ToolResult(message, shown));
                continue;
            }

            Show();
            result.Add(message.Role == "assistant" ? Assistant(message) : Plain(message));
        }

        Show();
        return result;

        // OpenAI's tools answer in text; what they show follows as the user's, once all of them have answered.
        void Show()
        {
            if (shown.Count > 0)
            {
                result.Add(Message.User(new MessageContent([.. shown])));
                shown.Clear();
            }
        }
    }

    private static Message Plain(Message message) =>
        message with
        {
            Content = message.Content is { } content ? Translate(content) : null,
            AdditionalProperties = null,
        };

    private static Message Assistant(Message message) =>
        new()
        {
            Role = message.Role,
            // A turn of nothing but thinking, which is Anthropic's to read, must still say something.
            Content =
                message.Content is { } content ? Translate(content)
                : message.ToolCalls is { Count: > 0 } ? null
                : new MessageContent(""),
            ToolCalls = message.ToolCalls is { } calls
                ? [.. calls.Select(c => c with { AdditionalProperties = null })]
                : null,
        };

    private static Message ToolResult(Message message, List<ContentPart> shown)
    {
        var parts = message.Content is { Parts: { } given } ? Translate(given) : null;
        var others = parts?.Where(p => p.Type != "text").ToList() ?? [];
        if (others.Count > 0)
        {
            shown.Add(ContentPart.FromText($"The tool call {message.ToolCallId} returned:"));
            shown.AddRange(others);
        }

        return new Message
        {
            Role = message.Role,
            ToolCallId = message.ToolCallId,
            Content = parts is null
                ? message.Content
                : new MessageContent(string.Join('\n', parts.Where(p => p.Type == "text").Select(p => p.Text))),
        };
    }

    private static MessageContent Translate(MessageContent content) =>
        content.Parts is { } parts ? new MessageContent(Translate(parts)) : content;

    private static List<ContentPart> Translate(IReadOnlyList<ContentPart> parts) => [.. parts.Select(Translate)];

    private static ContentPart Translate(ContentPart part) =>
        part switch
        {
            { Type: "text" } => new ContentPart { Type = "text", Text = part.Text ?? "" },
            { ImageUrl: { } image } => new ContentPart { Type = "image_url", ImageUrl = image },
            { File: { FileData: { } data } file } => FromFile(data, file),
            { File: { FileId: { } id } file } when !id.Contains("://", StringComparison.Ordinal) => new ContentPart
            {
                Type = "file",
                File = new InputFile { FileId = file.FileId },
            },
            _ => throw LlmException.Create(
                LlmErrorKind.BadRequest,
                $"A block of the type {SafeText.Line(part.File is null ? part.Type : "document")} in this form can't be given to this model's provider. Give it as text, or as base64.",
                new ErrorFacts(Param: "messages", Code: "invalid_request")
            ),
        };

    /// <summary>OpenAI takes PDF as a file; plain text is text.</summary>
    private static ContentPart FromFile(string data, InputFile file)
    {
        var isPlain =
            DataUri.TryParse(data, out var uri) && uri.MediaType.StartsWith("text/", StringComparison.Ordinal);
        return isPlain && uri.ToText() is { } text
            ? ContentPart.FromText(file.Filename is { } name ? $"{name}\n\n{text}" : text)
            : new ContentPart
            {
                Type = "file",
                File = new InputFile { FileData = data, Filename = file.Filename ?? "document.pdf" },
            };
    }
}
