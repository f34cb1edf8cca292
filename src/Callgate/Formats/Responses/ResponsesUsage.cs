using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats.Responses;

/// <summary>Token counts in the words of the Responses API, both ways.</summary>
internal static class ResponsesUsage
{
    public static void Write(Utf8JsonWriter json, Usage? usage)
    {
        if (usage is null)
        {
            json.WriteNull("usage"u8);
            return;
        }

        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, usage.PromptTokens);
        json.WriteStartObject("input_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.PromptTokensDetails?.CachedTokens ?? 0);
        json.WriteNumber("cache_write_tokens"u8, usage.PromptTokensDetails?.CacheCreationTokens ?? 0);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, usage.CompletionTokens);
        json.WriteStartObject("output_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, usage.CompletionTokensDetails?.ReasoningTokens ?? 0);
        json.WriteEndObject();
        // Some servers count no total.
        var total = usage.TotalTokens == 0 ? usage.PromptTokens + usage.CompletionTokens : usage.TotalTokens;
        json.WriteNumber("total_tokens"u8, total);
        json.WriteEndObject();
    }

    public static Usage? Read(JsonElement response)
    {
        if (!response.TryGetProperty("usage", out var usage) || usage.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var input = Count(usage, "input_tokens") ?? 0;
        var output = Count(usage, "output_tokens") ?? 0;
        var cached = Detail(usage, "input_tokens_details", "cached_tokens");
        var written = Detail(usage, "input_tokens_details", "cache_write_tokens");
        var reasoning = Detail(usage, "output_tokens_details", "reasoning_tokens");
        return new Usage
        {
            PromptTokens = input,
            CompletionTokens = output,
            TotalTokens = Count(usage, "total_tokens") ?? input + output,
            PromptTokensDetails =
                cached is null && written is null
                    ? null
                    : new PromptTokensDetails { CachedTokens = cached, CacheCreationTokens = written },
            CompletionTokensDetails = reasoning is null
                ? null
                : new CompletionTokensDetails { ReasoningTokens = reasoning },
        };
    }

    private static long? Detail(JsonElement usage, string details, string name) =>
        usage.TryGetProperty(details, out var inner) && inner.ValueKind == JsonValueKind.Object
            ? Count(inner, name)
            : null;

    private static long? Count(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt64(out var count)
            ? count
            : null;
}
