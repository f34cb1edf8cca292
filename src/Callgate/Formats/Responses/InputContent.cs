using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats.Responses;

/// <summary>Reads the content of input items: text, or a list of parts.</summary>
internal static class InputContent
{
    /// <param name="content">A string, or a list of parts.</param>
    /// <param name="path">Where it stands in the request.</param>
    /// <param name="refuse">Takes what can't be translated.</param>
    public static MessageContent Read(JsonElement content, string path, Action<LlmException> refuse)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            return new MessageContent(content.GetString()!);
        }

        var parts = new List<ContentPart>();
        foreach (var (fields, at) in PartsOf(content, path))
        {
            if (ReadPart(fields, at, refuse) is { } part)
            {
                parts.Add(part);
            }
        }

        return ContentOf(parts);
    }

    /// <summary>Reads what an assistant said: its text, and its refusal.</summary>
    public static (IReadOnlyList<ContentPart> Parts, string? Refusal) ReadAnswer(
        JsonElement content,
        string path,
        Action<LlmException> refuse
    )
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            return ([ContentPart.FromText(content.GetString()!)], null);
        }

        var parts = new List<ContentPart>();
        var refusals = new List<string?>();
        foreach (var (fields, at) in PartsOf(content, path))
        {
            if (fields.String("type") == "refusal")
            {
                refusals.Add(fields.String("refusal"));
            }
            else if (ReadPart(fields, at, refuse) is { } part)
            {
                parts.Add(part);
            }
        }

        return (parts, refusals.Count == 0 ? null : string.Concat(refusals));
    }

    // One plain text is what most clients would have written as a string.
    public static MessageContent ContentOf(IReadOnlyList<ContentPart> parts) =>
        parts is [{ Type: "text", CacheControl: null, AdditionalProperties: null } only]
            ? new MessageContent(only.Text ?? "")
            : new MessageContent(parts);

    private static IEnumerable<(FieldReader Fields, string Path)> PartsOf(JsonElement content, string path)
    {
        if (content.ValueKind != JsonValueKind.Array)
        {
            throw FieldReader.WrongKind(path, content, "a string or an array of parts");
        }

        return content.EnumerateArray().Select((part, i) => (new FieldReader(part, $"{path}[{i}]"), $"{path}[{i}]"));
    }

    private static ContentPart? ReadPart(FieldReader fields, string path, Action<LlmException> refuse)
    {
        JsonElement? mark = fields.TryGet("cache_control", out var given) ? given : null;
        var type = fields.RequiredString("type");
        switch (type)
        {
            case "input_text" or "output_text" or "text":
                return new ContentPart
                {
                    Type = "text",
                    Text = fields.RequiredString("text"),
                    CacheControl = mark,
                    AdditionalProperties = fields.Rest(
                        "type",
                        "text",
                        "annotations",
                        "logprobs",
                        "cache_control",
                        "prompt_cache_breakpoint"
                    ),
                };
            case "input_image" when fields.String("image_url") is { Length: > 0 } url:
                // Only the Responses API can be asked for the original resolution.
                var detail = fields.String("detail") is "original" ? "high" : fields.String("detail");
                return ContentPart.FromImage(url, detail) with { CacheControl = mark };
            case "input_image":
                refuse(
                    ResponsesErrors.Invalid(
                        $"{path}.{(fields.Has("file_id") ? "file_id" : "image_url")}",
                        "An image must be given by its image_url, an address or a data: URI: this model's provider knows no uploaded files."
                    )
                );
                return null;
            case "input_file":
                return ReadFile(fields, path) with { CacheControl = mark };
            default:
                refuse(
                    ResponsesErrors.Invalid(
                        $"{path}.type",
                        $"Content of the type '{SafeText.Line(type)}' cannot be translated for this model: it takes input_text, input_image and input_file.",
                        "unsupported_value"
                    )
                );
                return null;
        }
    }

    private static ContentPart ReadFile(FieldReader fields, string path)
    {
        // An address goes where an uploaded file's id would: the chat format has no field of its own for it.
        var id = fields.String("file_id") ?? fields.String("file_url");
        var data = fields.String("file_data");
        return id is null && data is null
            ? throw ResponsesErrors.Invalid(path, $"'{path}' has neither file_data, file_url nor file_id.")
            : new ContentPart
            {
                Type = "file",
                File = new InputFile
                {
                    FileId = id,
                    FileData = data,
                    Filename = fields.String("filename"),
                },
            };
    }
}
