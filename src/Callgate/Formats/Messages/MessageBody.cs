using System.Text.Json;
using Callgate.Providers.Anthropic;
using Callgate.Wire;

namespace Callgate.Formats;

/// <summary>Writes a chat completion as a message of Anthropic's: the way back of <see cref="AnthropicResponse"/>. Of several answers, the first.</summary>
internal static class MessageBody
{
    public static void Write(Utf8JsonWriter json, ChatCompletion completion, FormatContext context)
    {
        var choice = completion.Choices.Count > 0 ? completion.Choices[0] : new Choice();
        WriteHead(json, completion.Id, context);
        json.WriteStartArray("content"u8);
        if (choice.Message is { } message)
        {
            WriteContent(json, message, context);
        }

        json.WriteEndArray();
        WriteStop(json, choice.FinishReason, choice.AdditionalProperties, choice.Message?.ToolCalls is { Count: > 0 });
        json.WritePropertyName("usage"u8);
        MessageUsage.Write(json, completion.Usage);
        foreach (var (name, value) in completion.AdditionalProperties ?? [])
        {
            if (name is not ("type" or "role" or "content" or "stop_reason" or "stop_sequence" or "stop_details"))
            {
                json.Write(name, value);
            }
        }

        json.WriteEndObject();
    }

    /// <summary>Opens the message.</summary>
    public static void WriteHead(Utf8JsonWriter json, string? id, FormatContext context)
    {
        var isOwn = id?.StartsWith("msg_", StringComparison.Ordinal) == true;
        json.WriteStartObject();
        json.WriteString("id"u8, isOwn ? id : $"msg_{context.CallId}");
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("model"u8, context.Model);
    }

    /// <summary>Writes why the answer ended.</summary>
    public static void WriteStop(Utf8JsonWriter json, string? finishReason, ExtraFields? extra, bool hasCalls)
    {
        var sequence = TextOf(extra, "stop_sequence");
        json.WriteString("stop_reason"u8, StopReason(finishReason, TextOf(extra, "stop_reason"), sequence, hasCalls));
        json.WriteString("stop_sequence"u8, sequence);
        if (extra is not null && extra.TryGetValue("stop_details", out var details))
        {
            json.Write("stop_details", details);
        }
    }

    private static string StopReason(string? finishReason, string? own, string? sequence, bool hasCalls) =>
        (finishReason, own) switch
        {
            // Kept because OpenAI has no word for it; of other servers the field may hold anything.
            (_, "pause_turn" or "model_context_window_exceeded") => own,
            ("length", _) => "max_tokens",
            ("content_filter", _) => "refusal",
            // A forced call ends with "stop" at OpenAI, and a client that reads so would not run the tool.
            _ when hasCalls => "tool_use",
            _ => sequence is null ? "end_turn" : "stop_sequence",
        };

    private static string? TextOf(ExtraFields? extra, string name) =>
        extra is not null && extra.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static void WriteContent(Utf8JsonWriter json, Message message, FormatContext context)
    {
        if (message.ThinkingBlocks is { Count: > 0 } thinking)
        {
            foreach (var block in thinking)
            {
                WriteThinking(json, block);
            }
        }
        else if (!string.IsNullOrEmpty(message.ReasoningContent))
        {
            WriteThinking(json, new ThinkingBlock { Type = "thinking", Thinking = message.ReasoningContent });
        }

        foreach (var block in ListOf(message.AdditionalProperties, AnthropicResponse.OtherBlocks))
        {
            block.WriteTo(json);
        }

        WriteText(json, message);
        for (var i = 0; i < message.ToolCalls?.Count; i++)
        {
            var call = message.ToolCalls[i];
            WriteCallHead(json, call.Id ?? CallIdOf(context, i), call.Function?.Name, call.AdditionalProperties);
            json.WritePropertyName("input"u8);
            AnthropicTools.WriteInput(json, call.Function?.Arguments);
            json.WriteEndObject();
        }
    }

    private static void WriteText(Utf8JsonWriter json, Message message)
    {
        var text = message.Text + message.Refusal;
        if (text.Length == 0)
        {
            return;
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text);
        var citations = ListOf(message.AdditionalProperties, AnthropicResponse.Citations);
        if (citations.Count > 0)
        {
            json.WriteStartArray("citations"u8);
            foreach (var citation in citations)
            {
                citation.WriteTo(json);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>Writes a block of thinking that is whole. Another provider's has no signature, and Anthropic's clients expect the field.</summary>
    public static void WriteThinking(Utf8JsonWriter json, ThinkingBlock block)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, block.Type);
        if (block.Type == "redacted_thinking")
        {
            json.WriteString("data"u8, block.Data);
        }
        else
        {
            json.WriteString("thinking"u8, block.Thinking ?? "");
            json.WriteString("signature"u8, block.Signature ?? "");
        }

        json.WriteEndObject();
    }

    /// <summary>Opens a call of a tool, up to its input.</summary>
    public static void WriteCallHead(Utf8JsonWriter json, string id, string? name, ExtraFields? extra)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "tool_use"u8);
        json.WriteString("id"u8, id);
        json.WriteString("name"u8, name ?? "");
        if (extra is not null && extra.TryGetValue("caller", out var caller))
        {
            json.Write("caller", caller);
        }
        else
        {
            // The model itself; Anthropic's SDKs want to be told.
            json.WriteStartObject("caller"u8);
            json.WriteString("type"u8, "direct"u8);
            json.WriteEndObject();
        }

        if (extra is not null && extra.TryGetValue("toolset_name", out var toolset))
        {
            json.Write("toolset_name", toolset);
        }
    }

    /// <summary>The id of a call that came without one.</summary>
    public static string CallIdOf(FormatContext context, int index) => $"toolu_{context.CallId}_{index}";

    /// <summary>The blocks in Anthropic's own form that a field keeps. Other servers may use its name for something else.</summary>
    public static List<JsonElement> ListOf(ExtraFields? extra, string name) =>
        extra is not null && extra.TryGetValue(name, out var list) && list.ValueKind == JsonValueKind.Array
            ?
            [
                .. list.EnumerateArray()
                    .Where(e => e.ValueKind == JsonValueKind.Object && e.StringOf("type") is not null),
            ]
            : [];
}
