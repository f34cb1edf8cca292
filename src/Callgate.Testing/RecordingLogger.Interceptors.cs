using System.Runtime.CompilerServices;

namespace Callgate.Testing;

public sealed partial class RecordingLogger
{
    /// <inheritdoc />
    public override ValueTask<HookResult> LoggingHookAsync(LoggingContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        Record(index => new RecordedHook
        {
            Index = index,
            Hook = nameof(LoggingHookAsync),
            CallId = context.Call.LitellmCallId,
            Call = context.Call,
            Response = context.Response,
            Context = context,
        });
        return Continue;
    }

    /// <inheritdoc />
    public override ValueTask<HookResult> GetChatCompletionPromptAsync(
        PromptContext context,
        CancellationToken cancellationToken
    ) => Intercepted(context);

    /// <inheritdoc />
    public override ValueTask<HookResult> PreCallCheckAsync(
        PreCallCheckContext context,
        CancellationToken cancellationToken
    ) => Intercepted(context);

    /// <inheritdoc />
    public override ValueTask<HookResult> PreCallDeploymentHookAsync(
        PreCallDeploymentContext context,
        CancellationToken cancellationToken
    ) => Intercepted(context);

    /// <inheritdoc />
    public override ValueTask<HookResult> PostCallSuccessDeploymentHookAsync(
        PostCallSuccessDeploymentContext context,
        CancellationToken cancellationToken
    ) => Intercepted(context, response: context?.Response);

    /// <inheritdoc />
    public override ValueTask<HookResult> PostCallStreamingDeploymentHookAsync(
        PostCallStreamingDeploymentContext context,
        CancellationToken cancellationToken
    ) => Intercepted(context, chunk: context?.Chunk);

    /// <inheritdoc />
    public override ValueTask<IReadOnlyList<Deployment>> FilterDeploymentsAsync(
        FilterDeploymentsContext context,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(context);
        _ = Intercepted(context);
        return ValueTask.FromResult(context.HealthyDeployments);
    }

    /// <inheritdoc />
    public override ValueTask PostCallFailureDeploymentHookAsync(
        PostCallFailureDeploymentContext context,
        CancellationToken cancellationToken
    )
    {
        _ = Intercepted(context, exception: context?.Exception);
        return default;
    }

    /// <inheritdoc />
    public override ValueTask<bool> ShouldRunAgenticLoopAsync(
        AgenticLoopContext context,
        CancellationToken cancellationToken
    )
    {
        _ = Intercepted(context, response: context?.Response);
        return default;
    }

    /// <inheritdoc />
    public override ValueTask<AgenticLoopPlan?> BuildAgenticLoopPlanAsync(
        AgenticLoopContext context,
        CancellationToken cancellationToken
    )
    {
        _ = Intercepted(context, response: context?.Response);
        return default;
    }

    /// <inheritdoc />
    public override ValueTask<HookResult> PostAgenticLoopResponseHookAsync(
        AgenticLoopResponseContext context,
        CancellationToken cancellationToken
    ) => Intercepted(context, response: context?.Response);

    /// <inheritdoc />
    public override ValueTask AgenticLoopCleanupHookAsync(
        AgenticLoopCleanupContext context,
        CancellationToken cancellationToken
    )
    {
        _ = Intercepted(context, exception: context?.Exception);
        return default;
    }

    private HookResult Intercepted(
        HookContext? context,
        LlmResponse? response = null,
        LlmChunk? chunk = null,
        Exception? exception = null,
        [CallerMemberName] string hook = ""
    )
    {
        ArgumentNullException.ThrowIfNull(context);
        Record(index => new RecordedHook
        {
            Index = index,
            Hook = hook,
            CallId = context.LitellmCallId,
            Response = response,
            Chunk = chunk,
            Exception = exception,
            Context = context,
        });
        return Continue;
    }
}
