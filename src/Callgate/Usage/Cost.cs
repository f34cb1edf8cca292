namespace Callgate;

/// <summary>What a call cost in USD, how far the figure can be trusted, and how it came about.</summary>
/// <remarks>Immutable. <see cref="Total"/> is null exactly when <see cref="Status"/> is <see cref="CostStatus.Unpriced"/>.</remarks>
public sealed record Cost
{
    /// <summary>USD, not rounded.</summary>
    public decimal? Total { get; init; }

    /// <summary>How far the figure can be trusted.</summary>
    public CostStatus Status { get; init; }

    /// <summary>Why there is no figure, why it is estimated, or why nothing is owed.</summary>
    public string? Reason { get; init; }

    /// <summary>The parts, which sum to <see cref="Total"/>. Null where the figure wasn't computed here.</summary>
    public CostBreakdown? Breakdown { get; init; }

    /// <summary>The unit prices that were applied. Null where the figure wasn't computed here, or is a sum.</summary>
    public AppliedPrices? AppliedPrices { get; init; }

    /// <summary>The version of the catalogue that the prices are from. Null: an override, or no price.</summary>
    public string? CatalogueVersion => AppliedPrices?.CatalogueVersion;

    /// <summary>A cost that isn't known.</summary>
    /// <param name="reason">Why.</param>
    public static Cost Unpriced(string reason) => new() { Reason = reason };

    /// <summary>Nothing is owed.</summary>
    /// <param name="reason">Why, for instance <c>answered from the cache</c>.</param>
    public static Cost Free(string reason) =>
        new()
        {
            Total = 0,
            Status = CostStatus.Free,
            Reason = reason,
        };

    /// <summary>The provider's own figure. A negative one is taken for no figure.</summary>
    /// <param name="total">USD.</param>
    public static Cost Reported(decimal total) =>
        total < 0
            ? Unpriced("the provider reported a negative cost")
            : new() { Total = total, Status = CostStatus.ReportedByProvider };

    /// <summary>The cost of the same prices for another usage; of the usage it was computed from, the same figure.</summary>
    /// <remarks>A cost without <see cref="AppliedPrices"/> is returned as it is.</remarks>
    /// <param name="usage">What was used.</param>
    public Cost Reprice(TokenUsage usage) =>
        AppliedPrices is null ? this : CostCalculator.Compute(AppliedPrices, usage);

    /// <summary>The cost of a call from those of its attempts.</summary>
    /// <remarks>
    /// The sum of what is known; it is <see cref="CostStatus.Estimated"/> where only some of the attempts are priced,
    /// and unpriced where none is. An attempt that the provider refused is <see cref="Free(string)"/>.
    /// </remarks>
    /// <param name="costs">The costs of the attempts.</param>
    public static Cost Sum(params IEnumerable<Cost> costs)
    {
        ArgumentNullException.ThrowIfNull(costs);
        var all = costs.ToList();
        if (all.Count == 1)
        {
            return all[0];
        }
        var owed = all.FindAll(static cost => cost.Status != CostStatus.Free);
        if (owed.Count == 0)
        {
            return Free(all.Find(static cost => cost.Reason is not null)?.Reason ?? "nothing was called");
        }
        var priced = owed.FindAll(static cost => cost.Total is not null);
        if (priced.Count == 0)
        {
            return owed[0];
        }
        try
        {
            return SumOf(owed, priced);
        }
        catch (OverflowException)
        {
            return Unpriced("the sum is too large");
        }
    }

    private static Cost SumOf(List<Cost> owed, List<Cost> priced)
    {
        var missing = owed.Count - priced.Count;
        var doubtful = priced.Find(static cost => cost.Status == CostStatus.Estimated);
        var status =
            missing > 0 || doubtful is not null ? CostStatus.Estimated
            : priced.TrueForAll(static cost => cost.Status == CostStatus.ReportedByProvider)
                ? CostStatus.ReportedByProvider
            : CostStatus.Computed;
        return new()
        {
            Total = priced.Sum(static cost => cost.Total),
            Status = status,
            Reason =
                missing > 0
                    ? $"{missing} of {owed.Count} attempts not included: {owed.Find(static cost => cost.Total is null)!.Reason}"
                    : doubtful?.Reason,
            Breakdown = priced.TrueForAll(static cost => cost.Breakdown is not null)
                ? priced.Select(static cost => cost.Breakdown!).Aggregate(static (a, b) => a + b)
                : null,
            AppliedPrices = priced.Count == 1 && missing == 0 ? priced[0].AppliedPrices : null,
        };
    }
}
