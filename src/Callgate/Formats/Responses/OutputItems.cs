using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats.Responses;

/// <summary>The items of a whole answer: reasoning, then what is said, then calls.</summary>
internal sealed class OutputItems(ResponsesEnvelope envelope)
{
    /// <summary>The field of a message, and of a chunk's delta, for items that have no place in the chat format.</summary>
    public const string Others = "output_items";

    private readonly List<OutputItem> _items = [];

    public IReadOnlyList<OutputItem> All => _items;

    /// <summary>The items of a choice, in their last state.</summary>
    public static IReadOnlyList<OutputItem> Of(Choice? choice, string status, ResponsesEnvelope envelope)
    {
        var items = new OutputItems(envelope);
        if (choice?.Message is { } message)
        {
            items.Fill(message, choice.Logprobs);
        }

        foreach (var item in items._items)
        {
            item.Status = OutputItem.Completed;
        }

        if (items._items is [.., var last])
        {
            last.Status = status;
        }

        return items._items;
    }

    public ReasoningOutput AddReasoning() => Add(new ReasoningOutput(NextId("rs"), _items.Count));

    public MessageOutput AddMessage() => Add(new MessageOutput(NextId("msg"), _items.Count));

    public CallOutput AddCall(string? callId, string name)
    {
        var isCustom = envelope.CustomTools.Contains(name);
        var id = NextId(isCustom ? "ctc" : "fc");
        return Add(
            new CallOutput(id, _items.Count, string.IsNullOrEmpty(callId) ? $"call_{id}" : callId, name, isCustom)
        );
    }

    public OtherOutput AddOther(JsonElement item) =>
        Add(new OtherOutput(StoredItems.IdOf(item) ?? NextId("item"), _items.Count, item));

    public static IEnumerable<JsonElement> OthersOf(ExtraFields? fields) => ListOf(fields, Others);

    public static IEnumerable<JsonElement> ListOf(ExtraFields? fields, string name) =>
        fields is not null && fields.TryGetValue(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray()
            : [];

    private void Fill(Message message, JsonElement? logprobs)
    {
        if (message.ThinkingBlocks is { Count: > 0 } blocks)
        {
            foreach (var block in blocks)
            {
                var item = AddReasoning();
                item.Text.Append(block.Thinking);
                item.Seal = ReasoningSeal.Of(block);
            }
        }
        else if (!string.IsNullOrEmpty(message.ReasoningContent))
        {
            AddReasoning().Text.Append(message.ReasoningContent);
        }

        foreach (var other in OthersOf(message.AdditionalProperties))
        {
            AddOther(other);
        }

        if (message.Text.Length > 0 || !string.IsNullOrEmpty(message.Refusal))
        {
            FillMessage(AddMessage(), message, logprobs);
        }

        foreach (var call in message.ToolCalls ?? [])
        {
            AddCall(call.Id, call.Function?.Name ?? "").Arguments.Append(call.Function?.Arguments);
        }
    }

    private static void FillMessage(MessageOutput item, Message message, JsonElement? logprobs)
    {
        if (message.Text.Length > 0)
        {
            var part = new OutputPart(isRefusal: false);
            part.Text.Append(message.Text);
            part.Logprobs.AddRange(OutputPart.TokensOf(logprobs));
            if (message.Annotations is { ValueKind: JsonValueKind.Array } annotations)
            {
                part.Annotations.AddRange(annotations.EnumerateArray());
            }

            item.Parts.Add(part);
        }

        if (!string.IsNullOrEmpty(message.Refusal))
        {
            var part = new OutputPart(isRefusal: true);
            part.Text.Append(message.Refusal);
            item.Parts.Add(part);
        }
    }

    private T Add<T>(T item)
        where T : OutputItem
    {
        _items.Add(item);
        return item;
    }

    private string NextId(string prefix) => StoredItems.OutputId(prefix, envelope.ResponseId, _items.Count);
}
