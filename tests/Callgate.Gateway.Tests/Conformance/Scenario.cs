using Callgate.Testing;

namespace Callgate.Gateway.Tests.Conformance;

/// <summary>How a call goes: what the provider does, what befalls the call, and what follows from it.</summary>
/// <param name="Name">Its column in the table.</param>
/// <param name="Outcome">How the call ends.</param>
/// <param name="About">One line that explains the column.</param>
/// <param name="Facts">What happens.</param>
internal sealed record Scenario(string Name, CallOutcome Outcome, string About, Func<Operation, Facts> Facts)
{
    public Setup Setup { get; init; }

    /// <summary>The provider's replies, one for each request; then it answers.</summary>
    public IReadOnlyList<FakeReply> Replies { get; init; } = [];

    /// <summary>When the client leaves.</summary>
    public Leaving Leaving { get; init; }

    /// <summary>The model in place of the operation's own.</summary>
    public Func<string, string> Model { get; init; } = m => m;

    /// <summary>Further fields of the body, by the model.</summary>
    public Func<string, string> Extra { get; init; } = _ => "";

    /// <summary>Headers of the request.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the key may call other models only.</summary>
    public bool IsKeyNarrow { get; init; }

    /// <summary>Whether the body breaks off.</summary>
    public bool IsBodyBroken { get; init; }

    /// <summary>Whether a stream that has begun ends in an error.</summary>
    public bool FailsInMidStream { get; init; }

    /// <summary>Whether the same call was made before.</summary>
    public bool IsPrimed { get; init; }

    /// <summary>Whether only streams can go this way.</summary>
    public bool IsForStreams { get; init; }

    public bool IsSuccess => Outcome is CallOutcome.Completed or CallOutcome.CacheHit or CallOutcome.AnsweredByHook;
}

/// <summary>When a client leaves.</summary>
internal enum Leaving
{
    Never,

    /// <summary>While the provider is silent.</summary>
    Before,

    /// <summary>In mid-stream, while the provider is silent.</summary>
    Half,

    /// <summary>In mid-stream, and the provider then goes on.</summary>
    HalfAndOn,
}
