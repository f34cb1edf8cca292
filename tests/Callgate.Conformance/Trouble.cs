namespace Callgate.Conformance;

/// <summary>What befalls a call from outside.</summary>
internal enum Trouble
{
    None,

    /// <summary>The caller's token is cancelled before the call begins.</summary>
    CancelledBefore,

    /// <summary>The caller's token is cancelled while the provider is silent.</summary>
    Cancelled,

    /// <summary>The clock passes the call's time limit while the provider is silent.</summary>
    TimeRunsOut,

    /// <summary>The client is disposed while the provider is silent.</summary>
    ClientDisposed,

    /// <summary>The consumer disposes the stream.</summary>
    BrokenOff,

    /// <summary>The consumer neither reads on nor disposes the stream.</summary>
    LeftUnread,
}
