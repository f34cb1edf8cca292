namespace Callgate.Conformance.Entries;

/// <summary>What holds wherever another client makes the calls.</summary>
internal static class Observing
{
    private static readonly HashSet<string> s_steering =
    [
        nameof(CustomLogger.GetChatCompletionPromptAsync),
        nameof(CustomLogger.FilterDeploymentsAsync),
        nameof(CustomLogger.PreCallCheckAsync),
        nameof(CustomLogger.PreCallDeploymentHookAsync),
        nameof(CustomLogger.PostCallSuccessDeploymentHookAsync),
        nameof(CustomLogger.PostCallFailureDeploymentHookAsync),
        nameof(CustomLogger.PostCallStreamingDeploymentHookAsync),
        nameof(CustomLogger.ShouldRunAgenticLoopAsync),
        nameof(CustomLogger.BuildAgenticLoopPlanAsync),
        nameof(CustomLogger.PostAgenticLoopResponseHookAsync),
        nameof(CustomLogger.AgenticLoopCleanupHookAsync),
    ];

    private static readonly HashSet<string> s_routing =
    [
        nameof(CustomLogger.LogSuccessFallbackEventAsync),
        nameof(CustomLogger.LogFailureFallbackEventAsync),
        nameof(CustomLogger.LogModelGroupRateLimitErrorAsync),
    ];

    public static string? WhyNever(string hook) =>
        s_steering.Contains(hook) ? "observed only: another client makes the call"
        : s_routing.Contains(hook) ? "observed only: another client routes the call"
        : null;

    public static string? WhyNot(Scenario scenario) =>
        scenario.NeedsOwnClient ? "observed only: retries, fallbacks, the cache and refusals are the other client's"
        : scenario.Trouble == Trouble.CancelledBefore
            ? "observed only: whether a call begins that is cancelled already, the other client decides"
        : null;

    /// <summary>The other client's consumer gets the usage too.</summary>
    public static Facts Adapt(Facts facts) =>
        facts.ProviderChunks == Wires.ProviderChunks ? facts with { ConsumerChunks = facts.ProviderChunks } : facts;

    /// <summary>The model as the other client names it, which knows one provider only.</summary>
    public static string ModelOf(Stage stage) => stage.Model["openai/".Length..];
}
