namespace Callgate.Gateway.Keys;

/// <summary>What a key has spent: what is stored, and what isn't yet. It outlives the key's changes.</summary>
internal sealed class KeySpend(string? token, decimal stored)
{
    private readonly Lock _lock = new();
    private decimal _stored = stored;
    private decimal _pending;
    private bool _isQueued;

    /// <summary>The key's hash; null where the spend isn't stored.</summary>
    public string? Token => token;

    /// <summary>In USD, up to now.</summary>
    public decimal Total
    {
        get
        {
            lock (_lock)
            {
                return _stored + _pending;
            }
        }
    }

    /// <summary>Adds to it.</summary>
    /// <returns>Whether it is to be queued for storing: it isn't yet.</returns>
    public bool Add(decimal amount)
    {
        lock (_lock)
        {
            _pending += amount;
            return Queue();
        }
    }

    /// <summary>What is to be stored now; nothing is forgotten until <see cref="Settle"/>.</summary>
    public decimal TakeFromQueue()
    {
        lock (_lock)
        {
            _isQueued = false;
            return _pending;
        }
    }

    /// <summary>Storing failed.</summary>
    /// <returns>Whether it is to be queued again.</returns>
    public bool ReturnToQueue()
    {
        lock (_lock)
        {
            return Queue();
        }
    }

    /// <summary>An amount was stored.</summary>
    public void Settle(decimal amount, decimal stored)
    {
        lock (_lock)
        {
            _pending -= amount;
            _stored = stored;
        }
    }

    /// <summary>What is stored was read anew.</summary>
    /// <param name="stored">In USD.</param>
    /// <param name="forgetPending">Whether it was set by hand, so that what came before doesn't count.</param>
    public void Reset(decimal stored, bool forgetPending)
    {
        lock (_lock)
        {
            _stored = stored;
            if (forgetPending)
            {
                _pending = 0;
            }
        }
    }

    private bool Queue()
    {
        if (_isQueued || token is null)
        {
            return false;
        }

        return _isQueued = true;
    }
}
