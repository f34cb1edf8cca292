using Callgate.Wire;

namespace Callgate;

/// <summary>What <see cref="CustomLogger.BuildAgenticLoopPlanAsync"/> wants done about an answer.</summary>
public sealed record AgenticLoopPlan
{
    /// <summary>Whether to call again; false steps back, and the next handler is asked. Default true.</summary>
    public bool RunAgenticLoop { get; init; } = true;

    /// <summary>The rerun's request. It is final: no prompt is built from it again. Null: the same once more, past the cache.</summary>
    public ChatRequest? Request { get; init; }

    /// <summary>The answer that the caller gets in place of the one at hand. There is no rerun then.</summary>
    public ChatCompletion? ResponseOverride { get; init; }

    /// <summary>Ends the loop with the answer at hand; no other handler is asked.</summary>
    public bool Terminate { get; init; }

    /// <summary>Why, with <see cref="ResponseOverride"/> or <see cref="Terminate"/>: see <see cref="AgenticLoopCleanupContext.StopReason"/>.</summary>
    public string? StopReason { get; init; }

    /// <summary>Added to the rerun's metadata, in place of entries of the same name.</summary>
    public IReadOnlyDictionary<string, object?> Metadata { get; init; } = CallMetadata.Empty;
}
