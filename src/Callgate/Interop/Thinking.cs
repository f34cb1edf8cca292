using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>Reasoning that a provider signed, both ways. It must go back unchanged, or the provider refuses the next turn.</summary>
internal static class Thinking
{
    public static TextReasoningContent FromWire(ThinkingBlock block)
    {
        var content = new TextReasoningContent(block.Thinking ?? "")
        {
            ProtectedData = block.Signature ?? block.Data,
            RawRepresentation = block,
        };
        if (block.Data is not null)
        {
            content.AdditionalProperties = new() { [CarriedFields.Redacted] = true };
        }

        CarriedFields.Attach(content, block.AdditionalProperties);
        return content;
    }

    /// <summary>The block; null for reasoning without a signature, which a provider would not take back.</summary>
    public static ThinkingBlock? ToWire(TextReasoningContent content)
    {
        if (
            content.RawRepresentation is ThinkingBlock raw
            && (raw.Thinking ?? "") == content.Text
            && (raw.Signature ?? raw.Data) == content.ProtectedData
        )
        {
            return raw;
        }

        if (string.IsNullOrEmpty(content.ProtectedData))
        {
            return null;
        }

        var extra = CarriedFields.Of(content.AdditionalProperties);
        return content.Text.Length == 0 && IsRedacted(content.AdditionalProperties)
            ? new ThinkingBlock
            {
                Type = "redacted_thinking",
                Data = content.ProtectedData,
                AdditionalProperties = extra,
            }
            : new ThinkingBlock
            {
                Type = "thinking",
                Thinking = content.Text,
                Signature = content.ProtectedData,
                AdditionalProperties = extra,
            };
    }

    /// <summary>Ours or the official Anthropic SDK's mark: nothing else tells a redacted block from one whose text is left out.</summary>
    private static bool IsRedacted(AdditionalPropertiesDictionary? properties) =>
        CarriedFields.Flag(properties, CarriedFields.Redacted)
        || CarriedFields.Flag(properties, "anthropic:redacted_thinking");
}
