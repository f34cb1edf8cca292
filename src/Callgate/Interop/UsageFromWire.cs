using System.Text.Json;
using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>Token counts for Microsoft.Extensions.AI. A count it has no property for is named by its path on the wire.</summary>
internal static class UsageFromWire
{
    public const string Prompt = "prompt_tokens_details.";
    public const string Completion = "completion_tokens_details.";
    public const string CacheCreation = Prompt + "cache_creation_tokens";
    public const string CacheCreation1h = Prompt + "cache_creation_1h_tokens";
    public const string PromptImages = Prompt + "image_tokens";
    public const string CompletionImages = Completion + "image_tokens";
    public const string Accepted = Completion + "accepted_prediction_tokens";
    public const string Rejected = Completion + "rejected_prediction_tokens";

    public static UsageDetails Map(Usage usage)
    {
        var details = new UsageDetails
        {
            InputTokenCount = usage.PromptTokens,
            OutputTokenCount = usage.CompletionTokens,
            TotalTokenCount = usage.TotalTokens,
            CachedInputTokenCount = usage.PromptTokensDetails?.CachedTokens,
            ReasoningTokenCount = usage.CompletionTokensDetails?.ReasoningTokens,
        };
        details.SetAudio(usage.PromptTokensDetails?.AudioTokens, usage.CompletionTokensDetails?.AudioTokens);
        Add(details, CacheCreation, usage.PromptTokensDetails?.CacheCreationTokens);
        Add(details, CacheCreation1h, usage.PromptTokensDetails?.CacheCreation1hTokens);
        Add(details, PromptImages, usage.PromptTokensDetails?.ImageTokens);
        Add(details, CompletionImages, usage.CompletionTokensDetails?.ImageTokens);
        Add(details, Accepted, usage.CompletionTokensDetails?.AcceptedPredictionTokens);
        Add(details, Rejected, usage.CompletionTokensDetails?.RejectedPredictionTokens);
        Add(details, Prompt, usage.PromptTokensDetails?.AdditionalProperties);
        Add(details, Completion, usage.CompletionTokensDetails?.AdditionalProperties);
        Add(details, "", usage.AdditionalProperties);
        return details;
    }

    private static void Add(UsageDetails details, string prefix, ExtraFields? extra)
    {
        foreach (var (name, value) in extra ?? [])
        {
            if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count))
            {
                Add(details, prefix + name, count);
            }
        }
    }

    private static void Add(UsageDetails details, string name, long? count)
    {
        if (count is { } number)
        {
            (details.AdditionalCounts ??= [])[name] = number;
        }
    }
}
