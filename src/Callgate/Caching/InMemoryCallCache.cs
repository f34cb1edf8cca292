namespace Callgate;

/// <summary>An exact cache in memory: bounded, least recently used first out. Thread-safe.</summary>
public sealed class InMemoryCallCache : ICallCache
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Entry> _byUse = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _byKey = new(StringComparer.Ordinal);
    private readonly int _maxEntries;
    private readonly TimeSpan _ttl;
    private readonly TimeProvider _time;

    /// <summary>An empty cache.</summary>
    /// <param name="maxEntries">How many answers are kept. Default 1,000.</param>
    /// <param name="ttl">How long each is kept. Default 10 minutes.</param>
    /// <param name="timeProvider">Tells the time. Default: the system's clock.</param>
    public InMemoryCallCache(int maxEntries = 1000, TimeSpan? ttl = null, TimeProvider? timeProvider = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxEntries, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ttl ?? TimeSpan.MaxValue, TimeSpan.Zero, nameof(ttl));
        _maxEntries = maxEntries;
        _ttl = ttl ?? TimeSpan.FromMinutes(10);
        _time = timeProvider ?? TimeProvider.System;
    }

    /// <summary>How many answers are kept now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _byKey.Count;
            }
        }
    }

    /// <inheritdoc />
    public ValueTask<LlmResponse?> GetAsync(string key, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_byKey.TryGetValue(key, out var node))
            {
                return new((LlmResponse?)null);
            }

            _byUse.Remove(node);
            if (node.Value.Until <= _time.GetUtcNow())
            {
                _byKey.Remove(key);
                return new((LlmResponse?)null);
            }

            _byUse.AddFirst(node);
            return new(node.Value.Response);
        }
    }

    /// <inheritdoc />
    public ValueTask SetAsync(string key, LlmResponse response, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_byKey.Remove(key, out var old))
            {
                _byUse.Remove(old);
            }

            _byKey[key] = _byUse.AddFirst(new Entry(key, response, Until(ttl ?? _ttl)));
            if (_byKey.Count > _maxEntries)
            {
                _byKey.Remove(_byUse.Last!.Value.Key);
                _byUse.RemoveLast();
            }
        }

        return default;
    }

    private DateTimeOffset Until(TimeSpan ttl)
    {
        var now = _time.GetUtcNow();
        return ttl < DateTimeOffset.MaxValue - now ? now + ttl : DateTimeOffset.MaxValue;
    }

    private sealed record Entry(string Key, LlmResponse Response, DateTimeOffset Until);
}
