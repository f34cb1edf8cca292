namespace Callgate;

/// <summary>How much search context a call asked for; Perplexity's fee per request depends on it.</summary>
public enum SearchContext
{
    /// <summary>The vendor's default.</summary>
    Low,

    /// <summary>A medium context.</summary>
    Medium,

    /// <summary>A large context.</summary>
    High,
}
