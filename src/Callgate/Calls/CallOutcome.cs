namespace Callgate;

/// <summary>How a call ended. Each call ends in exactly one.</summary>
public enum CallOutcome
{
    /// <summary>The provider answered in full.</summary>
    Completed,

    /// <summary>The cache answered.</summary>
    CacheHit,

    /// <summary>A hook answered.</summary>
    AnsweredByHook,

    /// <summary>Refused before a provider was asked, or by a hook: see <see cref="CallDetails.Rejection"/>.</summary>
    Rejected,

    /// <summary>The provider failed, and so did every retry and fallback.</summary>
    UpstreamFailed,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>The consumer broke off a stream.</summary>
    ClientAborted,

    /// <summary>The caller's token was cancelled.</summary>
    Cancelled,

    /// <summary>A stream was neither read to its end nor disposed.</summary>
    Abandoned,

    /// <summary>The process, or the client, ended in mid-call.</summary>
    Terminated,
}

/// <summary>Where and why a call was refused.</summary>
/// <param name="Stage">The pipeline's step: <c>shape</c>, <c>route</c>, <c>attempt</c>, <c>answer</c> …</param>
/// <param name="Reason">Why, in one sentence without content.</param>
public sealed record Rejection(string Stage, string Reason);
