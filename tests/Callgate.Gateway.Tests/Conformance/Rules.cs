namespace Callgate.Gateway.Tests.Conformance;

/// <summary>How often a hook is to fire, and why.</summary>
/// <param name="Text">The rule, in words.</param>
/// <param name="Count">The rule; null: once or more.</param>
internal sealed record Rule(string Text, Func<Facts, Cell, int?> Count)
{
    /// <summary>Why it never fires for calls of a shape; null: it may.</summary>
    public Func<Shape, string?> Never { get; init; } = _ => null;
}

/// <summary>The rule of every hook, written from the design. A test compares them with <see cref="Hooks"/>.</summary>
internal static class Rules
{
    /// <summary>The chunks of the answer on either wire, its usage included.</summary>
    private const int ProviderChunks = 8;

    /// <summary>Of an answer that is given as a stream, and came whole: the text, and the end.</summary>
    private const int ReplayedChunks = 2;

    public static IReadOnlyDictionary<Hooks, Rule> All { get; } =
        new Dictionary<Hooks, Rule>
        {
            [Hooks.LogPreApiCallAsync] = new("each request to a provider", (f, _) => f.Sent),
            [Hooks.LogPostApiCallAsync] = new("each reply of a provider", (f, _) => f.Replied),
            [Hooks.LogStreamEventAsync] = new(
                "each chunk that the client gets; the usage among them where its format has it",
                (f, c) =>
                    f.ShownChunks switch
                    {
                        Chunks.All when f.IsAnswered => ProviderChunks - (HasUsage(c) ? 0 : 1),
                        Chunks.All => ReplayedChunks + (HasUsage(c) ? 1 : 0),
                        // The first is refused.
                        Chunks.First => 0,
                        var shown => Of(shown),
                    }
            )
            {
                Never = NoStream,
            },
            [Hooks.LogSuccessEventAsync] = new("once, where the call succeeds", (_, c) => c.Scenario.IsSuccess ? 1 : 0),
            [Hooks.LogFailureEventAsync] = new("once, where the call fails", (_, c) => c.Scenario.IsSuccess ? 0 : 1),
            [Hooks.LogSuccessFallbackEventAsync] = new("each fallback that answers", (f, _) => f.AnsweredFallbacks),
            [Hooks.LogFailureFallbackEventAsync] = new("each fallback that fails", (_, _) => 0),
            [Hooks.LogModelGroupRateLimitErrorAsync] = new(
                "each time that a group's only deployment is rate limited",
                (f, _) => f.RateLimits
            ),
            [Hooks.LoggingHookAsync] = new("once, before the success or failure event", (_, _) => 1),
            [Hooks.PreCallHookAsync] = new("once, for a request that may come in", (f, _) => f.PreCalls),
            [Hooks.PreRequestHookAsync] = new(
                "once, for a request to /v1/messages that the pre-call hooks let through",
                (f, c) => c.Operation.Route.Format.Name == "messages" ? f.Shaped : 0
            )
            {
                Never = NoPrompt,
            },
            [Hooks.GetChatCompletionPromptAsync] = new("once", (f, _) => f.Shaped) { Never = NoPrompt },
            [Hooks.ModerationHookAsync] = new("once, beside the provider or the cache", (f, _) => f.Moderated),
            [Hooks.FilterDeploymentsAsync] = new("each model group that is tried", (f, _) => f.Groups),
            [Hooks.PreCallCheckAsync] = new("each deployment that is picked", (f, _) => f.Sent),
            [Hooks.PreCallDeploymentHookAsync] = new("each deployment that is picked", (f, _) => f.Sent),
            [Hooks.PostCallSuccessDeploymentHookAsync] = new(
                "the provider's unary answer",
                (f, _) => f.IsAnswered ? 1 : 0
            )
            {
                Never = NoUnary,
            },
            [Hooks.PostCallFailureDeploymentHookAsync] = new(
                "each deployment that fails, or whose stream is refused, unless the client is gone",
                (f, _) => f.FailedTries
            ),
            [Hooks.PostCallStreamingDeploymentHookAsync] = new(
                "each chunk of the provider, its usage included",
                (f, _) => f.ProviderChunks == Chunks.All ? ProviderChunks : Of(f.ProviderChunks)
            )
            {
                Never = NoStream,
            },
            [Hooks.ShouldRunAgenticLoopAsync] = new("the answer, whoever gave it", (f, _) => f.IsShown ? 1 : 0)
            {
                Never = s => NoUnary(s) ?? (s == Shape.Embedding ? "embeddings have nothing to answer" : null),
            },
            [Hooks.BuildAgenticLoopPlanAsync] = Never("each answer that the handler wants to rerun"),
            [Hooks.PostAgenticLoopResponseHookAsync] = Never("the answer of each rerun"),
            [Hooks.AgenticLoopCleanupHookAsync] = Never("once, where the handler wanted to rerun"),
            [Hooks.PostCallSuccessHookAsync] = new("the unary answer, whoever gave it", (f, _) => f.IsShown ? 1 : 0)
            {
                Never = NoUnary,
            },
            [Hooks.PostCallStreamingIteratorHook] = new(
                "once, around the stream, whoever gives it",
                (f, _) => f.IsShown ? 1 : 0
            )
            {
                Never = NoStream,
            },
            [Hooks.PostCallStreamingHookAsync] = new(
                "each chunk on its way to the client, the usage included",
                (f, c) =>
                    f.ShownChunks switch
                    {
                        Chunks.All when f.IsAnswered => ProviderChunks,
                        Chunks.All => ReplayedChunks + (HasUsage(c) ? 1 : 0),
                        var shown => Of(shown),
                    }
            )
            {
                Never = NoStream,
            },
            [Hooks.PostCallFailureHookAsync] = new(
                "once, where the client is told of a failure",
                (f, _) => f.IsToldFailure ? 1 : 0
            ),
            [Hooks.PostCallResponseHeadersHookAsync] = new(
                "once, before the answer or the failure",
                (f, _) => f.HasHeaders ? 1 : 0
            ),
            [Hooks.FilterListedModelsAsync] = Never("each list of models: not a call"),
        };

    /// <summary>How often the counting handler is to see a hook; null: once or more.</summary>
    public static int? CountOf(Hooks hook, Cell cell)
    {
        var rule = All[hook];
        return rule.Never(cell.Operation.Shape) is not null || (cell.Watch == Watch.Observers && !IsObserver(hook))
            ? 0
            : rule.Count(cell.Facts, cell);
    }

    public static bool IsObserver(Hooks hook) =>
        hook.ToString().StartsWith("Log", StringComparison.Ordinal) && hook != Hooks.LoggingHookAsync;

    /// <summary>Formats that have the usage in each stream. OpenAI's clients would have to ask for it.</summary>
    private static bool HasUsage(Cell cell) => cell.Operation.Route.Format.Name is "messages" or "responses";

    private static int? Of(Chunks chunks) =>
        chunks switch
        {
            Chunks.None => 0,
            Chunks.First => 1,
            _ => null,
        };

    private static Rule Never(string text) => new(text, (_, _) => 0);

    private static string? NoPrompt(Shape shape) => shape == Shape.Embedding ? "embeddings have no prompt" : null;

    private static string? NoStream(Shape shape) => shape == Shape.Stream ? null : "unary calls have no chunks";

    private static string? NoUnary(Shape shape) => shape == Shape.Stream ? "streams are seen chunk by chunk" : null;
}
