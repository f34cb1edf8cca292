using Callgate.Routing;
using CsCheck;

namespace Callgate.Tests.Routing;

/// <summary>Model names with stars: which deployment serves a model, and as what.</summary>
public class WildcardTests
{
    private static Deployment To(string name, string model, string? id = null) =>
        new()
        {
            ModelName = name,
            Model = model,
            Id = id,
        };

    private static Router RouterOf(params Deployment[] deployments)
    {
        var options = new LlmClientOptions();
        foreach (var deployment in deployments)
        {
            options.Deployments.Add(deployment);
        }

        return new Router(options);
    }

    [Theory]
    [InlineData("openai/*", "openai/*", "openai/gpt-4o", "openai/gpt-4o")]
    [InlineData("openai/*", "azure/*", "openai/gpt-4o", "azure/gpt-4o")]
    [InlineData("openai/*", "openai/gpt-4o-mini", "openai/anything", "openai/gpt-4o-mini")]
    [InlineData("*", "*", "claude-sonnet-4-5", "claude-sonnet-4-5")]
    [InlineData("*", "openai/*", "org/model", "openai/org/model")]
    [InlineData("fo::*:static::*", "openai/fo::*:static::*", "fo::hi::static::you", "openai/fo::hi::static::you")]
    [InlineData("a*b*", "openai/*", "aXbY", "aXbY")]
    [InlineData("*-eu", "azure/*", "gpt-eu", "azure/gpt")]
    public void A_star_stands_for_the_same_on_both_sides(string name, string model, string asked, string sent) =>
        Assert.Equal(sent, Assert.Single(RouterOf(To(name, model)).GroupOf(asked)).Model);

    [Theory]
    [InlineData("openai/gpt-4o", "exact")]
    [InlineData("openai/gpt-4o-mini", "gpt")]
    [InlineData("openai/o3", "openai")]
    [InlineData("openai", "all")]
    [InlineData("", "all")]
    [InlineData("mistral", "all")]
    public void The_most_specific_wins(string asked, string id)
    {
        var router = RouterOf(
            To("*", "openai/*", "all"),
            To("openai/*", "openai/*", "openai"),
            To("openai/gpt-4o", "openai/gpt-4o", "exact"),
            To("openai/gpt-*", "openai/gpt-*", "gpt")
        );
        Assert.Equal(id, Assert.Single(router.GroupOf(asked)).Id);
        // Asked again, it comes from memory.
        Assert.Same(router.GroupOf(asked), router.GroupOf(asked));
    }

    [Fact]
    public void A_pattern_is_a_group()
    {
        var group = RouterOf(To("openai/*", "openai/*", "one"), To("openai/*", "azure/*", "two")).GroupOf("openai/x");
        Assert.Equal(["one:openai/x", "two:azure/x"], group.Select(d => $"{d.Id}:{d.Model}"));
        Assert.All(group, d => Assert.Equal("openai/*", d.ModelName));
    }

    [Fact]
    public void The_id_stays_the_same_for_all_models()
    {
        var router = RouterOf(To("openai/*", "openai/*"));
        Assert.Equal(router.GroupOf("openai/a")[0].Id, router.GroupOf("openai/b")[0].Id);
    }

    [Fact]
    public void Without_a_pattern_a_model_is_its_provider_s() =>
        Assert.Equal("anthropic/x", Assert.Single(RouterOf(To("openai/*", "openai/*")).GroupOf("anthropic/x")).Model);

    /// <summary>Filling a pattern gives a name that it matches; and filling it with what was found gives that name back.</summary>
    [Fact]
    public void What_is_filled_in_is_found_again() =>
        Gen.Select(Gen.String[Gen.Char['a', 'c'], 0, 3].Array[1, 4], Gen.String[Gen.Char['a', 'c'], 0, 4].Array[3])
            .Sample(
                (literals, texts) =>
                {
                    var text = string.Join('*', literals);
                    var name = WildcardPattern.Fill(text, texts[..(literals.Length - 1)], text);
                    if (literals.Length == 1)
                    {
                        return;
                    }

                    var found = new WildcardPattern(text).Match(name);
                    Assert.NotNull(found);
                    Assert.Equal(name, WildcardPattern.Fill(text, found, ""));
                }
            );

    [Theory]
    [InlineData("a*b", "ab", true)]
    [InlineData("a*a", "a", false)]
    [InlineData("a*b*c", "abc", true)]
    [InlineData("a*bb*c", "abc", false)]
    [InlineData("**", "", true)]
    [InlineData("A*", "ab", false)]
    public void Matches(string pattern, string name, bool does) =>
        Assert.Equal(does, new WildcardPattern(pattern).Match(name) is not null);
}
