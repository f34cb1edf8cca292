namespace Callgate.Providers.Mock;

/// <summary>The mock's text: what it says, how it cuts it into chunks, how it counts its tokens.</summary>
internal static class MockText
{
    /// <summary>About four characters a token, and never none.</summary>
    public static long Tokens(long characters) => Math.Max(1, (characters + 3) / 4);

    /// <summary>The answer; null where tool calls stand in its place.</summary>
    public static string? Answer(MockRequest request, MockOptions options) =>
        options.Response ?? (options.ToolCalls.Count > 0 ? null : $"Hello from {request.Model} (mock).");

    /// <summary>The characters of the answer, calls included.</summary>
    public static long Length(MockRequest request, MockOptions options) =>
        (Answer(request, options)?.Length ?? 0)
        + options.ToolCalls.Sum(c => (long)(c.Function?.Name?.Length ?? 0) + (c.Function?.Arguments?.Length ?? 0));

    /// <summary>The tokens to report. What isn't set is estimated so that the parts fit into the whole.</summary>
    public static MockUsage Usage(MockRequest request, MockOptions options)
    {
        var answer = Length(request, options);
        var cached = options.CachedTokens ?? 0;
        var reasoning = options.ReasoningTokens ?? 0;
        return new MockUsage(
            options.PromptTokens ?? Math.Max(Tokens(request.PromptCharacters), cached),
            options.CompletionTokens ?? (Tokens(answer) * request.Choices) + reasoning,
            cached,
            reasoning
        );
    }

    /// <summary>Cuts text into pieces of at most <paramref name="size"/> characters; one that takes two code units stays whole.</summary>
    public static IEnumerable<string> Cut(string text, int size)
    {
        for (var start = 0; start < text.Length; )
        {
            var end = Math.Min(text.Length, start + Math.Max(1, size));
            if (end < text.Length && char.IsHighSurrogate(text[end - 1]) && char.IsLowSurrogate(text[end]))
            {
                end++;
            }

            yield return text[start..end];
            start = end;
        }
    }
}

/// <summary>Tokens to report: cached ones are part of the prompt's, reasoning is part of the completion's.</summary>
internal readonly record struct MockUsage(long Prompt, long Completion, long Cached, long Reasoning);
