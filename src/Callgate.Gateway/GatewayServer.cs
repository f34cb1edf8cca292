using Callgate.Calls;
using Callgate.Formats;
using Callgate.Formats.Responses;
using Callgate.Gateway.Configuration;
using Callgate.Gateway.Endpoints;
using Callgate.Gateway.Keys;
using Callgate.Gateway.Metrics;
using Callgate.Gateway.Store.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Callgate.Gateway;

/// <summary>
/// The gateway's state: the snapshot that new calls take, the keys, and what comes and goes with the host. A reload swaps the
/// snapshot as a whole; calls in flight end on the one that they began with.
/// </summary>
internal sealed partial class GatewayServer(GatewayOptions options, IServiceProvider services, ILoggerFactory loggers)
    : IHostedLifecycleService,
        IAsyncDisposable
{
    private static readonly TimeSpan s_leastForEvents = TimeSpan.FromSeconds(2);

    /// <summary>Why a call ended that took longer than the gateway's stopping.</summary>
    public const string Stopped = "The gateway stopped in mid-call.";

    private readonly ILogger _logger = loggers.CreateLogger("Callgate.Gateway");
    private readonly SnapshotBuilder _builder = new(options, services, loggers);
    private readonly SemaphoreSlim _reloading = new(1, 1);
    private readonly CancellationTokenSource _ending = new();
    private Task<FlushResult> _retired = Task.FromResult(default(FlushResult));
    private volatile RunningSnapshot? _running;
    private SqliteResponseStore? _responseStore;
    private ConfigWatcher? _watcher;
    private ITimer? _deadline;
    private int _stopped;
    private bool _hasStarted;
    private long _stoppingSince;

    public GatewayOptions Options => options;

    /// <summary>What new calls take. Whoever calls with it, or its callbacks, takes a <see cref="Lease"/> instead.</summary>
    public GatewaySnapshot Current => (_running ?? throw NotStarted()).Snapshot;

    /// <summary>What a new request takes, until it is over.</summary>
    public SnapshotLease Lease()
    {
        while (true)
        {
            var running = _running ?? throw NotStarted();
            running.Enter();
            // A reload either finds this request, or is seen here.
            if (ReferenceEquals(running, _running))
            {
                return new SnapshotLease(running);
            }

            running.Leave();
        }
    }

    public KeyRing Keys { get; private set; } = null!;

    public RefusalCounter Refusals { get; private set; } = null!;

    /// <summary>The stored responses.</summary>
    public ResponseHistory Responses { get; private set; } = null!;

    /// <summary>The counters of calls.</summary>
    public GatewayMetrics Metrics { get; } = new();

    /// <summary>Counts a call that has ended, and charges its key.</summary>
    public void OnClosed(Call call, CallEnd end)
    {
        if (call.Gateway!.Key is VirtualKey key)
        {
            Keys.AddSpend(key, end.Cost.Total ?? 0);
        }

        // By the config's own name of it: what clients write is theirs to choose.
        Metrics.Count(call, end, Current.Config.Models.Find(call.ModelGroup).Group);
    }

    /// <summary>Whether it takes calls: started, and not yet stopping.</summary>
    public bool IsReady =>
        _running is not null && Volatile.Read(ref _stoppingSince) == 0 && Volatile.Read(ref _stopped) == 0;

    /// <exception cref="GatewayStartException">The configuration can't be used.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var config = _builder.Load();
        var store = await SqliteKeyStore.OpenAsync(options.DatabaseFile).ConfigureAwait(false);
        Keys = await KeyRing
            .OpenAsync(store, TimeProvider.System, loggers.CreateLogger("Callgate.Keys"))
            .ConfigureAwait(false);
        _responseStore = SqliteResponseStore.Open(
            Path.ChangeExtension(options.DatabaseFile, ".responses.db"),
            TimeProvider.System
        );
        Responses = new ResponseHistory(_responseStore, TimeProvider.System);
        Refusals = new RefusalCounter(this, TimeProvider.System);
        Take(await _builder.BuildAsync(config?.Config, null, cancellationToken).ConfigureAwait(false));
        if (options.ConfigFile is not null)
        {
            _watcher = new ConfigWatcher(config!, _builder.LoadOptions, _logger, options.ReloadPause);
            _watcher.Changed += changed => _ = ReloadAsync(changed);
            _watcher.Start();
        }
    }

    private void Take(RunningSnapshot running)
    {
        Keys.SetMasterKey(running.MasterKey);
        // A full fence: whoever takes the one before either has counted itself by now, or sees this one.
        var before = Interlocked.Exchange(ref _running, running);
        if (before is not null)
        {
            _retired = RetireAsync(before, _retired);
        }
    }

    /// <summary>Lets a snapshot end.</summary>
    /// <returns>What became of its events, and of those of the ones before it.</returns>
    private async Task<FlushResult> RetireAsync(RunningSnapshot running, Task<FlushResult> others)
    {
        var events = default(FlushResult);
        try
        {
            events = await running.EndAsync(_ending.Token, TimeForEvents).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Nobody waits for it, so nobody else would tell.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotEnded(_logger, exception);
        }

        return events + await others.ConfigureAwait(false);
    }

    /// <summary>Takes a changed config over, as a whole or not at all.</summary>
    private async Task ReloadAsync(GatewayConfig changed)
    {
        var ending = _ending.Token;
        await _reloading.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        // The watcher is not to be held up by what constructors of callbacks do.
        await Task.Yield();
        try
        {
            if (Volatile.Read(ref _stopped) != 0)
            {
                return;
            }

            _watcher!.AwaitCode(SnapshotBuilder.FoldersOf(changed));
            var built = await _builder.BuildAsync(changed, _running, ending).ConfigureAwait(false);
            if (Volatile.Read(ref _stopped) != 0)
            {
                await built.EndAsync(ending, TimeForEvents).ConfigureAwait(false);
                return;
            }

            Take(built);
            _watcher.Settle();
            LogReloaded(_logger, options.ConfigFile!);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The gateway stops.
        }
#pragma warning disable CA1031 // Whatever is wrong with the new one, the old one goes on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotReloaded(_logger, options.ConfigFile!, exception.Message);
        }
        finally
        {
            _reloading.Release();
        }
    }

    /// <summary>What a format has to know to write an answer.</summary>
    public static FormatContext ContextOf(Call call) =>
        new(call.Gateway!.ClientRequest, GatewayCall.ShownModel(call), call.Id, call.StartTime.ToUnixTimeSeconds())
        {
            Passed = call.Attempt?.Raw?.Passed,
        };

    /// <summary>Keeps an answer that its client may come back to.</summary>
    /// <param name="call">The call.</param>
    /// <param name="answer">The answer as its client gets it.</param>
    /// <param name="isPassedOn">Whether it is the provider's own.</param>
    public async ValueTask KeepAsync(Call call, ReadOnlyMemory<byte> answer, bool isPassedOn = false)
    {
        if (answer.IsEmpty || call.Gateway!.Format is not ResponsesFormat)
        {
            return;
        }

        try
        {
            await Responses
                .SaveAsync(
                    call.Gateway.ClientRequest,
                    answer,
                    call.Gateway.UserApiKey.KeyHash ?? "",
                    isPassedOn ? call.Attempt!.Target.Deployment.Id : null,
                    CancellationToken.None
                )
                .ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The answer is paid for: its client is to have it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNotKept(_logger, call.Id, failure);
        }
    }

    /// <summary>Tells the log of a failure that is the gateway's own.</summary>
    public void Note(Call call, Exception failure)
    {
        if (failure is not (LlmException or OperationCanceledException))
        {
            LogFailure(_logger, call.Id, failure);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _hasStarted = true;
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _watcher?.Dispose();
        _stoppingSince = TimeProvider.System.GetTimestamp();
        // The web server, which stops next, waits for its requests: a stream may go on for longer than anybody does.
        // Hosts may be stopped twice, or after they were disposed.
        if (Volatile.Read(ref _stopped) == 0)
        {
            _deadline ??= TimeProvider.System.CreateTimer(
                static s => ((GatewayServer)s!).EndCalls(),
                this,
                options.ShutdownTimeout,
                Timeout.InfiniteTimeSpan
            );
        }

        return Task.CompletedTask;
    }

    /// <summary>Ends what is in flight, those calls too that began before the last reload.</summary>
    private void EndCalls()
    {
        _ending.Cancel();
        _running?.Snapshot.Client.Runtime.TerminateOpenCalls(Stopped);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>After the server has stopped taking requests, and has waited for those in flight.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken) => await DisposeAsync().ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
        {
            return;
        }

        _watcher?.Dispose();
        if (_deadline is { } deadline)
        {
            await deadline.DisposeAsync().ConfigureAwait(false);
        }

        if (Refusals is { } refusals)
        {
            await refusals.DisposeAsync().ConfigureAwait(false);
        }

        await _ending.CancelAsync().ConfigureAwait(false);
        // What a reload is in the middle of making is to be ended too.
        await _reloading.WaitAsync(TimeForEvents()).ConfigureAwait(false);
        if (_running is { } running)
        {
            var events = await RetireAsync(running, _retired).ConfigureAwait(false);
            if (_hasStarted)
            {
                LogStopped(_logger, events.Accepted, events.Delivered, events.Pending, events.Dropped);
            }
        }

        if (Keys is { } keys)
        {
            await keys.DisposeAsync().ConfigureAwait(false);
        }

        _responseStore?.Dispose();
    }

    /// <summary>What the calls in flight have left of the time to stop, and enough for events in any case.</summary>
    private TimeSpan TimeForEvents()
    {
        var left =
            _stoppingSince == 0
                ? options.ShutdownTimeout
                : options.ShutdownTimeout - TimeProvider.System.GetElapsedTime(_stoppingSince);
        return left > s_leastForEvents ? left : s_leastForEvents;
    }

    private static InvalidOperationException NotStarted() =>
        new("The gateway has not started: its host starts it, after AddCallgateGateway.");

    [LoggerMessage(LogLevel.Information, "{File} was changed, and is in effect.")]
    private static partial void LogReloaded(ILogger logger, string file);

    [LoggerMessage(LogLevel.Error, "{File} was changed, and can't be used; the old one stays in effect: {Reason}")]
    private static partial void LogNotReloaded(ILogger logger, string file, string reason);

    [LoggerMessage(LogLevel.Warning, "What served before the last change of the config could not be ended.")]
    private static partial void LogNotEnded(ILogger logger, Exception exception);

    [LoggerMessage(LogLevel.Error, "The call {CallId} failed in the gateway itself.")]
    private static partial void LogFailure(ILogger logger, string callId, Exception exception);

    [LoggerMessage(LogLevel.Error, "The response of the call {CallId} could not be stored: nothing can build on it.")]
    private static partial void LogNotKept(ILogger logger, string callId, Exception exception);

    [LoggerMessage(
        LogLevel.Information,
        "Stopped. {Accepted} events = {Delivered} delivered + {Pending} pending + {Dropped} dropped."
    )]
    private static partial void LogStopped(ILogger logger, long accepted, long delivered, long pending, long dropped);
}
