namespace Callgate.Calls;

/// <summary>What a call used and what it costs, attempt by attempt, at its end.</summary>
internal static class Settlement
{
    /// <summary>Never throws: what can't be worked out must not take the event with it.</summary>
    public static (TokenUsage Usage, Cost Cost) Settle(
        Call call,
        CallOutcome outcome,
        LlmResponse? response,
        DateTimeOffset end
    )
    {
        try
        {
            return Compute(call, outcome, response, end);
        }
#pragma warning disable CA1031 // As said above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            call.Runtime.Hub.Report(nameof(Settlement), nameof(Settle), exception);
            return (TokenUsage.None, Cost.Unpriced($"the cost could not be computed: {exception.GetType().Name}"));
        }
    }

    private static (TokenUsage Usage, Cost Cost) Compute(
        Call call,
        CallOutcome outcome,
        LlmResponse? response,
        DateTimeOffset end
    )
    {
        switch (outcome)
        {
            case CallOutcome.CacheHit:
                NoteWhoWouldHaveAnswered(call);
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
            if (attempt.Usage.Source == UsageSource.None)
            {
                attempt.Raw?.Settle();
            }

            if (attempt.Stream is { } stream && attempt.Usage.Source == UsageSource.None)
            {
                attempt.Usage = WireUsage.Of(attempt);
                attempt.ServiceTier = stream.ServiceTier;
            }

            attempt.Cost ??= CostOf(call, attempt);
            usage = attempts.Count == 1 ? attempt.Usage : usage + attempt.Usage;
        }

        return (usage, attempts.Count == 1 ? attempts[0].Cost! : Cost.Sum(attempts.Select(a => a.Cost!)));
    }

    /// <summary>For the event of a cache hit: the provider, and what the cache has saved.</summary>
    private static void NoteWhoWouldHaveAnswered(Call call)
    {
        try
        {
            var router = call.Runtime.Router;
            call.KeptTarget = router.Resolve(router.GroupOf(call.Model)[0], call.Options);
            call.KeptPrice = PriceOf(call, call.KeptTarget, call.StartTime);
        }
        catch (LlmException)
        {
            // Nobody would have: the answer was kept under another configuration.
        }
    }

    private static TokenUsage UsageOf(LlmResponse? response) =>
        response?.Usage is { } usage ? WireUsage.Reported(usage) : TokenUsage.None;

    private static Cost CostOf(Call call, Attempt attempt)
    {
        if (attempt.Usage.Source == UsageSource.None)
        {
            return attempt.StatusCode is >= 300
                ? Cost.Free("the provider refused the request")
                : Cost.Unpriced("no usage is known: the connection failed or timed out before an answer");
        }

        var price = PriceOf(call, attempt.Target, attempt.StartTime);
        attempt.Price = price;
        return CostCalculator.Compute(
            price,
            attempt.Usage,
            new PriceContext { At = attempt.StartTime, Tier = PriceContext.TierOf(attempt.ServiceTier) }
        );
    }

    private static ModelPrice? PriceOf(Call call, AttemptTarget target, DateTimeOffset at) =>
        target.Deployment.Price
        ?? call.Runtime.Prices.Find(
            target.ProviderName,
            call.Options.BaseModel ?? target.Deployment.BaseModel ?? target.Model,
            at
        );

    /// <summary>The answer as its caller gets it, with what we know about it.</summary>
    public static LlmResponse WithHidden(this LlmResponse response, Call call, CallOutcome outcome, Cost cost)
    {
        var known = HiddenOf(call);
        return response with
        {
            HiddenParams = known with
            {
                ResponseCost = cost.Total,
                CacheHit = outcome == CallOutcome.CacheHit,
                // Those that a hook has added stay.
                AdditionalHeaders = ReferenceEquals(response.HiddenParams, HiddenParams.None)
                    ? known.AdditionalHeaders
                    : response.HiddenParams.AdditionalHeaders,
            },
        };
    }

    /// <summary>What is known of an answer before the call is closed.</summary>
    public static HiddenParams HiddenOf(Call call)
    {
        var attempt = call.Attempt;
        return new HiddenParams
        {
            CallId = call.Id,
            ModelId = attempt?.Target.Deployment.Id,
            ApiBase = attempt?.Target.ApiBase,
            AdditionalHeaders = attempt?.ResponseHeaders ?? AdditionalArgs.NoHeaders,
        };
    }
}
