namespace Callgate.Conformance;

/// <summary>How often a hook is to fire, and why.</summary>
/// <param name="Text">The rule, in words.</param>
/// <param name="Count">The rule.</param>
/// <param name="Never">Why it never fires for calls of a shape; null: it may.</param>
/// <param name="Pair">Of a sync/async pair of observers, which one it is.</param>
internal sealed record Rule(
    string Text,
    Func<Facts, Scenario, int> Count,
    Func<Shape, string?>? Never = null,
    PairPart Pair = PairPart.None
);

internal enum PairPart
{
    None,
    Sync,
    Async,
}

/// <summary>The rule of every hook, written from the design. A test compares them with <see cref="CustomLogger"/>.</summary>
internal static class Expectations
{
    public static IReadOnlyDictionary<string, Rule> Rules { get; } =
        new Dictionary<string, Rule>([
            .. Pair(
                nameof(CustomLogger.LogPreApiCall),
                nameof(CustomLogger.LogPreApiCallAsync),
                "each request to a provider",
                (f, _) => f.Sent
            ),
            .. Pair(
                nameof(CustomLogger.LogPostApiCall),
                nameof(CustomLogger.LogPostApiCallAsync),
                "each reply of a provider",
                (f, _) => f.Replied
            ),
            .. Pair(
                nameof(CustomLogger.LogStreamEvent),
                nameof(CustomLogger.LogStreamEventAsync),
                "each chunk that the consumer gets",
                (f, _) => f.ConsumerChunks,
                Unary
            ),
            .. Pair(
                nameof(CustomLogger.LogSuccessEvent),
                nameof(CustomLogger.LogSuccessEventAsync),
                "once, where the call succeeds",
                (f, s) => s.IsSuccess ? f.Calls : 0
            ),
            .. Pair(
                nameof(CustomLogger.LogFailureEvent),
                nameof(CustomLogger.LogFailureEventAsync),
                "once, where the call fails",
                (_, s) => s.IsSuccess ? 0 : 1
            ),
            Observer(
                nameof(CustomLogger.LogSuccessFallbackEventAsync),
                "each fallback that answers",
                (f, _) => f.AnsweredFallbacks
            ),
            Observer(
                nameof(CustomLogger.LogFailureFallbackEventAsync),
                "each fallback that fails",
                (f, _) => f.FailedFallbacks
            ),
            Observer(
                nameof(CustomLogger.LogModelGroupRateLimitErrorAsync),
                "each time that a group has no deployment left, or its only one is rate limited",
                (f, _) => f.RateLimits
            ),
            Observer(
                nameof(CustomLogger.LoggingHookAsync),
                "once, before the success or failure event",
                (f, _) => f.Calls
            ),
            Hook(
                nameof(CustomLogger.GetChatCompletionPromptAsync),
                "once",
                f => f.Shaped,
                s => s == Shape.Embedding ? "embeddings have no prompt" : null
            ),
            Hook(nameof(CustomLogger.FilterDeploymentsAsync), "each model group that is tried", f => f.Groups),
            Hook(nameof(CustomLogger.PreCallCheckAsync), "each deployment that is picked", f => f.Picked),
            Hook(
                nameof(CustomLogger.PreCallDeploymentHookAsync),
                "each deployment that is picked and that no check refuses",
                f => f.Checked
            ),
            Hook(
                nameof(CustomLogger.PostCallSuccessDeploymentHookAsync),
                "the unary answer",
                f => f.Answers,
                s => s == Shape.ChatStream ? "streams are seen chunk by chunk" : null
            ),
            Hook(
                nameof(CustomLogger.PostCallFailureDeploymentHookAsync),
                "each picked deployment that fails or is refused, unless the caller is gone",
                f => f.FailedTries
            ),
            Hook(
                nameof(CustomLogger.PostCallStreamingDeploymentHookAsync),
                "each chunk that the consumer's reading reaches; also the usage that the consumer didn't ask for",
                f => f.ProviderChunks,
                Unary
            ),
            Hook(
                nameof(CustomLogger.ShouldRunAgenticLoopAsync),
                "the answer, of the cache too, that nobody refused",
                f => f.GoodAnswers,
                NoLoop
            ),
            Hook(
                nameof(CustomLogger.BuildAgenticLoopPlanAsync),
                "each answer that the handler wants to rerun",
                f => f.Calls - 1,
                NoLoop
            ),
            Hook(
                nameof(CustomLogger.PostAgenticLoopResponseHookAsync),
                "the answer of each rerun that the handler planned",
                f => f.Calls - 1,
                NoLoop
            ),
            Hook(
                nameof(CustomLogger.AgenticLoopCleanupHookAsync),
                "once, where the handler wanted to rerun",
                f => f.Calls > 1 ? 1 : 0,
                NoLoop
            ),
            .. new[]
            {
                nameof(CustomLogger.PreCallHookAsync),
                nameof(CustomLogger.PreRequestHookAsync),
                nameof(CustomLogger.ModerationHookAsync),
                nameof(CustomLogger.PostCallSuccessHookAsync),
                nameof(CustomLogger.PostCallStreamingIteratorHook),
                nameof(CustomLogger.PostCallStreamingHookAsync),
                nameof(CustomLogger.PostCallFailureHookAsync),
                nameof(CustomLogger.PostCallResponseHeadersHookAsync),
                nameof(CustomLogger.FilterListedModelsAsync),
            }.Select(h => Hook(h, "gateway only", _ => 0, _ => "gateway only")),
        ]);

    /// <summary>How often the handler that overrides every hook is to see this one.</summary>
    public static int CountOf(string hook, Cell cell)
    {
        var rule = Rules[hook];
        return
            rule.Never?.Invoke(cell.Operation.Shape) is not null
            || cell.Entry.WhyNever(hook) is not null
            || rule.Pair == (cell.Operation.IsSync ? PairPart.Async : PairPart.Sync)
            ? 0
            : rule.Count(cell.Facts, cell.Scenario);
    }

    private static string? NoLoop(Shape shape) =>
        shape switch
        {
            Shape.ChatStream => "a stream is given before it is whole, too late to rerun it",
            Shape.Embedding => "embeddings have nothing to answer",
            _ => null,
        };

    private static string? Unary(Shape shape) => shape == Shape.ChatStream ? null : "unary calls have no chunks";

    private static KeyValuePair<string, Rule>[] Pair(
        string sync,
        string async,
        string text,
        Func<Facts, Scenario, int> count,
        Func<Shape, string?>? never = null
    ) =>
        [
            new(sync, Observer(sync, text, count).Value with { Never = never, Pair = PairPart.Sync }),
            new(async, Observer(async, text, count).Value with { Never = never, Pair = PairPart.Async }),
        ];

    private static KeyValuePair<string, Rule> Observer(string hook, string text, Func<Facts, Scenario, int> count) =>
        new(hook, new Rule(text, (f, s) => f.IsLogged ? count(f, s) : 0));

    private static KeyValuePair<string, Rule> Hook(
        string hook,
        string text,
        Func<Facts, int> count,
        Func<Shape, string?>? never = null
    ) => new(hook, new Rule(text, (f, _) => count(f), never));
}
