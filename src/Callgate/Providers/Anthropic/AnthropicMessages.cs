using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Providers.Anthropic;

/// <summary>Writes a conversation in Anthropic's form: the system prompts apart, and turns of the user and the assistant in alternation.</summary>
internal static class AnthropicMessages
{
    /// <summary>Writes <c>system</c>.</summary>
    /// <returns>Whether there was anything to write.</returns>
    public static bool WriteSystem(Utf8JsonWriter writer, IReadOnlyList<Message> messages, bool instructJson)
    {
        // A conversation of nothing but system prompts is legal at OpenAI; here it needs a turn, and they become the user's.
        var hasTurns = messages.Any(m => !IsSystem(m));
        var isOpen = false;
        if (hasTurns)
        {
            foreach (var message in messages.Where(IsSystem))
            {
                WriteParts(message, Open);
            }
        }

        if (instructJson)
        {
            Open();
            AnthropicContent.WriteText(writer, AnthropicFormat.Instruction, null);
        }

        if (isOpen)
        {
            writer.WriteEndArray();
        }

        return isOpen;

        void Open()
        {
            if (!isOpen)
            {
                writer.WriteStartArray("system"u8);
                isOpen = true;
            }
        }

        void WriteParts(Message message, Action open) => AnthropicContent.Write(writer, message, open, false, "");
    }

    /// <summary>Writes <c>messages</c>.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<Message> messages, string model)
    {
        var all = messages.Any(m => !IsSystem(m)) ? [.. messages.Where(m => !IsSystem(m))] : messages;
        writer.WriteStartArray("messages"u8);
        var turn = new TurnWriter(writer);
        for (var i = 0; i < all.Count; i++)
        {
            if (all[i].Role == "assistant")
            {
                WriteAssistant(writer, turn, all[i], i, i == all.Count - 1, model);
                continue;
            }

            // Anthropic wants the tools' results before anything else in their turn.
            var end = i;
            while (end < all.Count && all[end].Role != "assistant")
            {
                end++;
            }

            for (var j = i; j < end; j++)
            {
                if (all[j].Role == "tool")
                {
                    WriteToolResult(writer, turn, all[j], model);
                }
            }

            for (var j = i; j < end; j++)
            {
                WriteUser(writer, turn, all[j], model);
            }

            i = end - 1;
        }

        turn.Close();
        writer.WriteEndArray();
    }

    /// <summary>Whether Anthropic would take this block back: one without its signature is another provider's, or a piece of one.</summary>
    public static bool CanBeGivenBack(ThinkingBlock block) =>
        block.Type == "redacted_thinking" ? block.Data is not null : !string.IsNullOrEmpty(block.Signature);

    private static bool IsSystem(Message message) => message.Role is "system" or "developer";

    private static void WriteUser(Utf8JsonWriter writer, TurnWriter turn, Message message, string model)
    {
        if (message.Role == "tool")
        {
            return;
        }

        if (message.Role != "user" && !IsSystem(message))
        {
            throw AnthropicErrors.Unsupported(
                model,
                "anthropic takes the roles system, developer, user, assistant and tool."
            );
        }

        AnthropicContent.Write(writer, message, turn.User, false, model);
    }

    private static void WriteToolResult(Utf8JsonWriter writer, TurnWriter turn, Message message, string model)
    {
        if (string.IsNullOrEmpty(message.ToolCallId))
        {
            throw AnthropicErrors.Unsupported(
                model,
                "A tool message needs the tool_call_id of the call that it answers."
            );
        }

        turn.User();
        writer.WriteStartObject();
        writer.WriteString("type"u8, "tool_result"u8);
        writer.WriteString("tool_use_id"u8, AnthropicTools.IdOf(message.ToolCallId));
        if (message.Content is { Parts: null } content)
        {
            if (content.Text.Length > 0)
            {
                writer.WriteString("content"u8, content.Text);
            }
        }
        else if (message.Content is not null)
        {
            var isOpen = false;
            AnthropicContent.Write(
                writer,
                message,
                () =>
                {
                    if (!isOpen)
                    {
                        writer.WriteStartArray("content"u8);
                        isOpen = true;
                    }
                },
                false,
                model,
                markOnOuter: true
            );
            if (isOpen)
            {
                writer.WriteEndArray();
            }
        }

        if (message.AdditionalProperties is { } extra)
        {
            foreach (var field in (ReadOnlySpan<string>)["is_error", "toolset_name", "cache_control"])
            {
                if (extra.TryGetValue(field, out var value))
                {
                    writer.Write(field, value);
                }
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteAssistant(
        Utf8JsonWriter writer,
        TurnWriter turn,
        Message message,
        int place,
        bool isLast,
        string model
    )
    {
        if (message.BlockOrder is { } order && order.IsOf(message))
        {
            foreach (var block in order.Blocks.EnumerateArray())
            {
                turn.Assistant();
                block.WriteTo(writer);
            }

            return;
        }

        foreach (var block in message.ThinkingBlocks ?? [])
        {
            if (CanBeGivenBack(block))
            {
                turn.Assistant();
                WriteThinking(writer, block);
            }
        }

        // Blocks of the server's own tools, which an earlier answer kept because OpenAI's format has no place for them.
        if (
            message.AdditionalProperties is { } extra
            && extra.TryGetValue(AnthropicResponse.OtherBlocks, out var others)
            && others.ValueKind == JsonValueKind.Array
        )
        {
            foreach (var block in others.EnumerateArray())
            {
                turn.Assistant();
                block.WriteTo(writer);
            }
        }

        var calls = message.ToolCalls ?? [];
        AnthropicContent.Write(
            writer,
            message,
            turn.Assistant,
            isLast && calls.Count == 0,
            model,
            markOnOuter: calls.Count > 0
        );
        if (message.Content is null && !string.IsNullOrWhiteSpace(message.Refusal))
        {
            turn.Assistant();
            AnthropicContent.WriteText(writer, message.Refusal, null);
        }

        for (var i = 0; i < calls.Count; i++)
        {
            turn.Assistant();
            var mark = i == calls.Count - 1 ? AnthropicContent.MarkOf(message) : null;
            AnthropicTools.WriteCall(writer, calls[i], $"call_{place}_{i}", mark, model);
        }
    }

    private static void WriteThinking(Utf8JsonWriter writer, ThinkingBlock block)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, block.Type);
        if (block.Type == "redacted_thinking")
        {
            writer.WriteString("data"u8, block.Data);
        }
        else
        {
            writer.WriteString("thinking"u8, block.Thinking ?? "");
            writer.WriteString("signature"u8, block.Signature);
        }

        writer.WriteEndObject();
    }

    /// <summary>Opens a turn when its first block comes, so that neighbours of one role become one turn and empty ones none.</summary>
    private sealed class TurnWriter(Utf8JsonWriter writer)
    {
        private string? _role;

        public void User() => Open("user");

        public void Assistant() => Open("assistant");

        private void Open(string role)
        {
            if (_role == role)
            {
                return;
            }

            Close();
            _role = role;
            writer.WriteStartObject();
            writer.WriteString("role"u8, role);
            writer.WriteStartArray("content"u8);
        }

        public void Close()
        {
            if (_role is not null)
            {
                writer.WriteEndArray();
                writer.WriteEndObject();
                _role = null;
            }
        }
    }
}
