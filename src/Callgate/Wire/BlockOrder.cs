using System.Text.Json;

namespace Callgate.Wire;

/// <summary>
/// The blocks of an assistant's message in the order in which Anthropic's format has them. They hold while nobody has changed the
/// message: Anthropic wants its thinking back where it was.
/// </summary>
internal sealed record BlockOrder(JsonElement Blocks)
{
    private readonly List<object?> _parts = [];

    public static Message Keep(Message message, JsonElement blocks)
    {
        var order = new BlockOrder(blocks);
        order._parts.AddRange(PartsOf(message));
        return message with { BlockOrder = order };
    }

    /// <summary>Whether the message still says what the blocks say.</summary>
    public bool IsOf(Message message) => _parts.SequenceEqual(PartsOf(message), ReferenceEqualityComparer.Instance);

    private static object?[] PartsOf(Message message) =>
        [message.Content, message.ToolCalls, message.ThinkingBlocks, message.AdditionalProperties, message.Refusal];
}
