namespace Callgate.Tests.Usage;

public class CostStatusTests
{
    private static readonly PriceContext Now = new() { At = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero) };

    private static readonly ModelPrice Price = new() { InputPerMillionTokens = 1, OutputPerMillionTokens = 2 };

    private static readonly TokenUsage Used = TokenUsage.FromReported(1_000_000, 1_000_000);

    private static Cost Compute(ModelPrice? price, TokenUsage? usage) => CostCalculator.Compute(price, usage, Now);

    [Fact]
    public void WithoutPriceOrUsage_UnpricedWithReason()
    {
        foreach (
            var cost in new[]
            {
                Compute(null, Used),
                Compute(Price, null),
                Compute(Price, TokenUsage.None),
                Compute(Price, TokenUsage.FromReported(0, 0)),
                Compute(new() { PerImage = 1 }, Used),
                Compute(new() { InputPerMillionTokens = 1 }, Used),
            }
        )
        {
            Assert.Null(cost.Total);
            Assert.Equal(CostStatus.Unpriced, cost.Status);
            Assert.False(string.IsNullOrEmpty(cost.Reason));
        }
    }

    [Theory]
    [InlineData(UsageSource.Reported, CostStatus.Computed)]
    [InlineData(UsageSource.Partial, CostStatus.Estimated)]
    [InlineData(UsageSource.Estimated, CostStatus.Estimated)]
    public void Source_DecidesTheStatus(UsageSource source, CostStatus status)
    {
        var cost = Compute(Price, Used with { Source = source });

        Assert.Equal(status, cost.Status);
        Assert.Equal(3m, cost.Total);
        Assert.Equal(status == CostStatus.Estimated, cost.Reason is not null);
    }

    [Fact]
    public void CorrectedReport_IsEstimated() =>
        Assert.Equal(CostStatus.Estimated, Compute(Price, TokenUsage.FromReported(10, 10, cachedTokens: 11)).Status);

    [Fact]
    public void UnpricedTool_IsEstimated()
    {
        var cost = Compute(Price, Used with { WebSearchCalls = 1 });

        Assert.Equal(CostStatus.Estimated, cost.Status);
        Assert.Contains("web search", cost.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void AbsurdFigures_NeverThrow()
    {
        var absurd = TokenUsage.FromReported(long.MaxValue, long.MaxValue);
        var dear = new ModelPrice { InputPerMillionTokens = decimal.MaxValue, OutputPerMillionTokens = 1 };

        Assert.Equal(CostStatus.Unpriced, Compute(Price, absurd).Status);
        Assert.Equal(CostStatus.Unpriced, Compute(dear, Used).Status);
        Assert.Equal(CostStatus.Unpriced, CostCalculator.Compute(Price, Used, null!).Status);
        Assert.Equal(CostStatus.Unpriced, Compute(Price, Used).Reprice(absurd).Status);
    }

    [Fact]
    public void Reported_Free_AndNegative()
    {
        Assert.Equal((1.5m, CostStatus.ReportedByProvider), (Cost.Reported(1.5m).Total, Cost.Reported(1.5m).Status));
        Assert.Equal((0m, CostStatus.Free), (Cost.Free("cache").Total, Cost.Free("cache").Status));
        Assert.Equal(CostStatus.Unpriced, Cost.Reported(-1).Status);
        Assert.Equal(Cost.Reported(2), Cost.Reported(2).Reprice(Used));
    }

    [Theory]
    [InlineData("flex", PriceTier.Flex)]
    [InlineData("Priority", PriceTier.Priority)]
    [InlineData("batch", PriceTier.Batch)]
    [InlineData("default", PriceTier.Standard)]
    [InlineData(null, PriceTier.Standard)]
    public void ServiceTier_IsReadFromItsName(string? name, PriceTier tier) =>
        Assert.Equal(tier, PriceContext.TierOf(name));

    [Fact]
    public void Sum_OfAttempts()
    {
        var computed = Compute(Price, Used);
        var estimated = Compute(Price, Used with { Source = UsageSource.Estimated });
        var unpriced = Cost.Unpriced("no usage");
        var refused = Cost.Free("refused");

        Assert.Equal((6m, CostStatus.Computed), Of(computed, refused, computed));
        Assert.Equal((6m, CostStatus.Estimated), Of(computed, estimated));
        Assert.Equal((3m, CostStatus.Estimated), Of(computed, unpriced));
        Assert.Equal((5m, CostStatus.Computed), Of(computed, Cost.Reported(2)));
        Assert.Equal((4m, CostStatus.ReportedByProvider), Of(Cost.Reported(2), Cost.Reported(2)));
        Assert.Equal((null, CostStatus.Unpriced), Of(unpriced, refused));
        Assert.Equal((0m, CostStatus.Free), Of(refused, refused));
        Assert.Equal((0m, CostStatus.Free), Of());
        Assert.Equal(CostStatus.Unpriced, Cost.Sum(Cost.Reported(decimal.MaxValue), Cost.Reported(1)).Status);
        Assert.Equal(computed.AppliedPrices, Cost.Sum(refused, computed).AppliedPrices);
        Assert.Equal(6m, Cost.Sum(computed, computed).Breakdown!.Total);

        static (decimal?, CostStatus) Of(params Cost[] costs)
        {
            var sum = Cost.Sum(costs);
            return (sum.Total, sum.Status);
        }
    }
}
