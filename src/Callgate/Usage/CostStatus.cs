namespace Callgate;

/// <summary>How far a <see cref="Cost"/> can be trusted.</summary>
public enum CostStatus
{
    /// <summary>No amount is known; <see cref="Cost.Reason"/> says why.</summary>
    Unpriced,

    /// <summary>Reported usage multiplied by known prices.</summary>
    Computed,

    /// <summary>The provider's own figure.</summary>
    ReportedByProvider,

    /// <summary>The usage is partial, corrected or estimated, or a price had to be assumed.</summary>
    Estimated,

    /// <summary>Nothing is owed: answered from a cache, by a hook, or refused by the provider.</summary>
    Free,
}
