using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Providers.Anthropic;

/// <summary>Reads the turns of a Messages API request as messages in OpenAI's format: the way back of <see cref="AnthropicMessages"/>.</summary>
internal static class AnthropicMessageReader
{
    public static Message ReadSystem(JsonElement system) => Message.System(ReadContent(system));

    /// <summary>Reads a turn: one message, and before it one for each tool result in it.</summary>
    public static void Read(JsonElement turn, List<Message> messages)
    {
        var role =
            turn.ValueKind == JsonValueKind.Object && turn.StringOf("role") is { } given
                ? given
                : throw new JsonException("A message has no role.");
        if (!turn.TryGetProperty("content", out var content))
        {
            throw new JsonException("A message has no content.");
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            messages.Add(new Message { Role = role, Content = ReadContent(content) });
        }
        else if (role == "assistant")
        {
            messages.Add(ReadAssistant(content));
        }
        else
        {
            ReadUser(role, content, messages);
        }
    }

    private static void ReadUser(string role, JsonElement content, List<Message> messages)
    {
        var parts = new List<ContentPart>();
        foreach (var block in content.EnumerateArray())
        {
            if (block.StringOf("type") == "tool_result")
            {
                Flush();
                messages.Add(ReadToolResult(block));
            }
            else
            {
                parts.Add(ReadPart(block));
            }
        }

        Flush();

        void Flush()
        {
            if (parts.Count > 0)
            {
                messages.Add(new Message { Role = role, Content = ContentOf(parts) });
                parts = [];
            }
        }
    }

    private static Message ReadToolResult(JsonElement block) =>
        new()
        {
            Role = "tool",
            ToolCallId = block.StringOf("tool_use_id"),
            Content = block.TryGetProperty("content", out var content) ? ReadContent(content) : new MessageContent(""),
            AdditionalProperties = block.Rest("type", "tool_use_id", "content"),
        };

    private static Message ReadAssistant(JsonElement content)
    {
        var parts = new List<ContentPart>();
        var calls = new List<ToolCall>();
        var thinking = new List<ThinkingBlock>();
        var others = new List<JsonElement>();
        foreach (var block in content.EnumerateArray())
        {
            switch (block.StringOf("type"))
            {
                case "text":
                    parts.Add(ReadPart(block));
                    break;
                case "tool_use":
                    calls.Add(ReadCall(block));
                    break;
                case "thinking" or "redacted_thinking":
                    thinking.Add(
                        new ThinkingBlock
                        {
                            Type = block.StringOf("type")!,
                            Thinking = block.StringOf("thinking"),
                            Signature = block.StringOf("signature"),
                            Data = block.StringOf("data"),
                        }
                    );
                    break;
                default:
                    others.Add(block);
                    break;
            }
        }

        var reasoning = string.Concat(thinking.Select(t => t.Thinking));
        var message = new Message
        {
            Role = "assistant",
            Content = parts.Count == 0 ? null : ContentOf(parts),
            ToolCalls = calls.Count == 0 ? null : calls,
            ThinkingBlocks = thinking.Count == 0 ? null : thinking,
            ReasoningContent = reasoning.Length == 0 ? null : reasoning,
            AdditionalProperties =
                others.Count == 0
                    ? null
                    : new ExtraFields().With(AnthropicResponse.OtherBlocks, AnthropicResponse.ListOf(others)),
        };
        var order = content.EnumerateArray().Select(PlaceOf).ToList();
        return order.SequenceEqual(order.Order()) ? message : BlockOrder.Keep(message, content);
    }

    /// <summary>Where <see cref="AnthropicMessages"/> writes the blocks of this kind.</summary>
    private static int PlaceOf(JsonElement block) =>
        block.StringOf("type") switch
        {
            "thinking" or "redacted_thinking" => 0,
            "text" => 2,
            "tool_use" => 3,
            _ => 1,
        };

    private static ToolCall ReadCall(JsonElement block)
    {
        var input = block.TryGetProperty("input", out var given) && given.IsSomething() ? given.GetRawText() : "{}";
        var call = AnthropicResponse.Call(block, null, input);
        return block.TryGetProperty("cache_control", out var mark)
            ? call with
            {
                AdditionalProperties = (call.AdditionalProperties ?? new ExtraFields()).With("cache_control", mark),
            }
            : call;
    }

    private static MessageContent ReadContent(JsonElement content) =>
        content.ValueKind switch
        {
            JsonValueKind.String => new MessageContent(content.GetString()!),
            JsonValueKind.Array => ContentOf([.. content.EnumerateArray().Select(ReadPart)]),
            JsonValueKind.Null => new MessageContent(""),
            _ => throw new JsonException("content must be a string or a list of blocks."),
        };

    // One plain text is what most clients would have written as a string.
    private static MessageContent ContentOf(List<ContentPart> parts) =>
        parts is [{ Type: "text", CacheControl: null, AdditionalProperties: null } only]
            ? new MessageContent(only.Text ?? "")
            : new MessageContent(parts);

    private static ContentPart ReadPart(JsonElement block)
    {
        if (block.ValueKind != JsonValueKind.Object || block.StringOf("type") is not { } type)
        {
            throw new JsonException("A block has no type.");
        }

        JsonElement? mark = block.TryGetProperty("cache_control", out var given) && given.IsSomething() ? given : null;
        switch (type)
        {
            case "text":
                return new ContentPart
                {
                    Type = "text",
                    Text = block.StringOf("text"),
                    CacheControl = mark,
                    AdditionalProperties = block.Rest("type", "text", "cache_control"),
                };
            case "image" when UrlOf(block) is { } url:
                return new ContentPart
                {
                    Type = "image_url",
                    ImageUrl = new ImageUrl { Url = url },
                    CacheControl = mark,
                    AdditionalProperties = block.Rest("type", "source", "cache_control"),
                };
            case "document" when FileOf(block) is { } file:
                return new ContentPart
                {
                    Type = "file",
                    File = file,
                    CacheControl = mark,
                    AdditionalProperties = block.Rest("type", "source", "title", "cache_control"),
                };
            default:
                return new ContentPart
                {
                    Type = type,
                    Text = block.StringOf("text"),
                    CacheControl = mark,
                    AdditionalProperties = block.Rest("type", "text", "cache_control"),
                };
        }
    }

    private static InputFile? FileOf(JsonElement block)
    {
        var name = block.StringOf("title");
        if (!block.TryGet("source", JsonValueKind.Object, out var source))
        {
            return null;
        }

        return source.StringOf("type") switch
        {
            "file" => new InputFile { FileId = source.StringOf("file_id"), Filename = name },
            "url" => new InputFile { FileId = source.StringOf("url"), Filename = name },
            _ => UrlOf(block) is { } data ? new InputFile { FileData = data, Filename = name } : null,
        };
    }

    /// <summary>The address of what a block shows: its own, or its data as one.</summary>
    private static string? UrlOf(JsonElement block)
    {
        if (!block.TryGet("source", JsonValueKind.Object, out var source))
        {
            return null;
        }

        var data = source.StringOf("data");
        return source.StringOf("type") switch
        {
            "url" => source.StringOf("url"),
            "base64" when data is not null => $"data:{source.StringOf("media_type")};base64,{data}",
            "text" when data is not null =>
                $"data:{source.StringOf("media_type") ?? "text/plain"},{Uri.EscapeDataString(data)}",
            _ => null,
        };
    }
}
