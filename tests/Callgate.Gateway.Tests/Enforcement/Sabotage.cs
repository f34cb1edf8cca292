namespace Callgate.Gateway.Tests.Enforcement;

/// <summary>What an interceptor does in place of its work.</summary>
public enum Sabotage
{
    /// <summary>Refuses the call, as it may.</summary>
    Refuses,

    /// <summary>Throws before it gives a task.</summary>
    Throws,

    /// <summary>Throws once it has waited.</summary>
    ThrowsLater,

    /// <summary>Never ends, whatever its token says.</summary>
    Hangs,

    /// <summary>Ends only when its token is cancelled.</summary>
    HangsUntilCancelled,

    /// <summary>Throws a cancellation that nobody asked for.</summary>
    Cancels,

    /// <summary>Gives null where something is due.</summary>
    GivesNull,

    /// <summary>Gives what the hook can't use.</summary>
    GivesAnotherType,

    /// <summary>Answers where no answer is due, or with one that fits another request.</summary>
    GivesAnAnswer,
}
