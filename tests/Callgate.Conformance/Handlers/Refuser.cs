namespace Callgate.Conformance.Handlers;

/// <summary>Refuses a call at one hook. Registered last, so that the recorders have seen the hook.</summary>
/// <param name="hook">The hook.</param>
/// <param name="at">The how-manieth time that it is called; from 1.</param>
internal sealed class Refuser(string hook, int at = 1) : CustomLogger
{
    private int _count;

    public override ValueTask<HookResult> GetChatCompletionPromptAsync(
        PromptContext context,
        CancellationToken cancellationToken
    ) => Decide(nameof(GetChatCompletionPromptAsync));

    public override ValueTask<IReadOnlyList<Deployment>> FilterDeploymentsAsync(
        FilterDeploymentsContext context,
        CancellationToken cancellationToken
    ) => ValueTask.FromResult(hook == nameof(FilterDeploymentsAsync) ? [] : context.HealthyDeployments);

    public override ValueTask<HookResult> PreCallCheckAsync(
        PreCallCheckContext context,
        CancellationToken cancellationToken
    ) => Decide(nameof(PreCallCheckAsync));

    public override ValueTask<HookResult> PreCallDeploymentHookAsync(
        PreCallDeploymentContext context,
        CancellationToken cancellationToken
    ) => Decide(nameof(PreCallDeploymentHookAsync));

    public override ValueTask<HookResult> PostCallSuccessDeploymentHookAsync(
        PostCallSuccessDeploymentContext context,
        CancellationToken cancellationToken
    ) => Decide(nameof(PostCallSuccessDeploymentHookAsync));

    public override ValueTask<HookResult> PostCallStreamingDeploymentHookAsync(
        PostCallStreamingDeploymentContext context,
        CancellationToken cancellationToken
    ) => Decide(nameof(PostCallStreamingDeploymentHookAsync));

    private HookResult Decide(string current) =>
        current == hook && ++_count == at ? Reject(403, "refused by the matrix") : Continue;
}
