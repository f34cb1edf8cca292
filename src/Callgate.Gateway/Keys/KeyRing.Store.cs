using Callgate.Gateway.Store;
using Microsoft.Extensions.Logging;

namespace Callgate.Gateway.Keys;

/// <summary>The way between the mirror and the store, one thing at a time, so that both see changes in one order.</summary>
internal sealed partial class KeyRing
{
    /// <summary>The longest that a change waits for others; the store has its own bound.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private long _version;
    private bool _isStoreDown;
    private bool _isDisposed;

    /// <summary>Reads all keys, and keeps in step with the store from then on.</summary>
    /// <param name="store">The store; disposed with the ring.</param>
    /// <param name="time">Tells when keys expire.</param>
    /// <param name="logger">Told when the store fails.</param>
    /// <param name="interval">How often spend is stored, and other processes' changes are read. Default 2 seconds.</param>
    /// <exception cref="KeyStoreException">The keys can't be read.</exception>
    public static async Task<KeyRing> OpenAsync(
        IKeyStore store,
        TimeProvider time,
        ILogger logger,
        TimeSpan? interval = null
    )
    {
        var ring = new KeyRing(store, time, logger);
        try
        {
            await ring.ReadChangesAsync().ConfigureAwait(false);
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        ring._loop = ring.RunAsync(interval ?? TimeSpan.FromSeconds(2));
        return ring;
    }

    /// <summary>Adds a key. It is good when this is done.</summary>
    public async Task<VirtualKey> InsertAsync(KeyRecord record, CancellationToken cancellationToken)
    {
        await EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _store.InsertAsync(record, CancellationToken.None).ConfigureAwait(false);
            return Mirror(record)!;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Changes a key; null where there is none. The change holds when this is done.</summary>
    /// <param name="hash">Which.</param>
    /// <param name="change">Makes the new record; what it throws reaches the caller, and nothing has changed.</param>
    /// <param name="setsSpend">Whether the spend is set, so that what wasn't stored yet doesn't count any more.</param>
    /// <param name="cancellationToken">Ends the waiting; what was begun is finished.</param>
    public async Task<VirtualKey?> UpdateAsync(
        KeyHash hash,
        Func<KeyRecord, KeyRecord> change,
        bool setsSpend,
        CancellationToken cancellationToken
    )
    {
        await EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var updated = await _store
                .UpdateAsync(hash.ToString(), change, CancellationToken.None)
                .ConfigureAwait(false);
            if (updated is null)
            {
                _keys.TryRemove(hash, out _);
                return null;
            }

            return Mirror(updated, setsSpend);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Removes keys. They are refused when this is done.</summary>
    public async Task DeleteAsync(IReadOnlyCollection<KeyHash> hashes, CancellationToken cancellationToken)
    {
        await EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _store
                .DeleteAsync([.. hashes.Select(h => h.ToString())], CancellationToken.None)
                .ConfigureAwait(false);
            foreach (var hash in hashes)
            {
                _keys.TryRemove(hash, out _);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Stores what was spent, and reads what others changed; where the store fails, the next time.</summary>
    public async Task SyncAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            await StoreSpendAsync().ConfigureAwait(false);
            await ReadChangesAsync().ConfigureAwait(false);
            if (_isStoreDown)
            {
                _isStoreDown = false;
                LogStoreIsBack();
            }
        }
#pragma warning disable CA1031 // Whatever the store throws, the loop goes on, and so do the calls.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (!_isStoreDown)
            {
                _isStoreDown = true;
                LogStoreFails(exception.Message);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Stores what was spent last, and closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        await SyncAsync().ConfigureAwait(false);
        if (!_unsettled.IsEmpty)
        {
            LogSpendIsLost(_unsettled.Sum(s => s.TakeFromQueue()), _unsettled.Count);
        }

        await _store.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync(TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                await SyncAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed: whoever disposes it stores what is left.
        }
    }

    private async Task EnterAsync(CancellationToken cancellationToken)
    {
        if (!await _gate.WaitAsync(s_patience, cancellationToken).ConfigureAwait(false))
        {
            throw new KeyStoreException("The store of keys is too slow: other changes are waiting for it. Try again.");
        }
    }

    private async Task StoreSpendAsync()
    {
        var spends = new List<KeySpend>();
        while (_unsettled.TryDequeue(out var spend))
        {
            spends.Add(spend);
        }

        if (spends.Count == 0)
        {
            return;
        }

        var amounts = spends.ConvertAll(s => (Spend: s, Amount: s.TakeFromQueue()));
        try
        {
            // A key that was deleted and made again has two.
            var sums = amounts.GroupBy(a => a.Spend.Token!, (token, a) => new KeySpending(token, a.Sum(s => s.Amount)));
            var totals = await _store.AddSpendAsync([.. sums], CancellationToken.None).ConfigureAwait(false);
            var spent = totals.ToDictionary(t => t.Token, t => t.Amount);
            foreach (var (spend, amount) in amounts)
            {
                // A key that isn't there any more has nothing to settle.
                if (spent.TryGetValue(spend.Token!, out var total))
                {
                    spend.Settle(amount, total);
                    if (KeyHash.TryParse(spend.Token, out var hash))
                    {
                        Find(hash)?.Refresh();
                    }
                }
            }
        }
        catch
        {
            foreach (var spend in spends.Where(s => s.ReturnToQueue()))
            {
                _unsettled.Enqueue(spend);
            }

            throw;
        }
    }

    private async Task ReadChangesAsync()
    {
        var changes = await _store.ReadChangesAsync(_version, CancellationToken.None).ConfigureAwait(false);
        foreach (var record in changes.Saved)
        {
            Mirror(record);
        }

        foreach (var token in changes.Deleted)
        {
            if (KeyHash.TryParse(token, out var hash))
            {
                _keys.TryRemove(hash, out _);
            }
        }

        _version = changes.Version;
    }

    private VirtualKey? Mirror(KeyRecord record, bool forgetPending = false)
    {
        if (!KeyHash.TryParse(record.Token, out var hash))
        {
            LogNoHash(record.KeyName);
            return null;
        }

        var spend = Find(hash)?.Spent;
        spend?.Reset(record.Spend, forgetPending);
        return _keys[hash] = new(record, spend);
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The store of keys fails: {Reason} Calls go on with the keys that are known; their spend is kept in memory meanwhile."
    )]
    private partial void LogStoreFails(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The store of keys works again.")]
    private partial void LogStoreIsBack();

    [LoggerMessage(Level = LogLevel.Error, Message = "{Amount} USD that {Count} keys spent couldn't be stored.")]
    private partial void LogSpendIsLost(decimal amount, int count);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A stored key ({KeyName}) is passed over: its token is no SHA-256 in lowercase hex."
    )]
    private partial void LogNoHash(string keyName);
}
