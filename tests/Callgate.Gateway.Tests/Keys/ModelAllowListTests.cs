using System.Text.RegularExpressions;
using Callgate.Gateway.Keys;
using CsCheck;

namespace Callgate.Gateway.Tests.Keys;

public class ModelAllowListTests
{
    [Theory]
    [InlineData("", "gpt-4o", true)]
    [InlineData("all-proxy-models", "anything", true)]
    [InlineData("gpt-4o *", "anything", true)]
    [InlineData("gpt-4o", "gpt-4o", true)]
    [InlineData("gpt-4o", "gpt-4o-mini", false)]
    [InlineData("gpt-4o", "GPT-4O", false)]
    [InlineData("gpt-4o", "", false)]
    [InlineData("openai/*", "openai/gpt-4o", true)]
    [InlineData("openai/*", "openai/", true)]
    [InlineData("openai/*", "openai", false)]
    [InlineData("openai/*", "azure/openai/gpt-4o", false)]
    [InlineData("bedrock/*.claude-*-v1", "bedrock/us.claude-x-v1", true)]
    [InlineData("bedrock/*.claude-*-v1", "bedrock/us.claude-x-v10", false)]
    [InlineData("a*a", "a", false)]
    [InlineData("a*a", "aa", true)]
    [InlineData("*-mini *-nano", "gpt-nano", true)]
    [InlineData("no-default-models", "gpt-4o", false)]
    public void Allows_WhatIsListed(string models, string model, bool allowed) =>
        Assert.Equal(
            allowed,
            new ModelAllowList(models.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Allows(model)
        );

    [Fact]
    public void Wildcards_MatchAsTheRegexThatTheyMean()
    {
        var pattern = Gen.Char["ab/*"].Array[1, 8].Select(c => new string(c));
        var model = Gen.Char["ab/"].Array[0, 10].Select(c => new string(c));

        Gen.Select(pattern.Array[1, 3], model)
            .Sample(
                (patterns, name) =>
                    new ModelAllowList(patterns).Allows(name)
                    == patterns.Any(p =>
                        Regex.IsMatch(
                            name,
                            $"^{Regex.Escape(p).Replace(@"\*", ".*", StringComparison.Ordinal)}$",
                            RegexOptions.Singleline
                        )
                    ),
                iter: 5000
            );
    }
}
