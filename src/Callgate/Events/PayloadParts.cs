using System.Text.Json;
using Callgate.Wire;

namespace Callgate;

/// <summary>The parts of a payload that need only a look at the call.</summary>
internal static class PayloadParts
{
    private const decimal Million = 1_000_000m;

    public static double Epoch(DateTimeOffset time) =>
        Math.Round((time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / 1e7, 6);

    /// <summary>Seconds, none where a clock was set back.</summary>
    public static double Seconds(TimeSpan time) => Math.Round(Math.Max(0, time.TotalSeconds), 6);

    /// <summary>The address without what may hold a secret.</summary>
    public static string? Address(string? address)
    {
        if (string.IsNullOrEmpty(address))
        {
            return null;
        }

        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Host.Length > 0
            ? uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/')
            : SafeErrors.Clean(address.Split('?', '#')[0]);
    }

    /// <summary>What the call took beside its attempts.</summary>
    public static double? OverheadMs(CallDetails call)
    {
        if (call.EndTime is not { } end)
        {
            return null;
        }

        var attempts = call.Attempts.Aggregate(TimeSpan.Zero, static (sum, a) => sum + (a.EndTime - a.StartTime));
        return Math.Round(Math.Max(0, (end - call.StartTime - attempts).TotalMilliseconds), 3);
    }

    public static EventAttempt Attempt(AttemptDetails attempt) =>
        new()
        {
            Number = attempt.Number,
            Reason = attempt.Reason,
            ModelId = attempt.ModelId,
            ModelGroup = attempt.ModelGroup,
            Model = attempt.Model,
            Provider = attempt.CustomLlmProvider,
            ApiBase = Address(attempt.ApiBase),
            StatusCode = attempt.StatusCode,
            RequestId = SafeErrors.Name(attempt.RequestId),
            ErrorClass = attempt.Exception is { } exception ? SafeErrors.ClassOf(exception) : null,
            ErrorMessage = attempt.Exception is { } failure ? SafeErrors.Message(failure) : null,
            Start = Epoch(attempt.StartTime),
            End = Epoch(attempt.EndTime),
            Usage = attempt.Usage,
            Cost = attempt.Cost is { } cost
                ? new()
                {
                    Total = cost.Total,
                    Status = cost.Status,
                    Reason = cost.Reason,
                    UnitPrices = cost.AppliedPrices,
                }
                : null,
        };

    public static StandardLoggingCostBreakdown? Breakdown(Cost? cost, string? serviceTier)
    {
        if (cost?.Breakdown is not { } parts)
        {
            return null;
        }

        var additional = new Dictionary<string, decimal>();
        if (parts.Media != 0)
        {
            additional["media"] = parts.Media;
        }

        if (parts.Requests != 0)
        {
            additional["requests"] = parts.Requests;
        }

        return new()
        {
            InputCost = parts.Input + parts.CacheRead + parts.CacheCreation,
            OutputCost = parts.Output + parts.Reasoning,
            TotalCost = parts.Total,
            ToolUsageCost = parts.ToolUsage,
            CacheReadCost = parts.CacheRead,
            CacheCreationCost = parts.CacheCreation,
            ReasoningCost = parts.Reasoning,
            AdditionalCosts = additional.Count == 0 ? null : additional,
            ServiceTier = SafeErrors.Name(serviceTier),
        };
    }

    /// <summary>What the answer would have cost, had the cache not had it.</summary>
    public static decimal Saved(CallDetails call, LlmResponse? response)
    {
        if (!call.CacheHit || call.ModelInfo is null || response?.Usage is not { } usage)
        {
            return 0;
        }

        var context = new PriceContext { At = call.StartTime };
        return CostCalculator.Compute(call.ModelInfo, WireUsage.Reported(usage), context).Total ?? 0;
    }

    /// <summary>The usage in OpenAI's format: the provider's own words, or what was counted.</summary>
    public static JsonElement? Usage(CallDetails call, LlmResponse? response)
    {
        var usage = response?.Usage;
        if (usage is null && call.Usage.Source != UsageSource.None)
        {
            usage = new Usage
            {
                PromptTokens = call.Usage.PromptTokens,
                CompletionTokens = call.Usage.CompletionTokens,
                TotalTokens = call.Usage.TotalTokens,
                PromptTokensDetails = new() { CachedTokens = call.Usage.CachedTokens },
                CompletionTokensDetails = new() { ReasoningTokens = call.Usage.OutputReasoning },
            };
        }

        return usage is null
            ? null
            : PayloadContent.Of(usage, WireJson.Relaxed.Usage, call.PayloadLimits with { MaxContentBytes = 4096 }).Json;
    }

    public static StandardLoggingModelInfo? ModelInfo(CallDetails call) =>
        call.ModelInfo is { } price ? ModelInfo(price, call.Model, call.CustomLlmProvider) : null;

    public static StandardLoggingModelInfo ModelInfo(ModelPrice price, string model, string provider)
    {
        bool? Supports(string word) => price.Supports.Contains(word) ? true : null;
        return new()
        {
            Key = model,
            LitellmProvider = provider.Length == 0 ? null : provider,
            Mode = price.Mode,
            MaxTokens = price.MaxOutputTokens,
            MaxInputTokens = price.ContextWindow,
            MaxOutputTokens = price.MaxOutputTokens,
            InputCostPerToken = price.InputPerMillionTokens / Million,
            OutputCostPerToken = price.OutputPerMillionTokens / Million,
            OutputCostPerReasoningToken = price.ReasoningPerMillionTokens / Million,
            CacheReadInputTokenCost = price.CachedInputPerMillionTokens / Million,
            CacheCreationInputTokenCost = price.CacheWrite5mPerMillionTokens / Million,
            CacheCreationInputTokenCostAbove1Hr = price.CacheWrite1hPerMillionTokens / Million,
            InputCostPerAudioToken = price.InputAudioPerMillionTokens / Million,
            OutputCostPerAudioToken = price.OutputAudioPerMillionTokens / Million,
            SupportsFunctionCalling = Supports("tools"),
            SupportsVision = Supports("vision"),
            SupportsResponseSchema = Supports("json_schema"),
            SupportsPromptCaching = Supports("prompt_caching"),
            SupportsReasoning = Supports("reasoning"),
            SupportsPdfInput = Supports("pdf"),
            SupportsAudioInput = Supports("audio_in"),
            SupportsAudioOutput = Supports("audio_out"),
            SupportsVideoInput = Supports("video_in"),
            SupportsWebSearch = Supports("web_search"),
            SupportsComputerUse = Supports("computer_use"),
        };
    }
}
