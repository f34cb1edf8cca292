namespace Callgate;

/// <summary>The parts of a cost in USD; they sum to <see cref="Total"/>.</summary>
public sealed record CostBreakdown
{
    /// <summary>Uncached input of every modality, citations included.</summary>
    public decimal Input { get; init; }

    /// <summary>Output of every modality, without reasoning.</summary>
    public decimal Output { get; init; }

    /// <summary>Input read from the provider's prompt cache.</summary>
    public decimal CacheRead { get; init; }

    /// <summary>Input written to the provider's prompt cache.</summary>
    public decimal CacheCreation { get; init; }

    /// <summary>Reasoning tokens.</summary>
    public decimal Reasoning { get; init; }

    /// <summary>What is billed by image, megapixel, second, minute, character or page.</summary>
    public decimal Media { get; init; }

    /// <summary>Fees per request or query.</summary>
    public decimal Requests { get; init; }

    /// <summary>Calls of built-in tools.</summary>
    public decimal ToolUsage { get; init; }

    /// <summary>The sum of the parts.</summary>
    public decimal Total => Input + Output + CacheRead + CacheCreation + Reasoning + Media + Requests + ToolUsage;

    /// <summary>Adds part by part.</summary>
    /// <param name="left">One breakdown.</param>
    /// <param name="right">The other.</param>
    public static CostBreakdown operator +(CostBreakdown left, CostBreakdown right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new()
        {
            Input = left.Input + right.Input,
            Output = left.Output + right.Output,
            CacheRead = left.CacheRead + right.CacheRead,
            CacheCreation = left.CacheCreation + right.CacheCreation,
            Reasoning = left.Reasoning + right.Reasoning,
            Media = left.Media + right.Media,
            Requests = left.Requests + right.Requests,
            ToolUsage = left.ToolUsage + right.ToolUsage,
        };
    }
}
