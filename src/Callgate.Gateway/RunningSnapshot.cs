using Callgate.Gateway.UserCode;
using Microsoft.Extensions.Logging;

namespace Callgate.Gateway;

/// <summary>A snapshot and what runs for it: the code of its callbacks, and the watch over their files.</summary>
internal sealed partial class RunningSnapshot(GatewaySnapshot snapshot, string? masterKey, ILogger logger)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    private int _requests;

    private readonly Lock _lock = new();
    private readonly List<ConfiguredCallback> _callbacks = [];
    private readonly List<CallbackWatcher> _watchers = [];

    public GatewaySnapshot Snapshot => snapshot;

    public string? MasterKey => masterKey;

    /// <summary>Counts a request that takes it.</summary>
    public void Enter() => Interlocked.Increment(ref _requests);

    /// <summary>The request is over.</summary>
    public void Leave() => Interlocked.Decrement(ref _requests);

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

    /// <summary>
    /// Ends once its requests and its calls have, which their own time limits bound; or at once. It must not be what new requests take.
    /// </summary>
    /// <param name="atOnce">Ends its calls.</param>
    /// <param name="forEvents">How long their events may take.</param>
    /// <returns>What became of all its events.</returns>
    public async Task<FlushResult> EndAsync(CancellationToken atOnce, Func<TimeSpan> forEvents)
    {
        await StopWatchingAsync().ConfigureAwait(false);
        var client = snapshot.Client;
        while (
            (Volatile.Read(ref _requests) > 0 || client.Runtime.OpenCalls.Count > 0) && !atOnce.IsCancellationRequested
        )
        {
            await Task.Delay(s_look, client.Runtime.Time, CancellationToken.None).ConfigureAwait(false);
        }

        client.Runtime.TerminateOpenCalls(GatewayServer.Stopped);
        var events = await client.FlushAsync(forEvents()).ConfigureAwait(false);
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
}
