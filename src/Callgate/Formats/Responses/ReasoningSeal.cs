using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats.Responses;

/// <summary>
/// What a reasoning item's <c>encrypted_content</c> holds: the signature of a thinking block, or the content of a redacted one, so that the
/// blocks are whole again when a client gives the item back. The text itself is the item's summary.
/// </summary>
internal static class ReasoningSeal
{
    /// <summary>The field of a thinking block that keeps another provider's content.</summary>
    private const string Foreign = "encrypted_content";

    private const string Thinking = "callgate.thinking.";
    private const string Redacted = "callgate.redacted.";

    public static string? Of(ThinkingBlock block) =>
        block.Type == "redacted_thinking" ? Redacted + block.Data
        : !string.IsNullOrEmpty(block.Signature) ? Thinking + block.Signature
        : block.AdditionalProperties is { } extra
        && extra.TryGetValue(Foreign, out var sealedElsewhere)
        && sealedElsewhere.ValueKind == JsonValueKind.String
            ? sealedElsewhere.GetString()
        : null;

    /// <summary>Whether a request brings something back that was sealed here: nobody else can open it.</summary>
    public static bool IsIn(IEnumerable<JsonElement> input) =>
        input.Any(i =>
            ResponsesReader.TextOf(i, "type") == "reasoning"
            && ResponsesReader.TextOf(i, Foreign) is { } seal
            && !IsForeign(seal)
        );

    /// <summary>Whether no model but the one that made it can read it.</summary>
    public static bool IsForeign(string seal) =>
        !seal.StartsWith(Thinking, StringComparison.Ordinal) && !seal.StartsWith(Redacted, StringComparison.Ordinal);

    /// <summary>The block again.</summary>
    public static ThinkingBlock Open(string? seal, string? text) =>
        seal is null ? new ThinkingBlock { Type = "thinking", Thinking = text }
        : seal.StartsWith(Redacted, StringComparison.Ordinal)
            ? new ThinkingBlock { Type = "redacted_thinking", Data = seal[Redacted.Length..] }
        : seal.StartsWith(Thinking, StringComparison.Ordinal)
            ? new ThinkingBlock
            {
                Type = "thinking",
                Thinking = text,
                Signature = seal[Thinking.Length..],
            }
        : new ThinkingBlock
        {
            Type = "thinking",
            Thinking = text,
            AdditionalProperties = new ExtraFields().With(Foreign, seal),
        };
}
