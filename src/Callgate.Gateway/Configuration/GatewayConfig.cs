using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Callgate.Gateway.Configuration;

/// <summary>What a config asks for, checked. Immutable.</summary>
internal sealed record GatewayConfig
{
    /// <summary>Which models there are.</summary>
    public required ModelTable Models { get; init; }

    /// <summary>By deployment id: the whole <c>model_info</c>, for <c>/model/info</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> ModelInfo { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Retries, fallbacks, time limits, cooldowns.</summary>
    public RoutingSettings Routing { get; init; } = new();

    /// <summary>The callbacks, in order; not loaded yet.</summary>
    public IReadOnlyList<CallbackReference> Callbacks { get; init; } = [];

    /// <summary>The cache; null where answers aren't kept.</summary>
    public CacheSettings? Cache { get; init; }

    /// <summary>Parameters that a provider doesn't have are left out.</summary>
    public bool DropParams { get; init; }

    /// <summary>Callbacks get no messages and no answers.</summary>
    public bool TurnOffMessageLogging { get; init; }

    /// <summary>The administrator's key; null where the config has none. See <see cref="MasterKeyOr"/>.</summary>
    public Secret? MasterKey { get; init; }

    /// <summary>The key of the environment.</summary>
    public Secret? DefaultMasterKey { get; init; }

    /// <summary>The variable of the environment that has the master key, or would have it; null where the config spells it out.</summary>
    public string? MasterKeyVariable { get; init; }

    /// <summary>The master key: the config's, else that of the host's options, else that of the environment.</summary>
    public Secret? MasterKeyOr(Secret? ofOptions) => MasterKey ?? ofOptions ?? DefaultMasterKey;

    /// <summary>The variables to set for the process.</summary>
    public ConfigVariables Variables { get; init; } = ConfigVariables.None;

    /// <summary>Options for a client that serves this config's models. Its callbacks are still to be added.</summary>
    /// <param name="timeProvider">Tells the time.</param>
    /// <param name="loggerFactory">For diagnostics.</param>
    /// <param name="cache">A cache to go on with, after a reload with the same <see cref="Cache"/>. Default: a new one.</param>
    public LlmClientOptions ToClientOptions(
        TimeProvider? timeProvider = null,
        ILoggerFactory? loggerFactory = null,
        ICallCache? cache = null
    )
    {
        var options = new LlmClientOptions
        {
            LoggerFactory = loggerFactory,
            TimeProvider = timeProvider ?? TimeProvider.System,
            TurnOffMessageLogging = TurnOffMessageLogging,
        };
        options.Cache = Cache is null ? null : cache ?? Cache.Create(options.TimeProvider);
        foreach (var deployment in Models.Deployments)
        {
            options.Deployments.Add(deployment);
        }

        Routing.ApplyTo(options);
        return options;
    }
}
