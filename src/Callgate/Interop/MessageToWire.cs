using System.Text;
using System.Text.Json;
using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>
/// Messages of Microsoft.Extensions.AI as wire messages. One of theirs may become several of ours, since each tool result is a message of its own.
/// Usage, errors other than refusals, and contents of types that no provider's wire has are no part of a prompt and are left out.
/// </summary>
internal static class MessageToWire
{
    public static void Map(IEnumerable<ChatMessage> messages, List<Message> output)
    {
        foreach (var message in messages)
        {
            Map(message, output);
        }
    }

    /// <summary>What an assistant says in these messages, as one wire message.</summary>
    public static Message Answer(IEnumerable<ChatMessage> messages)
    {
        var draft = new Draft();
        var said = messages.Where(m => m.Role == ChatRole.Assistant).ToList();
        foreach (var content in said.SelectMany(m => m.Contents))
        {
            draft.Add(content);
        }

        return draft.ToMessage("assistant", said.LastOrDefault()) with
        {
            Annotations = Citations.ToWire(said.SelectMany(m => m.Contents)),
        };
    }

    private static void Map(ChatMessage message, List<Message> output)
    {
        var draft = new Draft();
        var hasResults = false;
        foreach (var content in message.Contents)
        {
            if (content is FunctionResultContent result)
            {
                // An assistant's message may hold its calls and their results, turn after turn; anyone else's results
                // answer the message before and must follow it directly.
                if (message.Role == ChatRole.Assistant && !draft.IsEmpty)
                {
                    output.Add(draft.ToMessage("assistant", message));
                    draft = new Draft();
                }

                output.Add(OfResult(result, message));
                hasResults = true;
            }
            else
            {
                draft.Add(content);
            }
        }

        if (!hasResults || !draft.IsEmpty)
        {
            // A tool message has room for one result only: what else it says, the user says.
            var role = hasResults && message.Role == ChatRole.Tool ? "user" : message.Role.Value;
            output.Add(draft.ToMessage(role, message));
        }
    }

    private static Message OfResult(FunctionResultContent result, ChatMessage message) =>
        new()
        {
            Role = "tool",
            ToolCallId = result.CallId,
            Content = ResultContent(result),
            Name = SafeName(message.AuthorName),
            AdditionalProperties = CarriedFields.Of(message.AdditionalProperties),
        };

    private static MessageContent ResultContent(FunctionResultContent result) =>
        result.Result switch
        {
            // The exception's own words may hold secrets; whoever wants the model to see them puts them into the result.
            null => result.Exception is null ? "" : "Error: Function failed.",
            string text => new MessageContent(text),
            JsonElement { ValueKind: JsonValueKind.String } text => text.GetString() ?? "",
            AIContent content => Content([content]),
            IEnumerable<AIContent> contents => Content(contents),
            var other => JsonValues.ToJson(other),
        };

    private static MessageContent Content(IEnumerable<AIContent> contents)
    {
        var draft = new Draft();
        foreach (var content in contents)
        {
            draft.Add(content);
        }

        return draft.Content ?? "";
    }

    /// <summary>OpenAI refuses names with spaces or other marks.</summary>
    private static string? SafeName(string? name)
    {
        if (name is null || name.All(IsSafe))
        {
            return string.IsNullOrEmpty(name) ? null : name;
        }

        var safe = string.Concat(name.Where(IsSafe));
        return safe.Length == 0 ? null : safe;

        static bool IsSafe(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';
    }

    private sealed class Draft
    {
        private readonly List<ContentPart> _parts = [];
        private List<ToolCall>? _calls;
        private List<ThinkingBlock>? _thinking;
        private StringBuilder? _reasoning;
        private string? _refusal;

        public bool IsEmpty =>
            _parts.Count == 0 && _calls is null && _thinking is null && _reasoning is null && _refusal is null;

        public MessageContent? Content =>
            _parts switch
            {
                [] => null,
                [{ Type: "text", CacheControl: null, AdditionalProperties: null }] => new MessageContent(
                    _parts[0].Text!
                ),
                _ => new MessageContent(_parts),
            };

        public void Add(AIContent content)
        {
            switch (content)
            {
                case FunctionCallContent call:
                    (_calls ??= []).Add(ToolCalls.ToWire(call));
                    break;
                case TextReasoningContent reasoning:
                    Add(reasoning);
                    break;
                case ErrorContent { ErrorCode: ContentFromWire.RefusalCode } refusal:
                    _refusal += refusal.Message;
                    break;
                default:
                    if (ContentToWire.Map(content) is { } part)
                    {
                        _parts.Add(part);
                    }

                    break;
            }
        }

        private void Add(TextReasoningContent reasoning)
        {
            if (reasoning.Text.Length > 0)
            {
                (_reasoning ??= new StringBuilder()).Append(reasoning.Text);
            }

            if (Thinking.ToWire(reasoning) is { } block)
            {
                (_thinking ??= []).Add(block);
            }
        }

        public Message ToMessage(string role, ChatMessage? source) =>
            new()
            {
                Role = role,
                Content = Content ?? (_calls is null && _refusal is null ? new MessageContent("") : null),
                Name = SafeName(source?.AuthorName),
                ToolCalls = _calls,
                Refusal = _refusal,
                ReasoningContent = _reasoning?.ToString(),
                ThinkingBlocks = _thinking,
                AdditionalProperties = CarriedFields.Of(source?.AdditionalProperties),
            };
    }
}
