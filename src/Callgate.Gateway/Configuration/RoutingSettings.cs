namespace Callgate.Gateway.Configuration;

/// <summary>Retries, fallbacks, time limits and cooldowns. What is null is as in <see cref="LlmClientOptions"/>.</summary>
internal sealed record RoutingSettings
{
    private static readonly Dictionary<string, IReadOnlyList<string>> s_none = [];

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Fallbacks { get; init; } = s_none;
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ContextWindowFallbacks { get; init; } = s_none;
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ContentPolicyFallbacks { get; init; } = s_none;
    public IReadOnlyList<string> DefaultFallbacks { get; init; } = [];
    public int? NumRetries { get; init; }
    public TimeSpan? RetryAfter { get; init; }
    public TimeSpan? Timeout { get; init; }
    public TimeSpan? StreamTimeout { get; init; }
    public TimeSpan? CooldownTime { get; init; }
    public int? AllowedFails { get; init; }

    public void ApplyTo(LlmClientOptions options)
    {
        options.NumRetries = NumRetries ?? options.NumRetries;
        options.RetryDelay = RetryAfter ?? options.RetryDelay;
        options.Timeout = Timeout ?? options.Timeout;
        options.FirstTokenTimeout = StreamTimeout ?? options.FirstTokenTimeout;
        options.CooldownTime = CooldownTime ?? options.CooldownTime;
        options.AllowedFails = AllowedFails ?? options.AllowedFails;
        Copy(Fallbacks, options.Fallbacks);
        Copy(ContextWindowFallbacks, options.ContextWindowFallbacks);
        Copy(ContentPolicyFallbacks, options.ContentPolicyFallbacks);
        foreach (var model in DefaultFallbacks)
        {
            options.DefaultFallbacks.Add(model);
        }
    }

    private static void Copy(
        IReadOnlyDictionary<string, IReadOnlyList<string>> from,
        IDictionary<string, IReadOnlyList<string>> to
    )
    {
        foreach (var (model, fallbacks) in from)
        {
            to[model] = fallbacks;
        }
    }
}
