namespace Callgate;

/// <summary>Where the counts of a <see cref="TokenUsage"/> come from.</summary>
public enum UsageSource
{
    /// <summary>Nothing is known about the usage.</summary>
    None,

    /// <summary>The provider reported it for the whole answer.</summary>
    Reported,

    /// <summary>The provider reported a part of it, for instance before a stream was cut.</summary>
    Partial,

    /// <summary>It was counted locally, because the provider reported none.</summary>
    Estimated,
}
