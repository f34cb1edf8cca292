namespace Callgate;

/// <summary>Multiplies usage by prices. Nothing here throws or rounds.</summary>
public static class CostCalculator
{
    private const decimal Million = 1_000_000m;

    /// <summary>The cost of a call.</summary>
    /// <param name="price">The price in effect. Null: none is known.</param>
    /// <param name="usage">What was used. Null: unknown.</param>
    /// <param name="context">What else decides the price.</param>
    public static Cost Compute(ModelPrice? price, TokenUsage? usage, PriceContext context)
    {
        if (price is null)
        {
            return Cost.Unpriced("no price is known for this model at the time of the call");
        }
        if (usage is null or { Source: UsageSource.None })
        {
            return Cost.Unpriced("no usage is known");
        }
        try
        {
            return Multiply(PriceResolver.Resolve(price, usage, context), usage);
        }
        catch (Exception e)
        {
            // Whatever is wrong with a price, the call's event must go out.
            return Cost.Unpriced($"the cost could not be computed: {e.Message}");
        }
    }

    /// <summary>The cost at prices that were chosen before: of the same usage, the same figure.</summary>
    /// <param name="prices">The prices that an earlier cost recorded.</param>
    /// <param name="usage">What was used. Null: unknown.</param>
    public static Cost Compute(AppliedPrices prices, TokenUsage? usage)
    {
        if (usage is null or { Source: UsageSource.None })
        {
            return Cost.Unpriced("no usage is known");
        }
        try
        {
            return Multiply(prices, usage);
        }
        catch (Exception e)
        {
            return Cost.Unpriced($"the cost could not be computed: {e.Message}");
        }
    }

    private static Cost Multiply(AppliedPrices p, TokenUsage u)
    {
        if (u.PromptTokens >= Amounts.MaxCount || u.CompletionTokens >= Amounts.MaxCount)
        {
            return Cost.Unpriced("the reported usage is impossibly large");
        }
        var bill = new Bill(byTokens: p.Input is not null || p.Output is not null);
        var input =
            bill.Tokens(u.InputText, p.Input, "input")
            + bill.Tokens(u.InputAudio, p.InputAudio, "audio input")
            + bill.Tokens(u.InputImage, p.InputImage, "image input")
            + bill.Units(u.CitationTokens, p.Citation / Million);
        var cacheRead =
            bill.Tokens(u.InputTextCached, p.InputCached, "cached input")
            + bill.Tokens(u.InputAudioCached, p.InputAudioCached, "cached audio input")
            + bill.Tokens(u.InputImageCached, p.InputImageCached, "cached image input");
        var cacheCreation =
            bill.Tokens(u.CacheWrite5m, p.CacheWrite5m, "cache write")
            + bill.Tokens(u.CacheWrite1h, p.CacheWrite1h, "cache write");
        var output =
            bill.Tokens(u.OutputText, p.Output, "output")
            + bill.Tokens(u.OutputAudio, p.OutputAudio, "audio output")
            + bill.Tokens(u.OutputImage, p.OutputImage, "image output")
            + bill.Tokens(u.OutputVideo, p.OutputVideo, "video output");
        var reasoning = bill.Tokens(u.OutputReasoning, p.Reasoning, "reasoning");
        var media =
            bill.Units(u.Images, p.PerImage)
            + bill.Units(u.Megapixels, p.PerMegapixel)
            + bill.Units(u.VideoSeconds, p.PerSecond)
            + bill.Units(AudioSeconds(p, u), p.PerMinute / 60)
            + bill.Units(u.Characters, p.PerMillionCharacters / Million)
            + bill.Units(u.Pages, p.PerPage);
        var requests = bill.Units(u.Requests, p.PerRequest);
        var toolUsage =
            bill.Tool(u.WebSearchCalls, p.PerWebSearch, "web search")
            + bill.Tool(u.FileSearchCalls, p.PerFileSearch, "file search");

        if (bill.MissingClass is { } missing)
        {
            return Cost.Unpriced($"no price is known for {missing} tokens");
        }
        if (!bill.Anything)
        {
            return Cost.Unpriced("the usage counts nothing that this model is billed by");
        }
        var breakdown = new CostBreakdown
        {
            Input = input,
            Output = output,
            CacheRead = cacheRead,
            CacheCreation = cacheCreation,
            Reasoning = reasoning,
            Media = media,
            Requests = requests,
            ToolUsage = toolUsage,
        };
        var doubt = Doubt(p, u, bill);
        return new()
        {
            Total = breakdown.Total,
            Status = doubt is null ? CostStatus.Computed : CostStatus.Estimated,
            Reason = doubt,
            Breakdown = breakdown,
            AppliedPrices = p,
        };
    }

    private static decimal AudioSeconds(AppliedPrices p, TokenUsage u) =>
        u.AudioSeconds > 0 ? Math.Max(u.AudioSeconds, (p.MinimumSeconds ?? 0) * Math.Max(u.Requests, 1)) : 0;

    private static string? Doubt(AppliedPrices p, TokenUsage u, Bill bill) =>
        u.Source == UsageSource.Estimated ? "the usage was estimated"
        : u.Source == UsageSource.Partial ? "the usage is partial"
        : u.Corrected ? "the provider's report contradicted itself and was corrected"
        : bill.MissingTool is { } tool ? $"no price is known for {tool} calls"
        : p.Assumption;

    private struct Bill(bool byTokens)
    {
        internal string? MissingClass { get; private set; }

        internal string? MissingTool { get; private set; }

        internal bool Anything { get; private set; }

        internal decimal Tokens(long count, decimal? perMillion, string name)
        {
            if (count > 0 && perMillion is null && byTokens)
            {
                MissingClass ??= name;
            }
            return count == 0 || perMillion is null ? 0 : Billed(count * perMillion.Value / Million);
        }

        internal decimal Units(decimal count, decimal? price) =>
            count == 0 || price is null ? 0 : Billed(count * price.Value);

        internal decimal Tool(long count, decimal? price, string name)
        {
            if (count > 0 && price is null)
            {
                MissingTool ??= name;
            }
            return Units(count, price);
        }

        private decimal Billed(decimal amount)
        {
            Anything = true;
            return amount;
        }
    }
}
