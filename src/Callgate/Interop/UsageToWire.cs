using System.Text.Json;
using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>
/// Token counts of any client of Microsoft.Extensions.AI on the wire. Clients agree on the properties but not on the names of the
/// additional counts; those that set the price (cached, written) are found under each name in use.
/// </summary>
internal static class UsageToWire
{
    public static Usage Map(UsageDetails details)
    {
        var rest = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, count) in details.AdditionalCounts ?? [])
        {
            rest[name] = count;
        }

        // Some clients hand on Anthropic's own counts, where the input tokens leave out the cached and the written ones.
        var apart = Take(rest, null, "CacheReadInputTokens", "cache_read_input_tokens");
        var cached = Take(rest, details.CachedInputTokenCount ?? apart, "InputTokenDetails.CachedTokenCount");
        var written = Take(
            rest,
            null,
            UsageFromWire.CacheCreation,
            "CacheCreationInputTokens",
            "cache_creation_input_tokens",
            "CacheWriteInputTokens"
        );
        var input = details.InputTokenCount ?? 0;
        if (details.CachedInputTokenCount is null && apart is { } read)
        {
            input += read + (written ?? 0);
        }

        var output = details.OutputTokenCount ?? 0;
        var promptDetails = new PromptTokensDetails
        {
            CachedTokens = cached,
            CacheCreationTokens = written,
            CacheCreation1hTokens = Take(rest, null, UsageFromWire.CacheCreation1h),
            AudioTokens = Take(rest, details.InputAudio(), "InputTokenDetails.AudioTokenCount"),
            ImageTokens = Take(rest, null, UsageFromWire.PromptImages, "InputTokenDetails.ImageTokenCount"),
            AdditionalProperties = TakeAll(rest, UsageFromWire.Prompt),
        };
        var completionDetails = new CompletionTokensDetails
        {
            ReasoningTokens = Take(rest, details.ReasoningTokenCount, "OutputTokenDetails.ReasoningTokenCount"),
            AudioTokens = Take(rest, details.OutputAudio(), "OutputTokenDetails.AudioTokenCount"),
            ImageTokens = Take(rest, null, UsageFromWire.CompletionImages),
            AcceptedPredictionTokens = Take(
                rest,
                null,
                UsageFromWire.Accepted,
                "OutputTokenDetails.AcceptedPredictionTokenCount"
            ),
            RejectedPredictionTokens = Take(
                rest,
                null,
                UsageFromWire.Rejected,
                "OutputTokenDetails.RejectedPredictionTokenCount"
            ),
            AdditionalProperties = TakeAll(rest, UsageFromWire.Completion),
        };
        return new Usage
        {
            PromptTokens = input,
            CompletionTokens = output,
            TotalTokens =
                input == (details.InputTokenCount ?? 0) ? details.TotalTokenCount ?? input + output : input + output,
            PromptTokensDetails = promptDetails == new PromptTokensDetails() ? null : promptDetails,
            CompletionTokensDetails = completionDetails == new CompletionTokensDetails() ? null : completionDetails,
            AdditionalProperties = TakeAll(rest, ""),
        };
    }

    /// <summary>The known count, else the first that stands under one of these names; taken from the rest, since a client may give both.</summary>
    private static long? Take(Dictionary<string, long> rest, long? known, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (rest.Remove(name, out var count))
            {
                known ??= count;
            }
        }

        return known;
    }

    private static ExtraFields? TakeAll(Dictionary<string, long> counts, string prefix)
    {
        ExtraFields? fields = null;
        foreach (var (name, count) in counts)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                counts.Remove(name);
                ((IDictionary<string, JsonElement>)(fields ??= new ExtraFields()))[name[prefix.Length..]] =
                    JsonSerializer.SerializeToElement(count, AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(long)));
            }
        }

        return fields;
    }
}
