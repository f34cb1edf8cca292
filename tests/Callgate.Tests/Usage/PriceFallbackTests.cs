namespace Callgate.Tests.Usage;

/// <summary>What holds where a price list has a gap.</summary>
public class PriceFallbackTests
{
    private static readonly ModelPrice Price = new()
    {
        InputPerMillionTokens = 4,
        OutputPerMillionTokens = 20,
        CachedInputPerMillionTokens = 1,
        CacheWrite5mPerMillionTokens = 5,
        CacheWrite1hPerMillionTokens = 8,
        InputAudioPerMillionTokens = 40,
        OutputAudioPerMillionTokens = 80,
        ReasoningPerMillionTokens = 30,
        RegionalMultiplier = 1.1m,
        Batch = new() { InputPerMillionTokens = 2, OutputPerMillionTokens = 10 },
        LongContextThreshold = 100,
        LongContext = new() { InputPerMillionTokens = 8, OutputPerMillionTokens = 30 },
        OffPeak = new() { InputPerMillionTokens = 1, OutputPerMillionTokens = 5 },
        PeakHoursUtc = "Mon-Fri,08:00-18:00",
    };

    private static AppliedPrices Resolve(
        ModelPrice price,
        long prompt = 50,
        PriceTier tier = PriceTier.Standard,
        bool regional = false,
        int hour = 12
    ) =>
        PriceResolver.Resolve(
            price,
            TokenUsage.FromReported(prompt, 1),
            new()
            {
                At = new(2026, 11, 23, hour, 0, 0, TimeSpan.Zero),
                Tier = tier,
                Regional = regional,
            }
        );

    [Fact]
    public void Standard_WithoutSpecialPrices_FollowsTheText()
    {
        var plain = new ModelPrice { InputPerMillionTokens = 4, OutputPerMillionTokens = 20 };
        var p = Resolve(plain);

        Assert.Equal((4, 4, 4), (p.InputCached, p.CacheWrite5m, p.CacheWrite1h));
        Assert.Equal((4, 4, 4, 4), (p.InputAudio, p.InputAudioCached, p.InputImage, p.InputImageCached));
        Assert.Equal((20, 20, 20, 20), (p.Reasoning, p.OutputAudio, p.OutputImage, p.OutputVideo));
        Assert.Null(p.Citation);
    }

    [Fact]
    public void CachedAudio_HasTheDiscountOfCachedText()
    {
        Assert.Equal(10, Resolve(Price).InputAudioCached);
        Assert.Equal(3, Resolve(Price with { CachedInputAudioPerMillionTokens = 3 }).InputAudioCached);
        Assert.Equal(40, Resolve(Price with { CachedInputPerMillionTokens = null }).InputAudioCached);
    }

    [Fact]
    public void Batch_HasNoCacheDiscount_AndKeepsOtherProportions()
    {
        var p = Resolve(Price, tier: PriceTier.Batch);

        Assert.Equal((2, 10, 2), (p.Input, p.Output, p.InputCached));
        Assert.Equal((2.5m, 4), (p.CacheWrite5m, p.CacheWrite1h));
        Assert.Equal((20, 40, 15), (p.InputAudio, p.OutputAudio, p.Reasoning));
    }

    [Fact]
    public void LongContext_KeepsTheCacheDiscount()
    {
        var p = Resolve(Price, prompt: 101);

        Assert.Equal((8, 30, 2, 10, 16), (p.Input, p.Output, p.InputCached, p.CacheWrite5m, p.CacheWrite1h));
        Assert.Equal("long_context", p.Set);
    }

    [Fact]
    public void LongBatch_IsDearerByTheSameFactor()
    {
        var p = Resolve(Price, prompt: 101, tier: PriceTier.Batch);

        Assert.Equal((4, 15, 4), (p.Input, p.Output, p.InputCached));
        Assert.Equal("batch+long_context", p.Set);
    }

    [Fact]
    public void OffPeak_KeepsTheCacheDiscount_AndNeverMeetsATier()
    {
        Assert.Equal((0.25m, "off_peak"), (Resolve(Price, hour: 18).InputCached, Resolve(Price, hour: 18).Set));
        Assert.Equal("batch", Resolve(Price, tier: PriceTier.Batch, hour: 18).Set);
        Assert.Equal(4, Resolve(Price with { PeakHoursUtc = null }, hour: 18).Input);
    }

    [Fact]
    public void Regional_RaisesEveryTokenPrice()
    {
        var p = Resolve(Price, regional: true);

        Assert.Equal((4.4m, 22m, 1.1m, 44m, 33m), (p.Input, p.Output, p.InputCached, p.InputAudio, p.Reasoning));
        Assert.Equal("standard+regional", p.Set);
    }

    [Fact]
    public void EmbeddedImages_AreBilledBesideTheText()
    {
        var price = new ModelPrice
        {
            Mode = "embedding",
            InputPerMillionTokens = 1,
            OutputPerMillionTokens = 0,
            PerImage = 0.5m,
        };
        var usage = TokenUsage.FromReported(1_000_000, 0) with { Images = 2 };
        var context = new PriceContext { At = default };

        Assert.Equal(2m, CostCalculator.Compute(price, usage, context).Total);
        Assert.Equal(1m, CostCalculator.Compute(price with { Mode = "image" }, usage, context).Total);
    }
}
