namespace Callgate.Tests.Usage;

/// <summary>Bills worked out by hand from the vendors' price lists.</summary>
public class CostGoldenTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero); // a Monday

    private static Cost Bill(
        string provider,
        string model,
        TokenUsage usage,
        PriceContext? context = null,
        DateTimeOffset? at = null
    )
    {
        var time = at ?? Now;
        var price = PriceCatalogue.Default.Find(provider, model, time);
        Assert.NotNull(price);
        var cost = CostCalculator.Compute(price, usage, (context ?? new() { At = time }) with { At = time });
        Assert.Equal(cost.Breakdown?.Total, cost.Total);
        Assert.Equal(cost, cost.Reprice(usage));
        return cost;
    }

    private static PriceContext At(PriceTier tier) => new() { At = Now, Tier = tier };

    [Fact]
    public void OpenAI_CachedAndReasoning()
    {
        // gpt-5: 1.25 in, 0.125 cached, 10 out
        var usage = TokenUsage.FromReported(10_000, 2_000, cachedTokens: 4_000, reasoningTokens: 1_500);
        var cost = Bill("openai", "gpt-5", usage);

        Assert.Equal(CostStatus.Computed, cost.Status);
        Assert.Equal(0.0075m, cost.Breakdown!.Input); // 6,000 x 1.25
        Assert.Equal(0.0005m, cost.Breakdown.CacheRead); // 4,000 x 0.125
        Assert.Equal(0.005m, cost.Breakdown.Output); // 500 x 10
        Assert.Equal(0.015m, cost.Breakdown.Reasoning); // 1,500 x 10
        Assert.Equal(0.028m, cost.Total);
        Assert.Equal(PriceCatalogue.Default.Version, cost.CatalogueVersion);
    }

    [Fact]
    public void Anthropic_CacheWrites()
    {
        // claude-sonnet-4-6: 3 in, 0.3 read, 3.75 and 6 written, 15 out; Anthropic counts beside input_tokens
        var usage = TokenUsage.FromReported(
            1_000 + 20_000 + 8_000 + 2_000,
            500,
            cachedTokens: 20_000,
            cacheWrite5m: 8_000,
            cacheWrite1h: 2_000
        );
        var cost = Bill("anthropic", "claude-sonnet-4-6", usage);

        Assert.Equal(0.003m, cost.Breakdown!.Input);
        Assert.Equal(0.006m, cost.Breakdown.CacheRead);
        Assert.Equal(0.042m, cost.Breakdown.CacheCreation); // 8,000 x 3.75 + 2,000 x 6
        Assert.Equal(0.0075m, cost.Breakdown.Output);
        Assert.Equal(0.0585m, cost.Total);
    }

    [Fact]
    public void OpenAI_Audio()
    {
        // gpt-4o-audio-preview: text 2.5 / 10, audio 40 / 80
        var usage = TokenUsage.FromReported(1_200, 300, audioIn: 1_000, audioOut: 200);
        var cost = Bill("openai", "gpt-4o-audio-preview", usage);

        Assert.Equal(0.0405m, cost.Breakdown!.Input); // 200 x 2.5 + 1,000 x 40
        Assert.Equal(0.017m, cost.Breakdown.Output); // 100 x 10 + 200 x 80
    }

    [Theory]
    [InlineData(200_000, 0.25)] // 200,000 x 1.25
    [InlineData(200_001, 0.5000025)] // 200,001 x 2.5: the whole request, not the excess
    public void Gemini_LongContext(long prompt, double input)
    {
        var cost = Bill("gemini", "gemini-2.5-pro", TokenUsage.FromReported(prompt, 1_000));

        Assert.Equal((decimal)input, cost.Breakdown!.Input);
        Assert.Equal(prompt > 200_000 ? 0.015m : 0.01m, cost.Breakdown.Output);
    }

    [Fact]
    public void Gemini_LongContext_Cached()
    {
        // cached tokens count towards the threshold; cached 0.125 doubles with the input
        var usage = TokenUsage.FromReported(250_000, 0, cachedTokens: 240_000);
        var cost = Bill("gemini", "gemini-2.5-pro", usage);

        Assert.Equal(0.025m, cost.Breakdown!.Input); // 10,000 x 2.5
        Assert.Equal(0.06m, cost.Breakdown.CacheRead); // 240,000 x 0.25
        Assert.Equal("long_context", cost.AppliedPrices!.Set);
    }

    [Fact]
    public void Batch_Halves()
    {
        var usage = TokenUsage.FromReported(1_000_000, 100_000);
        var cost = Bill("anthropic", "claude-sonnet-4-6", usage, At(PriceTier.Batch));

        Assert.Equal(1.5m + 0.75m, cost.Total);
        Assert.Equal("batch", cost.AppliedPrices!.Set);
    }

    [Fact]
    public void Batch_WithoutACachePrice_BillsCachedAsItsInput()
    {
        var usage = TokenUsage.FromReported(1_000_000, 0, cachedTokens: 600_000);
        var cost = Bill("anthropic", "claude-sonnet-4-6", usage, At(PriceTier.Batch));

        Assert.Equal(1.5m, cost.Total);
    }

    [Theory]
    [InlineData(PriceTier.Standard, 6.5)] // 0.8M x 5 + 0.2M x 0.5 + 0.08M x 30
    [InlineData(PriceTier.Flex, 3.25)]
    [InlineData(PriceTier.Priority, 13)]
    public void ServiceTiers_OfPromptsUnderTheLongContext(PriceTier tier, double total)
    {
        // in four requests of a prompt below 272,000 each
        var usage = TokenUsage.FromReported(250_000, 20_000, cachedTokens: 50_000);
        var one = Bill("openai", "gpt-5.6-sol", usage, At(tier));

        Assert.Equal((decimal)total, Cost.Sum(one, one, one, one).Total);
    }

    [Fact]
    public void Tier_WithoutAPrice_IsEstimated()
    {
        var usage = TokenUsage.FromReported(1_000_000, 0);
        var cost = Bill("deepseek", "deepseek-v4-pro", usage, At(PriceTier.Flex));

        Assert.Equal(CostStatus.Estimated, cost.Status);
        Assert.Contains("no flex price", cost.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-11-23T01:00:00Z", 1.32)] // Monday, first peak
    [InlineData("2026-11-23T04:00:00Z", 0.66)] // its end
    [InlineData("2026-11-23T09:59:59Z", 1.32)]
    [InlineData("2026-11-22T02:00:00Z", 0.66)] // Sunday
    [InlineData("2026-11-23T11:30:00+08:00", 1.32)] // 03:30 UTC
    [InlineData("2026-08-15T02:00:00Z", 0.435)] // before peak prices
    public void DeepSeek_OffPeak(string at, double total)
    {
        var time = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture);
        var cost = Bill("deepseek", "deepseek-v4-pro", TokenUsage.FromReported(1_000_000, 0), at: time);

        Assert.Equal((decimal)total, cost.Total);
    }

    [Theory]
    [InlineData("2026-08-20T23:59:59Z", 35)]
    [InlineData("2026-08-21T00:00:00Z", 24)]
    [InlineData("2026-11-21T23:59:59Z", 24)]
    [InlineData("2026-11-22T00:00:00Z", 35)]
    public void Promotion_HoldsOnItsDays(string at, int total)
    {
        var time = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture);
        var input = Bill("openai", "gpt-5.6-sol", TokenUsage.FromReported(200_000, 200_000), at: time);

        Assert.Equal(total / 5m, input.Total);
    }

    [Theory]
    [InlineData(SearchContext.Low, 0.006)]
    [InlineData(SearchContext.Medium, 0.010)]
    [InlineData(SearchContext.High, 0.014)]
    public void Perplexity_RequestFee(SearchContext size, double fee)
    {
        var usage = TokenUsage.FromReported(1_000, 1_000);
        var context = new PriceContext { At = Now, SearchContext = size };
        var cost = Bill("perplexity", "sonar-pro", usage, context);

        Assert.Equal((decimal)fee, cost.Breakdown!.Requests);
        Assert.Equal(0.018m + (decimal)fee, cost.Total);
    }

    [Fact]
    public void Perplexity_DeepResearch()
    {
        // 2 in, 8 out, 3 reasoning, 2 citations, 0.005 per search
        var usage = TokenUsage.FromReported(1_000, 10_000 + 50_000, reasoningTokens: 50_000) with
        {
            CitationTokens = 20_000,
            WebSearchCalls = 10,
        };
        var cost = Bill("perplexity", "sonar-deep-research", usage);

        Assert.Equal(0.002m + 0.04m, cost.Breakdown!.Input);
        Assert.Equal(0.08m, cost.Breakdown.Output);
        Assert.Equal(0.15m, cost.Breakdown.Reasoning);
        Assert.Equal(0.05m, cost.Breakdown.ToolUsage);
        Assert.Equal(0.322m, cost.Total);
    }

    [Theory]
    [InlineData("hd", "1024x1792", 0.12, CostStatus.Computed)]
    [InlineData(null, "1024x1792", 0.08, CostStatus.Computed)]
    [InlineData(null, null, 0.04, CostStatus.Computed)]
    [InlineData("hd", "9x9", 0.04, CostStatus.Estimated)]
    public void Image_ByQualityAndSize(string? quality, string? size, double each, CostStatus status)
    {
        var usage = TokenUsage.FromReported(0, 0) with { Images = 3 };
        var context = new PriceContext
        {
            At = Now,
            Quality = quality,
            Size = size,
        };
        var cost = Bill("openai", "dall-e-3", usage, context);

        Assert.Equal(3 * (decimal)each, cost.Total);
        Assert.Equal(status, cost.Status);
    }

    [Fact]
    public void Image_ByTokens_WhenReported()
    {
        // gpt-image-1: text 5, image in 10, image out 40; not per image on top
        var usage = TokenUsage.FromReported(300, 4_000, imageIn: 200, imageOut: 4_000) with
        {
            Images = 1,
        };
        var cost = Bill("openai", "gpt-image-1", usage);

        Assert.Equal(0.0005m + 0.002m + 0.16m, cost.Total);
    }

    [Fact]
    public void Video_Audio_Speech_Pages_Rerank()
    {
        var unit = TokenUsage.FromReported(0, 0);
        var large = new PriceContext { At = Now, Size = "1024x1792" };

        Assert.Equal(4m, Bill("openai", "sora-2-pro", unit with { VideoSeconds = 8 }, large).Total);
        Assert.Equal(0.009m, Bill("openai", "whisper-1", unit with { AudioSeconds = 90 }).Total);
        Assert.Equal(0.015m, Bill("openai", "tts-1", unit with { Characters = 1_000 }).Total);
        Assert.Equal(0.002m, Bill("cohere", "rerank-v3.5", unit).Total);
    }

    [Fact]
    public void Groq_BillsTenSecondsAtLeast()
    {
        var usage = TokenUsage.FromReported(0, 0) with { AudioSeconds = 2 };
        var cost = Bill("groq", "whisper-large-v3", usage);

        Assert.Equal(10 * 0.0018498m / 60, cost.Total);
    }

    [Fact]
    public void Regional_CostsMore()
    {
        var usage = TokenUsage.FromReported(1_000, 1_000) with { WebSearchCalls = 1 };
        var context = new PriceContext { At = Now, Regional = true };
        var cost = Bill("openai", "gpt-5.6-sol", usage, context);

        Assert.Equal((0.035m * 1.1m) + 0.01m, cost.Total); // tokens only
    }

    [Fact]
    public void Ollama_IsFreeButComputed()
    {
        var cost = Bill("ollama", "anything:7b", TokenUsage.FromReported(5, 5));

        Assert.Equal(0m, cost.Total);
        Assert.Equal(CostStatus.Computed, cost.Status);
    }
}
