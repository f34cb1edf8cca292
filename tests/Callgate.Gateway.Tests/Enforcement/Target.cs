using Callgate.Gateway.Endpoints;

namespace Callgate.Gateway.Tests.Enforcement;

/// <summary>An interceptor under test.</summary>
/// <param name="Hook">The hook.</param>
/// <param name="Stage">Where a refusal of it is put down; null where it refuses nothing.</param>
/// <param name="Requests">How many requests the provider may see of a call that it refuses.</param>
internal sealed record Target(Hooks Hook, string? Stage, Range Requests)
{
    /// <summary>What its failure does where the registration doesn't say.</summary>
    public OnHookFailure ByDefault { get; init; } = OnHookFailure.Deny;

    /// <summary>Whether it is called for such a call.</summary>
    public Func<InferenceRoute, bool, bool> Applies { get; init; } = (_, _) => true;

    /// <summary>Whether it looks at failures, so that the provider is to fail.</summary>
    public bool SeesFailures { get; init; }

    /// <summary>Whether it is called chunk by chunk, so that it may fail in mid-stream too.</summary>
    public bool SeesChunks { get; init; }

    /// <summary>What it can't do, by its signature.</summary>
    public IReadOnlyList<Sabotage> Impossible { get; init; } = [];

    private static bool Unary(InferenceRoute route, bool stream) => !stream;

    private static bool Streamed(InferenceRoute route, bool stream) => stream;

    /// <summary>The interceptors of calls. A test compares them with <see cref="CustomLogger"/>.</summary>
    public static IReadOnlyList<Target> All { get; } =
    [
        new(Hooks.PreCallHookAsync, "shape", 0..0),
        new(Hooks.PreRequestHookAsync, "shape", 0..0) { Applies = (r, _) => r.Format.Name == "messages" },
        new(Hooks.GetChatCompletionPromptAsync, "shape", 0..0) { Applies = (r, _) => !r.Format.IsEmbedding },
        // It runs beside the provider: what it refuses may be answered already, but not to the client.
        new(Hooks.ModerationHookAsync, "moderate", 0..1),
        new(Hooks.FilterDeploymentsAsync, "route", 0..0) { Impossible = [Sabotage.GivesAnAnswer] },
        new(Hooks.PreCallCheckAsync, "attempt", 0..0),
        new(Hooks.PreCallDeploymentHookAsync, "attempt", 0..0),
        new(Hooks.PostCallSuccessDeploymentHookAsync, "answer", 1..1) { Applies = Unary },
        new(Hooks.PostCallStreamingDeploymentHookAsync, "answer", 1..1) { Applies = Streamed, SeesChunks = true },
        new(Hooks.PostCallSuccessHookAsync, "answer", 1..1) { Applies = Unary },
        new(Hooks.PostCallStreamingIteratorHook, "answer", 1..1)
        {
            Applies = Streamed,
            SeesChunks = true,
            Impossible = [Sabotage.GivesAnAnswer],
        },
        new(Hooks.PostCallStreamingHookAsync, "answer", 1..1) { Applies = Streamed, SeesChunks = true },
        new(Hooks.PostCallResponseHeadersHookAsync, "answer", 1..1)
        {
            ByDefault = OnHookFailure.Allow,
            // No headers is what null means there.
            Impossible = [Sabotage.GivesNull, Sabotage.GivesAnAnswer],
        },
        // It puts the failure in other words, and the call has failed all the same.
        new(Hooks.PostCallFailureHookAsync, null, 1..1) { ByDefault = OnHookFailure.Allow, SeesFailures = true },
        new(Hooks.PostCallFailureDeploymentHookAsync, null, 1..1)
        {
            ByDefault = OnHookFailure.Allow,
            SeesFailures = true,
            Impossible = [Sabotage.Refuses, Sabotage.GivesNull, Sabotage.GivesAnotherType, Sabotage.GivesAnAnswer],
        },
    ];

    /// <summary>Interceptors that are put to the test elsewhere, and where.</summary>
    public static IReadOnlyDictionary<Hooks, string> Elsewhere { get; } =
        new Dictionary<Hooks, string>
        {
            [Hooks.LoggingHookAsync] = "runs off the call's path; the library's tests",
            [Hooks.ShouldRunAgenticLoopAsync] = "steers reruns, not the call; the library's tests",
            [Hooks.BuildAgenticLoopPlanAsync] = "steers reruns, not the call; the library's tests",
            [Hooks.PostAgenticLoopResponseHookAsync] = "steers reruns, not the call; the library's tests",
            [Hooks.AgenticLoopCleanupHookAsync] = "steers reruns, not the call; the library's tests",
            [Hooks.FilterListedModelsAsync] = "belongs to lists, not to calls; ListingEnforcementTests",
        };
}
