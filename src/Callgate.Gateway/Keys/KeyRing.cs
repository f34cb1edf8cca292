using System.Collections.Concurrent;
using Callgate.Gateway.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Callgate.Gateway.Keys;

/// <summary>
/// All keys in memory. Calls are let in, and their spend is counted, without the store: it is written behind them, and
/// asked every few seconds for what other processes changed. While it is down calls go on, and only changes of keys fail.
/// </summary>
internal sealed partial class KeyRing : IAsyncDisposable
{
    private readonly ConcurrentDictionary<KeyHash, VirtualKey> _keys = new();
    private readonly ConcurrentQueue<KeySpend> _unsettled = new();
    private readonly IKeyStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile MasterKey? _master;

    private KeyRing(IKeyStore store, TimeProvider time, ILogger logger)
    {
        _store = store;
        _time = time;
        _logger = logger;
    }

    /// <summary>Whether keys are asked for at all. Without a master key everybody may call, and nobody may administer.</summary>
    public bool HasMasterKey => _master is not null;

    /// <summary>The keys, in no order; the master key isn't among them.</summary>
    public IEnumerable<VirtualKey> Keys => _keys.Select(k => k.Value);

    /// <summary>Sets the master key, or takes it away. May be done at any time.</summary>
    public void SetMasterKey(string? key)
    {
        if (string.IsNullOrWhiteSpace(key))
        {
            _master = null;
        }
        else if (!KeyHash.TryCompute(key.AsSpan().Trim(), out var hash))
        {
            throw new ArgumentException($"The master key is longer than {KeyHash.LongestKey} characters.", nameof(key));
        }
        else if (_master?.Hash != hash)
        {
            _master = new(hash, VirtualKey.Master());
        }
    }

    /// <summary>Looks at the key that a request's headers present.</summary>
    public KeyLookup Authenticate(IHeaderDictionary headers) => Find(PresentedKey.Of(headers));

    /// <summary>Looks at a key.</summary>
    public KeyLookup Find(ReadOnlySpan<char> presented)
    {
        var master = _master;
        if (presented.IsEmpty)
        {
            return master is null ? KeyLookup.Found(VirtualKey.Anonymous) : KeyLookup.Missing();
        }

        if (KeyHash.TryCompute(presented, out var hash))
        {
            if (master is not null && master.Hash.FixedTimeEquals(hash))
            {
                return KeyLookup.Found(master.Key);
            }

            if (_keys.TryGetValue(hash, out var key))
            {
                return Check(key);
            }
        }

        return master is null ? KeyLookup.Found(VirtualKey.Anonymous) : KeyLookup.Unknown(presented);
    }

    /// <summary>The key of a hash.</summary>
    public VirtualKey? Find(in KeyHash hash) => _keys.GetValueOrDefault(hash);

    /// <summary>Whether it is the master key's hash.</summary>
    public bool IsMaster(in KeyHash hash) => _master is { } master && master.Hash.FixedTimeEquals(hash);

    /// <summary>Counts what a call has cost. It is stored some seconds later.</summary>
    public void AddSpend(VirtualKey key, decimal cost)
    {
        if (cost != 0 && key.Spent.Add(cost))
        {
            _unsettled.Enqueue(key.Spent);
        }
    }

    private KeyLookup Check(VirtualKey key)
    {
        if (key.Record.Blocked)
        {
            return KeyLookup.Blocked(key);
        }

        return key.Record.Expires is { } expires && _time.GetUtcNow() is var now && expires <= now
            ? KeyLookup.Expired(key, now)
            : KeyLookup.Found(key);
    }

    private sealed record MasterKey(KeyHash Hash, VirtualKey Key);
}
