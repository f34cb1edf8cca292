namespace Callgate;

/// <summary>The service tier that a call is billed at.</summary>
public enum PriceTier
{
    /// <summary>The list price.</summary>
    Standard,

    /// <summary>The batch API: cheaper, answered within hours.</summary>
    Batch,

    /// <summary>Flex processing: cheaper and slower.</summary>
    Flex,

    /// <summary>Priority processing; on Anthropic's models the fast mode.</summary>
    Priority,
}
