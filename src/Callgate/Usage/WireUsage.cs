using Callgate.Calls;
using Callgate.Wire;

namespace Callgate;

/// <summary>Turns what a provider reported, or didn't, into token classes.</summary>
internal static class WireUsage
{
    public static TokenUsage Reported(Usage usage, UsageSource source = UsageSource.Reported)
    {
        var prompt = usage.PromptTokensDetails;
        var completion = usage.CompletionTokensDetails;
        var written1h = prompt?.CacheCreation1hTokens ?? 0;
        return TokenUsage.FromReported(
            usage.PromptTokens,
            usage.CompletionTokens,
            cachedTokens: prompt?.CachedTokens ?? 0,
            cacheWrite5m: (prompt?.CacheCreationTokens ?? 0) - written1h,
            cacheWrite1h: written1h,
            audioIn: prompt?.AudioTokens ?? 0,
            imageIn: prompt?.ImageTokens ?? 0,
            reasoningTokens: completion?.ReasoningTokens ?? 0,
            audioOut: completion?.AudioTokens ?? 0,
            imageOut: completion?.ImageTokens ?? 0,
            source: source
        );
    }

    /// <summary>The usage of a unary answer.</summary>
    public static TokenUsage Of(LlmRequest request, LlmResponse response) =>
        response.Usage is { } usage
            ? Reported(usage)
            : Estimate(request, TokenEstimator.Estimate(response.Text), UsageSource.Estimated);

    /// <summary>The usage of a stream, whole or cut.</summary>
    public static TokenUsage Of(Attempt attempt)
    {
        var stream = attempt.Stream!;
        if (stream.Usage is { } usage)
        {
            return Reported(usage);
        }

        // Told in full, though the chunk that carries it was not taken.
        if (attempt.Translator is { IsComplete: true, PartialUsage: { } whole })
        {
            return Reported(whole);
        }

        var written =
            stream.TextSoFar is { Length: > 0 } text && text.Length == stream.Characters
                ? TokenEstimator.Estimate(text)
                : (stream.Characters + 3) / 4;
        if (attempt.Translator?.PartialUsage is { } partial)
        {
            return Reported(
                partial with
                {
                    CompletionTokens = Math.Max(partial.CompletionTokens, written),
                },
                UsageSource.Partial
            );
        }

        return Estimate(attempt.Request, written, UsageSource.Estimated);
    }

    private static TokenUsage Estimate(LlmRequest request, long completionTokens, UsageSource source)
    {
        long prompt = 0;
        switch (request)
        {
            case ChatRequest chat:
                foreach (var message in chat.Messages)
                {
                    // Each message is framed by a few tokens of its own.
                    prompt += 4 + TokenEstimator.Estimate(message.Text);
                }

                break;
            case EmbeddingRequest embedding:
                foreach (var text in embedding.Input)
                {
                    prompt += TokenEstimator.Estimate(text);
                }

                break;
        }

        return TokenUsage.FromReported(prompt, completionTokens, source: source);
    }
}
