namespace Callgate.Tests.Usage;

public class TokenEstimatorTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("Hello, world!", 4)]
    [InlineData("The quick brown fox jumps over the lazy dog.", 10)]
    [InlineData("1234567", 3)]
    public void Estimate_IsExactOnPlainSentences(string text, long tokens) =>
        Assert.Equal(tokens, TokenEstimator.Estimate(text));

    [Fact]
    public void Estimate_TakesAnyText()
    {
        Assert.True(TokenEstimator.Estimate("\ud800\udfff \ud800") > 0);
        Assert.InRange(TokenEstimator.Estimate(new string('a', 1_000_000)), 100_000, 1_000_000);
    }
}
