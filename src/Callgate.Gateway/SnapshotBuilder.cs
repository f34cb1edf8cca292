using Callgate.Gateway.Configuration;
using Callgate.Gateway.UserCode;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Callgate.Gateway;

/// <summary>Makes a snapshot of a configuration: its client, and its callbacks loaded. Whole, or not at all.</summary>
internal sealed class SnapshotBuilder
{
    private readonly GatewayOptions _options;
    private readonly IServiceProvider _services;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly CallbackLoader _loader;

    public SnapshotBuilder(GatewayOptions options, IServiceProvider services, ILoggerFactory loggers)
    {
        _options = options;
        _services = services;
        _loggers = loggers;
        _logger = loggers.CreateLogger("Callgate.Gateway");
        _loader = new CallbackLoader(options, services);
        LoadOptions = ConfigLoadOptions.Of(options);
    }

    public ConfigLoadOptions LoadOptions { get; }

    /// <summary>Reads the config; null where there is none.</summary>
    /// <exception cref="GatewayStartException">It can't be used.</exception>
    public ConfigResult? Load()
    {
        if (_options.ConfigFile is not { } file)
        {
            return null;
        }

        var result = _options.Config ?? ConfigLoader.Load(file, LoadOptions);
        if (result.Config is null)
        {
            throw new GatewayStartException(string.Join(Environment.NewLine, result.Diagnostics));
        }

        foreach (var diagnostic in result.Diagnostics)
        {
#pragma warning disable CA2254, CA1848 // A line of a report, as it is.
            _logger.LogWarning(diagnostic.ToString());
#pragma warning restore CA2254, CA1848
        }

        return result;
    }

    /// <exception cref="GatewayStartException">A callback can't be loaded.</exception>
    public async Task<RunningSnapshot> BuildAsync(
        GatewayConfig? given,
        RunningSnapshot? before,
        CancellationToken cancellationToken
    )
    {
        var config = given ?? DefaultConfig.Create();
        if (_options.NeedsMasterKey && (config.MasterKey ?? _options.MasterKey) is null)
        {
            throw new GatewayStartException(
                "There is no master key any more, and others than this machine can reach the gateway: set general_settings.master_key."
            );
        }

        config.Variables.Apply();
        var clientOptions = config.ToClientOptions(
            TimeProvider.System,
            _loggers,
            before?.Snapshot.Cache is { } kept && kept.Settings == config.Cache ? kept.Cache : null
        );
        clientOptions.IsGateway = true;
        _options.ConfigureClient?.Invoke(clientOptions);
        var (callbacks, complaints) = await _loader
            .LoadAsync(config.Callbacks, cancellationToken)
            .ConfigureAwait(false);
        if (complaints.Count > 0)
        {
            await CallbackLoader.ReleaseAsync(callbacks).ConfigureAwait(false);
            throw new GatewayStartException(string.Join(Environment.NewLine, complaints));
        }

        var running = new RunningSnapshot(
            new GatewaySnapshot
            {
                Client = new LlmClient(clientOptions),
                Config = config,
                Cache = (config.Cache, clientOptions.Cache),
            },
            config.MasterKey ?? _options.MasterKey,
            _logger
        );
        AddApplications(running);
        foreach (var callback in callbacks)
        {
            running.Add(callback);
        }

        running.Register();
        // Edits are followed only from here on, when there is something to put them into.
        foreach (
            var loaded in callbacks.Select(c => c.Loaded).OfType<LoadedCallback>().Where(l => l.FilePath is not null)
        )
        {
            running.Add(_loader.Watch(loaded, running.ReplaceAsync));
        }

        return running;
    }

    private void AddApplications(RunningSnapshot running)
    {
        foreach (var registration in _options.Callbacks.Snapshot)
        {
            running.Add(new ConfiguredCallback(registration.Handler, CallbackEvents.All, registration.Options));
        }

        foreach (var handler in _services.GetServices<CustomLogger>())
        {
            running.Add(new ConfiguredCallback(handler, CallbackEvents.All, new CallbackOptions()));
        }
    }
}
