namespace Callgate;

/// <summary>Keeps answers by the request that they answer. Thread-safe. What it throws counts as a miss, and is reported once.</summary>
public interface ICallCache
{
    /// <summary>The answer kept under this key, or null.</summary>
    ValueTask<LlmResponse?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Keeps an answer.</summary>
    /// <param name="key">The key: a hash of the request within its namespace.</param>
    /// <param name="response">The answer; of a stream, the assembled one.</param>
    /// <param name="ttl">How long to keep it; null for the cache's own default.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask SetAsync(string key, LlmResponse response, TimeSpan? ttl, CancellationToken cancellationToken);
}
