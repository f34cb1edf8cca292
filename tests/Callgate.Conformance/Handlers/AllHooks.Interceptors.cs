namespace Callgate.Conformance.Handlers;

internal sealed partial class AllHooks
{
    public override ValueTask<HookResult> LoggingHookAsync(LoggingContext context, CancellationToken cancellationToken)
    {
        Note(context.Call);
        return Continue;
    }

    public override ValueTask<HookResult> GetChatCompletionPromptAsync(
        PromptContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override ValueTask<IReadOnlyList<Deployment>> FilterDeploymentsAsync(
        FilterDeploymentsContext context,
        CancellationToken cancellationToken
    )
    {
        Note(context);
        return ValueTask.FromResult(context.HealthyDeployments);
    }

    public override ValueTask<HookResult> PreCallCheckAsync(
        PreCallCheckContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override ValueTask<HookResult> PreCallDeploymentHookAsync(
        PreCallDeploymentContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override ValueTask<HookResult> PostCallSuccessDeploymentHookAsync(
        PostCallSuccessDeploymentContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override ValueTask PostCallFailureDeploymentHookAsync(
        PostCallFailureDeploymentContext context,
        CancellationToken cancellationToken
    )
    {
        Note(context);
        return default;
    }

    public override ValueTask<HookResult> PostCallStreamingDeploymentHookAsync(
        PostCallStreamingDeploymentContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    /// <summary>How many reruns it asks for.</summary>
    public int Reruns { get; set; }

    public override ValueTask<bool> ShouldRunAgenticLoopAsync(
        AgenticLoopContext context,
        CancellationToken cancellationToken
    )
    {
        Note(context);
        return ValueTask.FromResult(context.Depth < Reruns);
    }

    public override ValueTask<AgenticLoopPlan?> BuildAgenticLoopPlanAsync(
        AgenticLoopContext context,
        CancellationToken cancellationToken
    )
    {
        Note(context);
        return ValueTask.FromResult<AgenticLoopPlan?>(new AgenticLoopPlan());
    }

    public override ValueTask<HookResult> PostAgenticLoopResponseHookAsync(
        AgenticLoopResponseContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override ValueTask AgenticLoopCleanupHookAsync(
        AgenticLoopCleanupContext context,
        CancellationToken cancellationToken
    )
    {
        Note(context);
        return default;
    }

    public override ValueTask<HookResult> PreCallHookAsync(
        PreCallContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override ValueTask<HookResult> PreRequestHookAsync(
        PreRequestContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override ValueTask<HookResult> ModerationHookAsync(
        ModerationContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override ValueTask<HookResult> PostCallSuccessHookAsync(
        PostCallContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override IAsyncEnumerable<LlmChunk> PostCallStreamingIteratorHook(
        StreamContext context,
        IAsyncEnumerable<LlmChunk> chunks,
        CancellationToken cancellationToken
    )
    {
        Note(context);
        return chunks;
    }

    public override ValueTask<HookResult> PostCallStreamingHookAsync(
        StreamChunkContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override ValueTask<HookResult> PostCallFailureHookAsync(
        PostCallFailureContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override ValueTask<IReadOnlyDictionary<string, string>?> PostCallResponseHeadersHookAsync(
        ResponseHeadersContext context,
        CancellationToken cancellationToken
    )
    {
        Note(context);
        return default;
    }

    // No call's hook: it is asked for a list of models.
    public override ValueTask<IReadOnlyList<string>> FilterListedModelsAsync(
        FilterListedModelsContext context,
        CancellationToken cancellationToken
    ) => new(context.ModelNames);
}
