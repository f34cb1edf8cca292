namespace Callgate.Gateway.Store;

/// <summary>
/// Keeps virtual keys. Nothing on a call's path waits for it: <see cref="Keys.KeyRing"/> mirrors it in memory.
/// Thread-safe; what was begun is finished, whoever stops waiting for it. All methods throw
/// <see cref="KeyStoreException"/> where the store can't do its work, and have changed nothing then.
/// </summary>
internal interface IKeyStore : IAsyncDisposable
{
    /// <summary>What has changed since a version, by whichever process; since 0: everything. May be asked often.</summary>
    ValueTask<KeyChanges> ReadChangesAsync(long since, CancellationToken cancellationToken);

    /// <summary>Adds a key.</summary>
    /// <exception cref="DuplicateKeyException">There is a key of this hash or alias.</exception>
    ValueTask InsertAsync(KeyRecord record, CancellationToken cancellationToken);

    /// <summary>Changes a key in one transaction with reading it; null where there is none.</summary>
    /// <param name="token">The key's hash.</param>
    /// <param name="change">Makes the new record of the stored one; what it throws reaches the caller, and nothing has changed.</param>
    /// <param name="cancellationToken">Ends the waiting for the store.</param>
    /// <exception cref="DuplicateKeyException">Another key has the alias.</exception>
    ValueTask<KeyRecord?> UpdateAsync(
        string token,
        Func<KeyRecord, KeyRecord> change,
        CancellationToken cancellationToken
    );

    /// <summary>Removes keys; those that aren't there are passed over.</summary>
    ValueTask DeleteAsync(IReadOnlyCollection<string> tokens, CancellationToken cancellationToken);

    /// <summary>Adds to what keys have spent, all in one transaction.</summary>
    /// <returns>What each has spent now; keys that aren't there are passed over.</returns>
    ValueTask<IReadOnlyList<KeySpending>> AddSpendAsync(
        IReadOnlyCollection<KeySpending> amounts,
        CancellationToken cancellationToken
    );
}

/// <summary>What changed in a store.</summary>
/// <param name="Version">Where to read on the next time.</param>
/// <param name="Saved">Keys that are new or changed.</param>
/// <param name="Deleted">The hashes of keys that are gone.</param>
internal sealed record KeyChanges(long Version, IReadOnlyList<KeyRecord> Saved, IReadOnlyList<string> Deleted);

/// <summary>An amount in USD that a key spends or has spent.</summary>
internal readonly record struct KeySpending(string Token, decimal Amount);
