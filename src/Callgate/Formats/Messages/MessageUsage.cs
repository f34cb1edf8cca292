using System.Text.Json;
using Callgate.Providers.Anthropic;
using Callgate.Wire;

namespace Callgate.Formats;

/// <summary>
/// Writes usage as Anthropic counts it, cached and written tokens beside the input: the way back of <see cref="AnthropicUsage"/>.
/// </summary>
internal static class MessageUsage
{
    public static void Write(Utf8JsonWriter json, Usage? usage)
    {
        var prompt = usage?.PromptTokensDetails;
        var (read, written) = (prompt?.CachedTokens, prompt?.CacheCreationTokens);
        json.WriteStartObject();
        json.WriteNumber("input_tokens"u8, Math.Max(0, (usage?.PromptTokens ?? 0) - (read ?? 0) - (written ?? 0)));
        WriteIfKnown(json, "cache_creation_input_tokens", written);
        WriteIfKnown(json, "cache_read_input_tokens", read);
        if (prompt?.CacheCreation1hTokens is { } hour)
        {
            json.WriteStartObject("cache_creation"u8);
            json.WriteNumber("ephemeral_5m_input_tokens"u8, Math.Max(0, (written ?? 0) - hour));
            json.WriteNumber("ephemeral_1h_input_tokens"u8, hour);
            json.WriteEndObject();
        }

        json.WriteNumber("output_tokens"u8, usage?.CompletionTokens ?? 0);
        if (usage?.CompletionTokensDetails?.ReasoningTokens is { } thinking)
        {
            json.WriteStartObject("output_tokens_details"u8);
            json.WriteNumber("thinking_tokens"u8, thinking);
            json.WriteEndObject();
        }

        foreach (var (name, value) in usage?.AdditionalProperties ?? [])
        {
            if (!IsWritten(name))
            {
                json.Write(name, value);
            }
        }

        json.WriteEndObject();
    }

    // Servers that count in both ways send Anthropic's names as fields that OpenAI's format doesn't know.
    private static bool IsWritten(string name) =>
        name
            is "input_tokens"
                or "output_tokens"
                or "cache_creation_input_tokens"
                or "cache_read_input_tokens"
                or "cache_creation"
                or "output_tokens_details";

    private static void WriteIfKnown(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }
}
