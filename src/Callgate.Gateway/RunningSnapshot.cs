using Callgate.Gateway.UserCode;
using Microsoft.Extensions.Logging;

namespace Callgate.Gateway;

/// <summary>A snapshot and what runs for it: the code of its callbacks, and the watch over their files.</summary>
internal sealed partial class RunningSnapshot(GatewaySnapshot snapshot, Secret? masterKey, ILogger logger)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private readonly List<ConfiguredCallback> _callbacks = [];
    private readonly List<CallbackWatcher> _watchers = [];

    public GatewaySnapshot Snapshot => snapshot;

    public Secret? MasterKey => masterKey;

    /// <summary>The callbacks in order, the host application's first.</summary>
    public void Add(ConfiguredCallback callback) => _callbacks.Add(callback);

    public void Add(CallbackWatcher watcher) => _watchers.Add(watcher);

    /// <summary>Lets the client call those that there are now.</summary>
    public void Register()
    {
        var list = new CallbackList();
        foreach (var callback in _callbacks)
        {
            callback.AddTo(list);
        }

        snapshot.Client.Callbacks = list;
    }

    /// <summary>Puts a new version of a callback's code in the old one's place; done once no call and no event needs the old one.</summary>
    public async Task ReplaceAsync(LoadedCallback before, LoadedCallback after)
    {
        lock (_lock)
        {
            for (var i = 0; i < _callbacks.Count; i++)
            {
                if (ReferenceEquals(_callbacks[i].Loaded, before))
                {
                    _callbacks[i] = _callbacks[i] with { Handler = after.Handler, Loaded = after };
                }
            }
        }

        var drained = snapshot.Client.Runtime.ReplaceAsync(before.Handler, after.Handler);
        LogSwapped(logger, after.Reference);
        await drained.ConfigureAwait(false);
    }

    /// <summary>Waits for the calls that are open now, and for their events.</summary>
    private async Task DrainAsync(TimeSpan longest)
    {
        var runtime = snapshot.Client.Runtime;
        var open = runtime.OpenCalls.ToList();
        var start = runtime.Time.GetTimestamp();
        while (
            !open.TrueForAll(c => c.IsClosed)
            && (longest == Timeout.InfiniteTimeSpan || runtime.Time.GetElapsedTime(start) < longest)
        )
        {
            await Task.Delay(s_look, runtime.Time).ConfigureAwait(false);
        }

        await snapshot.Client.FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Ends after the calls that began with it.</summary>
    public async Task RetireAsync(TimeSpan longest)
    {
        try
        {
            await StopWatchingAsync().ConfigureAwait(false);
            await DrainAsync(longest).ConfigureAwait(false);
            await ReleaseAsync(longest).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Nobody waits for it, so nobody else would tell.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotRetired(logger, exception);
        }
    }

    /// <summary>Ends now, and tells what became of the events.</summary>
    public async Task<FlushResult> StopAsync(TimeSpan longest)
    {
        await StopWatchingAsync().ConfigureAwait(false);
        return await ReleaseAsync(longest).ConfigureAwait(false);
    }

    private async Task<FlushResult> ReleaseAsync(TimeSpan longest)
    {
        var client = snapshot.Client;
        client.Runtime.TerminateOpenCalls(GatewayServer.Stopped);
        var events = await client.FlushAsync(longest).ConfigureAwait(false);
        await client.DisposeAsync().ConfigureAwait(false);
        foreach (var callback in _callbacks)
        {
            await callback.ReleaseAsync().ConfigureAwait(false);
        }

        return events;
    }

    private async Task StopWatchingAsync()
    {
        foreach (var watcher in _watchers)
        {
            await watcher.DisposeAsync().ConfigureAwait(false);
        }

        _watchers.Clear();
    }

    [LoggerMessage(LogLevel.Information, "The callback {Name} was changed, and is in effect.")]
    private static partial void LogSwapped(ILogger logger, string name);

    [LoggerMessage(LogLevel.Warning, "What served before the last change of the config could not be ended.")]
    private static partial void LogNotRetired(ILogger logger, Exception exception);
}
