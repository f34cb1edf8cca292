using Callgate.Gateway.Configuration;
using Callgate.Gateway.Keys;
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
    private readonly ProcessVariables _variables = new();

    public SnapshotBuilder(GatewayOptions options, IServiceProvider services, ILoggerFactory loggers)
    {
        _options = options;
        _services = services;
        _loggers = loggers;
        _logger = loggers.CreateLogger("Callgate.Gateway");
        _loader = new CallbackLoader(options, services);
        LoadOptions = ConfigLoadOptions.Of(options) with
        {
            // A reload must not find what only the config before it has set.
            Environment = name => _variables.Own(name, options.Environment),
        };
    }

    public ConfigLoadOptions LoadOptions { get; }

    /// <summary>Where the code of a config's callbacks is.</summary>
    public static IEnumerable<string> FoldersOf(GatewayConfig config) => CallbackLoader.FoldersOf(config.Callbacks);

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

        Log(result.Diagnostics);
        return result;
    }

    /// <exception cref="GatewayStartException">A callback can't be loaded, or there must be a master key.</exception>
    public async Task<RunningSnapshot> BuildAsync(
        GatewayConfig? given,
        RunningSnapshot? before,
        CancellationToken cancellationToken
    )
    {
        var config = given ?? DefaultConfig.Create(_options.Environment);
        var masterKey = await MasterKeyOf(config, before, cancellationToken).ConfigureAwait(false);
        try
        {
            _variables.Set(config.Variables);
            return await BuildAsync(config, masterKey, before, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _variables.Set(before?.Snapshot.Config.Variables ?? ConfigVariables.None);
            throw;
        }
    }

    private async Task<RunningSnapshot> BuildAsync(
        GatewayConfig config,
        string? masterKey,
        RunningSnapshot? before,
        CancellationToken cancellationToken
    )
    {
        var clientOptions = config.ToClientOptions(
            TimeProvider.System,
            _loggers,
            before?.Snapshot.Cache is { } kept && kept.Settings == config.Cache ? kept.Cache : null
        );
        clientOptions.IsGateway = true;
        _options.ConfigureClient?.Invoke(clientOptions);
        var applications = Applications();
        var callbacks = await LoadAsync(config, cancellationToken).ConfigureAwait(false);
        RunningSnapshot? running = null;
        try
        {
            running = new RunningSnapshot(
                new GatewaySnapshot
                {
                    Client = new LlmClient(clientOptions),
                    Config = config,
                    Cache = (config.Cache, clientOptions.Cache),
                },
                masterKey,
                _logger
            );
            foreach (var callback in applications.Concat(callbacks))
            {
                running.Add(callback);
            }

            running.Register();
            // Edits are followed only from here on, when there is something to put them into.
            foreach (var loaded in callbacks.Select(c => c.Loaded).Where(l => l?.FilePath is not null))
            {
                running.Add(_loader.Watch(loaded!, running.ReplaceAsync));
            }

            return running;
        }
        catch
        {
            await (
                running is null
                    ? CallbackLoader.ReleaseAsync(callbacks)
                    : running.EndAsync(CancellationToken.None, static () => TimeSpan.Zero)
            ).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<IReadOnlyList<ConfiguredCallback>> LoadAsync(
        GatewayConfig config,
        CancellationToken cancellationToken
    )
    {
        var (callbacks, complaints) = await _loader
            .LoadAsync(config.Callbacks, cancellationToken)
            .ConfigureAwait(false);
        if (complaints.Any(c => c.Severity == ConfigSeverity.Error))
        {
            await CallbackLoader.ReleaseAsync(callbacks).ConfigureAwait(false);
            throw new GatewayStartException(string.Join(Environment.NewLine, complaints));
        }

        Log(complaints);
        return callbacks;
    }

    private async Task<string?> MasterKeyOf(
        GatewayConfig config,
        RunningSnapshot? before,
        CancellationToken cancellationToken
    )
    {
        var key = config.MasterKeyOr(_options.MasterKey) is { } secret
            ? (await secret.RevealAsync(cancellationToken).ConfigureAwait(false)).Trim()
            : "";
        if (key.Length > KeyHash.LongestKey)
        {
            throw new GatewayStartException($"The master key is longer than {KeyHash.LongestKey} characters.");
        }

        return key.Length > 0 ? key
            : _options.NeedsMasterKey || before?.MasterKey is not null
                ? throw new GatewayStartException(
                    "There is no master key any more, so everybody who can reach the gateway could use it: set general_settings.master_key. To go on without one, restart."
                )
            : null;
    }

    private List<ConfiguredCallback> Applications() =>
        [
            .. _options.Callbacks.Snapshot.Select(r => new ConfiguredCallback(
                r.Handler,
                CallbackEvents.All,
                r.Options
            )),
            .. _services
                .GetServices<CustomLogger>()
                .Select(h => new ConfiguredCallback(h, CallbackEvents.All, new CallbackOptions())),
        ];

    private void Log(IEnumerable<ConfigDiagnostic> diagnostics)
    {
        foreach (var diagnostic in diagnostics)
        {
#pragma warning disable CA2254, CA1848 // A line of a report, as it is.
            _logger.LogWarning(diagnostic.ToString());
#pragma warning restore CA2254, CA1848
        }
    }
}
