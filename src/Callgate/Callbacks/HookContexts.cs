using Callgate.Wire;

namespace Callgate;

/// <summary>What every interceptor is told about the call. Immutable but for <see cref="Items"/>.</summary>
public abstract record HookContext
{
    /// <summary>The call's id.</summary>
    public string LitellmCallId { get; init; } = "";

    /// <summary>The operation, e.g. <c>completion</c> or <c>acompletion</c>.</summary>
    public string CallType { get; init; } = "";

    /// <summary>What the caller passed along.</summary>
    public IReadOnlyDictionary<string, object?> Metadata { get; init; } = CallMetadata.Empty;

    /// <summary>State that the hooks of one call pass on.</summary>
    public CallItems Items { get; init; } = new();
}

/// <summary>Given to <see cref="CustomLogger.GetChatCompletionPromptAsync"/>.</summary>
public sealed record PromptContext : HookContext
{
    /// <summary>The request; replace it with the finished prompt.</summary>
    public required ChatRequest Request { get; init; }

    /// <summary>The prompt's id, where the caller named one.</summary>
    public string? PromptId { get; init; }

    /// <summary>The values for the prompt's placeholders.</summary>
    public IReadOnlyDictionary<string, string> PromptVariables { get; init; } = new Dictionary<string, string>();
}

/// <summary>Given to <see cref="CustomLogger.FilterDeploymentsAsync"/>.</summary>
public sealed record FilterDeploymentsContext : HookContext
{
    /// <summary>The model group that was asked for.</summary>
    public required string Model { get; init; }

    /// <summary>The deployments that could answer. Return a subset.</summary>
    public required IReadOnlyList<Deployment> HealthyDeployments { get; init; }

    /// <summary>The request.</summary>
    public required LlmRequest Request { get; init; }
}

/// <summary>Given to <see cref="CustomLogger.PreCallCheckAsync"/>.</summary>
public sealed record PreCallCheckContext : HookContext
{
    /// <summary>The deployment that was picked.</summary>
    public required Deployment Deployment { get; init; }
}

/// <summary>Given to <see cref="CustomLogger.PreCallDeploymentHookAsync"/>.</summary>
public sealed record PreCallDeploymentContext : HookContext
{
    /// <summary>The request as it is about to be translated and sent.</summary>
    public required LlmRequest Request { get; init; }

    /// <summary>The deployment that was picked.</summary>
    public required Deployment Deployment { get; init; }
}

/// <summary>Given to <see cref="CustomLogger.PostCallSuccessDeploymentHookAsync"/>.</summary>
public sealed record PostCallSuccessDeploymentContext : HookContext
{
    /// <summary>The request that was sent.</summary>
    public required LlmRequest Request { get; init; }

    /// <summary>The deployment that answered.</summary>
    public required Deployment Deployment { get; init; }

    /// <summary>Its answer.</summary>
    public required LlmResponse Response { get; init; }
}

/// <summary>Given to <see cref="CustomLogger.PostCallFailureDeploymentHookAsync"/>.</summary>
public sealed record PostCallFailureDeploymentContext : HookContext
{
    /// <summary>The request that was sent.</summary>
    public required LlmRequest Request { get; init; }

    /// <summary>The deployment that failed.</summary>
    public required Deployment Deployment { get; init; }

    /// <summary>How it failed.</summary>
    public required Exception Exception { get; init; }

    /// <summary>How many fallbacks came before; 0 for the model that was asked for.</summary>
    public int FallbackDepth { get; init; }
}

/// <summary>Given to <see cref="CustomLogger.PostCallStreamingDeploymentHookAsync"/>.</summary>
public sealed record PostCallStreamingDeploymentContext : HookContext
{
    /// <summary>The request that was sent.</summary>
    public required LlmRequest Request { get; init; }

    /// <summary>The deployment that answers.</summary>
    public required Deployment Deployment { get; init; }

    /// <summary>The chunk.</summary>
    public required LlmChunk Chunk { get; init; }
}

/// <summary>Given to <see cref="CustomLogger.ShouldRunAgenticLoopAsync"/> and <see cref="CustomLogger.BuildAgenticLoopPlanAsync"/>.</summary>
public sealed record AgenticLoopContext : HookContext
{
    /// <summary>The request that was answered, with its messages and tools. Add to it for a rerun.</summary>
    public required ChatRequest Request { get; init; }

    /// <summary>The answer.</summary>
    public required ChatCompletion Response { get; init; }

    /// <summary>How many reruns came before; 0 for the caller's own call.</summary>
    public int Depth { get; init; }
}

/// <summary>Given to <see cref="CustomLogger.PostAgenticLoopResponseHookAsync"/>.</summary>
public sealed record AgenticLoopResponseContext : HookContext
{
    /// <summary>The rerun's request.</summary>
    public required ChatRequest Request { get; init; }

    /// <summary>The rerun's answer.</summary>
    public required ChatCompletion Response { get; init; }

    /// <summary>The plan that led to it.</summary>
    public required AgenticLoopPlan Plan { get; init; }

    /// <summary>Which rerun it is; from 1.</summary>
    public int Depth { get; init; }
}

/// <summary>Given to <see cref="CustomLogger.AgenticLoopCleanupHookAsync"/>. The id is that of the loop's last call.</summary>
public sealed record AgenticLoopCleanupContext : HookContext
{
    /// <summary>How many reruns there were.</summary>
    public int Depth { get; init; }

    /// <summary>Why the loop ended: a plan's own reason, <c>response_override</c>, <c>terminated</c>, <c>max_loops</c>, <c>repeated_tool_calls</c>, <c>failed</c>, or <c>completed</c> where nobody wanted to go on.</summary>
    public required string StopReason { get; init; }

    /// <summary>What the caller gets in place of an answer; null: an answer.</summary>
    public Exception? Exception { get; init; }
}

/// <summary>Given to <see cref="CustomLogger.LoggingHookAsync"/>: what all observers are about to see.</summary>
public sealed record LoggingContext
{
    /// <summary>The call.</summary>
    public required CallDetails Call { get; init; }

    /// <summary>Its answer; null on a failure.</summary>
    public LlmResponse? Response { get; init; }
}
