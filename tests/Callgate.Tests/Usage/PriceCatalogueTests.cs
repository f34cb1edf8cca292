namespace Callgate.Tests.Usage;

public class PriceCatalogueTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly PriceCatalogue Catalogue = PriceCatalogue.Default;

    [Fact]
    public void EveryRow_ParsesAndIsFoundByItsName()
    {
        var entries = Catalogue.Entries.ToList();

        Assert.Equal(1912, entries.DistinctBy(static e => (e.Provider, e.Model)).Count());
        Assert.All(
            entries,
            static e =>
            {
                var from = e.Price.EffectiveFrom ?? DateOnly.FromDateTime(Now.UtcDateTime);
                var to = e.Price.EffectiveTo ?? DateOnly.MaxValue;
                var day = from > to ? to : from;
                var at = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero);
                Assert.Same(e.Price, Catalogue.Find(e.Provider.ToUpperInvariant(), e.Model.ToUpperInvariant(), at));
            }
        );
    }

    [Fact]
    public void EveryRow_IsPlausible() =>
        Assert.All(
            Catalogue.Entries,
            static e =>
            {
                var p = e.Price;
                Assert.Equal(p.InputPerMillionTokens is null, p.OutputPerMillionTokens is null);
                Assert.True(
                    (p.InputPerMillionTokens ?? p.PerImage ?? p.PerMegapixel ?? p.PerSecond ?? p.PerMinute) is not null
                        || (p.PerMillionCharacters ?? p.PerPage ?? p.PerRequest) is not null,
                    $"{e.Provider}/{e.Model} has no price"
                );
                Assert.True(!(p.MaxOutputTokens > p.ContextWindow));
                Assert.Equal(p.LongContext is null, p.LongContextThreshold is null);
                Assert.Equal(p.OffPeak is null, p.PeakHoursUtc is null);
                Assert.True(!(p.CachedInputPerMillionTokens > p.InputPerMillionTokens) || e.Provider == "bedrock");
                Assert.NotNull(p.Mode);
                Assert.Equal(Catalogue.Version, p.CatalogueVersion);
                Assert.True(!(p.EffectiveFrom > p.EffectiveTo));
            }
        );

    [Fact]
    public void DatedRows_DoNotOverlap()
    {
        foreach (var model in Catalogue.Entries.GroupBy(static e => (e.Provider, e.Model)))
        {
            var rows = model.Select(static e => e.Price).ToList();
            for (var i = 1; i < rows.Count; i++)
            {
                Assert.Equal(rows[i].EffectiveFrom, rows[i - 1].EffectiveTo!.Value.AddDays(1));
            }
        }
    }

    [Theory]
    [InlineData("openai", 191)]
    [InlineData("azure", 167)]
    [InlineData("anthropic", 40)]
    [InlineData("gemini", 66)]
    [InlineData("vertex_ai", 154)]
    [InlineData("bedrock", 189)]
    [InlineData("together_ai", 171)]
    [InlineData("fireworks_ai", 45)]
    [InlineData("openrouter", 576)]
    public void Providers_HaveTheirModels(string provider, int models) =>
        Assert.Equal(
            models,
            Catalogue.Entries.Where(e => e.Provider == provider).DistinctBy(static e => e.Model).Count()
        );

    [Theory]
    [InlineData("openai", "GPT-4o", 2.5)]
    [InlineData("openai", "gpt-4o-2024-05-13", 5)] // listed under its own date
    [InlineData("openai", "gpt-5-mini-2031-01-31", 0.25)] // a date that isn't
    [InlineData("anthropic", "claude-sonnet-4-6-20991231", 3)]
    [InlineData("azure", "gpt-35-turbo", 0.5)]
    [InlineData("azure", "gpt-35-turbo-1106", 1)]
    [InlineData("bedrock", "us.amazon.nova-pro-v1:0", 0.8)]
    [InlineData("bedrock_converse", "amazon.nova-pro-v1:0", 0.8)]
    [InlineData("bedrock", "us-east-1/amazon.nova-pro-v1:0", 0.8)]
    [InlineData("bedrock", "us.anthropic.claude-sonnet-4-6", 3.3)] // has a row of its own
    [InlineData("bedrock", "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-sonnet-4-6", 3.3)]
    [InlineData("openai", "ft:gpt-4o-mini-2024-07-18:acme::AbC", 0.3)]
    [InlineData("vertex_ai", "publishers/google/models/gemini-2.5-pro", 1.25)]
    [InlineData("vertex_ai", "claude-opus-4-6@default", 5)]
    [InlineData("fireworks_ai", "deepseek-v3", 0.9)]
    [InlineData("fireworks_ai", "accounts/fireworks/models/deepseek-v3", 0.9)]
    [InlineData("gemini", "models/gemini-2.5-pro", 1.25)]
    [InlineData("ollama", "my-own:latest", 0)]
    [InlineData("openrouter", "deepseek/deepseek-r1-0528:free", 0)]
    [InlineData("anthropic", "claude-2.1", 8)]
    public void Lookup_KnowsTheSpellings(string provider, string model, double input) =>
        Assert.Equal((decimal)input, Catalogue.Find(provider, model, Now)?.InputPerMillionTokens);

    [Theory]
    [InlineData("openai", "gpt-4o-mini-nonsense")]
    [InlineData("openai", "")]
    [InlineData("openai", "*")]
    [InlineData("nobody", "gpt-4o")]
    [InlineData("", "")]
    [InlineData("openai", "gpt-4")] // exists; guards the rows above from passing by prefix
    public void Lookup_OfTheUnknown_IsNull(string provider, string model) =>
        Assert.Equal(model == "gpt-4", Catalogue.Find(provider, model, Now) is not null);

    [Fact]
    public void Lookup_OfVeryLongAndForeignNames_IsNull()
    {
        Assert.Null(Catalogue.Find("openai", new string('x', 100_000), Now));
        Assert.Null(Catalogue.Find("openai", "модель-\ud800", Now));
    }

    [Fact]
    public void BeforeItsFirstDay_AModelHasNoPrice()
    {
        Assert.Null(Catalogue.Find("openai", "gpt-6-sol", new(2026, 9, 21, 23, 59, 59, TimeSpan.Zero)));
        Assert.NotNull(Catalogue.Find("openai", "gpt-6-sol", new(2026, 9, 22, 0, 0, 0, TimeSpan.Zero)));
    }

    [Fact]
    public void Limits_AreKnown()
    {
        var price = Catalogue.Find("openai", "gpt-5.6-sol", Now)!;

        Assert.Equal((1_050_000, 128_000, "chat"), (price.ContextWindow, price.MaxOutputTokens, price.Mode));
        Assert.Contains("tools", price.Supports);
        Assert.Equal(0.5m, price.BatchDiscount);
    }

    [Fact]
    public void Override_Wins_AndLeavesTheOriginalAlone()
    {
        var mine = new ModelPrice { InputPerMillionTokens = 99 };
        var changed = Catalogue.With("OpenAI/GPT-4o", mine).With("acme/*", mine with { PerRequest = 1 });

        Assert.Same(mine, changed.Find("openai", "gpt-4o", Now));
        Assert.Equal(1, changed.Find("acme", "whatever", Now)?.PerRequest);
        Assert.Equal(2.5m, Catalogue.Find("openai", "gpt-4o", Now)?.InputPerMillionTokens);
        Assert.Equal(5m, changed.Find("openai", "gpt-4o-2024-05-13", Now)?.InputPerMillionTokens);
        Assert.Same(mine, changed.Entries.Single(e => e.Provider == "openai" && e.Price == mine).Price);
    }

    [Fact]
    public void Override_FromABuiltInPrice_IsNoLongerTheCatalogues()
    {
        var builtIn = Catalogue.Find("openai", "gpt-4o", Now)!;
        var changed = Catalogue.With("openai/gpt-4o", builtIn with { InputPerMillionTokens = 2 });
        var price = changed.Find("openai", "gpt-4o", Now);
        var cost = CostCalculator.Compute(price, TokenUsage.FromReported(1_000_000, 0), new() { At = Now });

        Assert.Equal((2m, null), (cost.Total, cost.CatalogueVersion));
    }

    [Fact]
    public void Override_AddedLast_Wins()
    {
        var first = new ModelPrice { InputPerMillionTokens = 1 };
        var last = new ModelPrice { InputPerMillionTokens = 2 };

        Assert.Same(last, Catalogue.With("a/b", first).With("A/B", last).Find("a", "b", Now));
    }

    [Fact]
    public void Override_WithDates_HoldsOnThem()
    {
        var mine = new ModelPrice
        {
            InputPerMillionTokens = 1,
            EffectiveFrom = new(2026, 12, 1),
            EffectiveTo = new(2026, 12, 31),
        };
        var changed = Catalogue.With("openai/gpt-4o", mine);

        Assert.Equal(2.5m, changed.Find("openai", "gpt-4o", Now)?.InputPerMillionTokens);
        Assert.Same(mine, changed.Find("openai", "gpt-4o", Now.AddDays(10)));
    }

    [Theory]
    [InlineData("gpt-4o")]
    [InlineData("/gpt-4o")]
    [InlineData("openai/")]
    public void Override_WithoutProviderOrModel_Throws(string name) =>
        Assert.Throws<ArgumentException>(() => Catalogue.With(name, new()));

    [Fact]
    public void NegativePrices_ThrowAndNameTheMember()
    {
        Assert.Equal("PerImage", Name(() => new ModelPrice { PerImage = -1 }));
        Assert.Equal("InputPerMillionTokens", Name(() => new ModelPrice { InputPerMillionTokens = -0.01m }));
        Assert.Equal("OutputPerMillionTokens", Name(() => new PriceSet { OutputPerMillionTokens = -1 }));
        Assert.Equal(
            "MediaPrices",
            Name(() => new ModelPrice { MediaPrices = new Dictionary<string, decimal> { ["1x1"] = -1 } })
        );
        Assert.Throws<FormatException>(() => new ModelPrice { PeakHoursUtc = "always" });

        static string? Name(Func<object> make) => Assert.Throws<ArgumentOutOfRangeException>(make).ParamName;
    }
}
