namespace Callgate.Calls;

/// <summary>Ends streams that their consumers have left unread and undisposed. Its timer runs only while streams are open.</summary>
internal sealed class StreamSweeper(ClientRuntime runtime) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<StreamState> _open = [];
    private ITimer? _timer;

    public void Add(StreamState stream)
    {
        lock (_lock)
        {
            _open.Add(stream);
            var every = runtime.Options.AbandonTimeout / 4;
            _timer ??= runtime.Time.CreateTimer(static s => ((StreamSweeper)s!).Sweep(), this, every, every);
        }
    }

    public void Remove(StreamState stream)
    {
        lock (_lock)
        {
            _open.Remove(stream);
            if (_open.Count == 0)
            {
                _timer?.Dispose();
                _timer = null;
            }
        }
    }

    private void Sweep()
    {
        List<StreamState> idle;
        var since = runtime.Time.GetUtcNow() - runtime.Options.AbandonTimeout;
        lock (_lock)
        {
            idle = [.. _open.Where(s => s.IsIdleSince(since))];
        }

        foreach (var stream in idle)
        {
            stream.Abandon();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _timer?.Dispose();
            _timer = null;
            _open.Clear();
        }
    }
}
