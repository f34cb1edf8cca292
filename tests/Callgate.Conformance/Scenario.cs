using Callgate.Testing;

namespace Callgate.Conformance;

/// <summary>How a call goes: what the provider does, what befalls the call, and what follows from it.</summary>
/// <param name="Name">Its column in the table.</param>
/// <param name="Outcome">How the call ends.</param>
/// <param name="About">One line that explains the column.</param>
/// <param name="Facts">What happens.</param>
internal sealed record Scenario(string Name, CallOutcome Outcome, string About, Func<Shape, Facts> Facts)
{
    /// <summary>The provider's replies, one for each request.</summary>
    public Func<Shape, FakeReply[]> Replies { get; init; } = s => [Wires.Answer(s)];

    /// <summary>Sets the client up.</summary>
    public Action<LlmClientOptions, Shape> Arrange { get; init; } = (_, _) => { };

    /// <summary>What goes along with the call.</summary>
    public CallOptions Options { get; init; } = new();

    /// <summary>The hook that refuses the call; null: none.</summary>
    public string? RefusedAt { get; init; }

    /// <summary>The chunk that the refusal is for; from 1.</summary>
    public int RefusedChunk { get; init; } = 1;

    /// <summary>Why this can't happen to a call of this shape; null: it can.</summary>
    public Func<Shape, string?> WhyNot { get; init; } = _ => null;

    /// <summary>How many reruns the handler that overrides every hook asks for.</summary>
    public int Reruns { get; init; }

    /// <summary>What befalls the call.</summary>
    public Trouble Trouble { get; init; }

    /// <summary>After how many chunks.</summary>
    public int TroubleAfter { get; init; }

    /// <summary>Whether the request names nothing to answer.</summary>
    public bool IsRequestEmpty { get; init; }

    /// <summary>Whether the same call was made before, so that the cache has its answer.</summary>
    public bool IsCached { get; init; }

    /// <summary>Whether retries, fallbacks, the cache or hooks in the call's path are needed, which only a client of ours has.</summary>
    public bool NeedsOwnClient { get; init; }

    public bool IsSuccess => Outcome is CallOutcome.Completed or CallOutcome.CacheHit or CallOutcome.AnsweredByHook;

    public override string ToString() => Name;
}
