using CsCheck;

namespace Callgate.Tests.Usage;

public class TokenUsageTests
{
    private static readonly Gen<long> Count = Gen.Frequency(
        (6, Gen.Long[0, 1_000]),
        (1, Gen.Long[-10, 0]),
        (1, Gen.OneOf(Gen.Const(long.MinValue), Gen.Const(long.MaxValue), Gen.Const(-1L))),
        (2, Gen.Const(0L))
    );

    private static readonly Gen<long[]> Report = Count.Array[13];

    private static TokenUsage From(long[] r) =>
        TokenUsage.FromReported(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12]);

    private static long[] Classes(TokenUsage u) =>
        [
            u.InputText,
            u.InputTextCached,
            u.InputAudio,
            u.InputAudioCached,
            u.InputImage,
            u.InputImageCached,
            u.CacheWrite5m,
            u.CacheWrite1h,
            u.OutputText,
            u.OutputReasoning,
            u.OutputAudio,
            u.OutputImage,
            u.OutputVideo,
        ];

    [Fact]
    public void FuzzedReports_KeepTheInvariant() =>
        Report.Sample(r =>
        {
            var u = From(r);
            Assert.All(Classes(u), static count => Assert.True(count >= 0));
            Assert.Equal(u.TotalTokens, Classes(u).Sum());
            Assert.Equal(Math.Clamp(r[0], 0, Amounts.MaxCount), u.PromptTokens);
            Assert.Equal(Math.Clamp(r[1], 0, Amounts.MaxCount), u.CompletionTokens);
        });

    [Fact]
    public void UncorrectedReports_KeepEveryFigure() =>
        Report.Sample(r =>
        {
            var u = From(r);
            if (u.Corrected)
            {
                return;
            }
            Assert.Equal(r[2], u.CachedTokens);
            Assert.Equal((r[3], r[4]), (u.CacheWrite5m, u.CacheWrite1h));
            Assert.Equal((r[5], r[7]), (u.InputAudio + u.InputAudioCached, u.InputImage + u.InputImageCached));
            Assert.Equal((r[9], r[10], r[11], r[12]), (u.OutputReasoning, u.OutputAudio, u.OutputImage, u.OutputVideo));
        });

    [Fact]
    public void FuzzedReports_CostSumsAndReprices() =>
        Report.Sample(r =>
        {
            var at = new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
            var price = PriceCatalogue.Default.Find("openai", "gpt-5.6-sol", at);
            var cost = CostCalculator.Compute(price, From(r), new() { At = at });
            Assert.Equal(cost.Total is null, cost.Status == CostStatus.Unpriced);
            Assert.Equal(cost.Breakdown?.Total, cost.Total);
            Assert.True(cost.Total is not < 0);
            Assert.Equal(cost, cost.Reprice(From(r)));
        });

    [Fact]
    public void ConsistentReport_IsNotCorrected()
    {
        var u = TokenUsage.FromReported(
            100,
            50,
            cachedTokens: 40,
            cacheWrite5m: 10,
            audioIn: 30,
            cachedAudio: 20,
            reasoningTokens: 20,
            audioOut: 5
        );

        Assert.False(u.Corrected);
        Assert.Equal([40, 20, 10, 20, 0, 0, 10, 0, 25, 20, 5, 0, 0], Classes(u));
        Assert.Equal((100, 50, 150, 40), (u.PromptTokens, u.CompletionTokens, u.TotalTokens, u.CachedTokens));
    }

    [Theory]
    [InlineData(10, 5, 11, 0)]
    [InlineData(10, 5, 0, 6)]
    [InlineData(-1, 5, 0, 0)]
    [InlineData(10, -5, 0, 0)]
    [InlineData(10, 5, -3, 0)]
    public void ContradictoryReport_IsCorrected(long prompt, long completion, long cached, long reasoning) =>
        Assert.True(TokenUsage.FromReported(prompt, completion, cached, reasoningTokens: reasoning).Corrected);

    [Fact]
    public void CachedAudio_IsDerivedWhereItMustBe()
    {
        // all of the prompt is audio, half of it cached: the cached half is audio too
        var u = TokenUsage.FromReported(100, 0, cachedTokens: 50, audioIn: 100);

        Assert.Equal((50, 50, 0, 0), (u.InputAudio, u.InputAudioCached, u.InputText, u.InputTextCached));
        Assert.False(u.Corrected);
    }

    [Fact]
    public void NegativeCount_Throws()
    {
        Assert.Equal(
            "InputText",
            Assert.Throws<ArgumentOutOfRangeException>(() => new TokenUsage { InputText = -1 }).ParamName
        );
        Assert.Throws<ArgumentOutOfRangeException>(() => new TokenUsage { VideoSeconds = -0.1m });
    }

    [Fact]
    public void Sum_AddsClassesAndKeepsTheWorseSource()
    {
        var a = TokenUsage.FromReported(10, 5, reasoningTokens: 2) with { Images = 1 };
        var b = TokenUsage.FromReported(7, 3, cachedTokens: 9, source: UsageSource.Estimated);
        var sum = a + b;

        Assert.Equal((17, 8, 2, 1), (sum.PromptTokens, sum.CompletionTokens, sum.OutputReasoning, sum.Images));
        Assert.Equal((UsageSource.Estimated, true, 2), (sum.Source, sum.Corrected, sum.Requests));
        Assert.Equal(a, a + TokenUsage.None);
    }
}
