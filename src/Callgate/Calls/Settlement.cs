namespace Callgate.Calls;

/// <summary>What a call used and what it costs, attempt by attempt, at its end.</summary>
internal static class Settlement
{
    public static (TokenUsage Usage, Cost Cost) Settle(
        Call call,
        CallOutcome outcome,
        LlmResponse? response,
        DateTimeOffset end
    )
    {
        switch (outcome)
        {
            case CallOutcome.CacheHit:
                return (UsageOf(response), Cost.Free("answered from the cache"));
            case CallOutcome.AnsweredByHook:
                return (UsageOf(response), Cost.Free("answered by a hook"));
        }

        var attempts = call.Attempts;
        if (attempts.Count == 0)
        {
            return (TokenUsage.None, Cost.Free("no provider was asked"));
        }

        var usage = TokenUsage.None;
        foreach (var attempt in attempts)
        {
            attempt.EndTime ??= end;
            if (attempt.Stream is { } stream && attempt.Usage.Source == UsageSource.None)
            {
                attempt.Usage = WireUsage.Of(attempt);
                attempt.ServiceTier = stream.ServiceTier;
            }

            attempt.Cost ??= CostOf(call, attempt);
            usage = attempts.Count == 1 ? attempt.Usage : usage + attempt.Usage;
        }

        return (
            usage,
            attempts.Count == 1 ? attempts[0].Cost! : Cost.Sum(attempts.Select(a => a.Cost!))
        );
    }

    private static TokenUsage UsageOf(LlmResponse? response) =>
        response?.Usage is { } usage ? WireUsage.Reported(usage) : TokenUsage.None;

    private static Cost CostOf(Call call, Attempt attempt)
    {
        if (attempt.Usage.Source == UsageSource.None)
        {
            return attempt.StatusCode is >= 300
                ? Cost.Free("the provider refused the request")
                : Cost.Unpriced(
                    "no usage is known: the connection failed or timed out before an answer"
                );
        }

        var runtime = call.Runtime;
        var deployment = attempt.Target.Deployment;
        var model = call.Options.BaseModel ?? deployment.BaseModel ?? attempt.Target.Model;
        var price =
            deployment.Price
            ?? runtime.Prices.Find(attempt.Target.ProviderName, model, attempt.StartTime);
        attempt.Price = price;
        return CostCalculator.Compute(
            price,
            attempt.Usage,
            new PriceContext
            {
                At = attempt.StartTime,
                Tier = PriceContext.TierOf(attempt.ServiceTier),
            }
        );
    }

    /// <summary>The answer as its caller gets it, with what we know about it.</summary>
    public static LlmResponse WithHidden(
        this LlmResponse response,
        Call call,
        CallOutcome outcome,
        Cost cost
    )
    {
        var attempt = call.Attempt;
        return response with
        {
            HiddenParams = new HiddenParams
            {
                CallId = call.Id,
                ModelId = attempt?.Target.Deployment.Id,
                ApiBase = attempt?.Target.ApiBase,
                ResponseCost = cost.Total,
                CacheHit = outcome == CallOutcome.CacheHit,
                AdditionalHeaders = attempt?.ResponseHeaders ?? AdditionalArgs.NoHeaders,
            },
        };
    }
}
