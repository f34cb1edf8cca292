using Callgate.Calls;

namespace Callgate.Caching;

/// <summary>Step 4: asks a cache, and tells it. Whatever the cache does, the call goes on.</summary>
internal static class KeptAnswers
{
    /// <summary>The answer that is kept for this call, or null.</summary>
    public static async ValueTask<LlmResponse?> LookUpAsync(
        ICallCache cache,
        Call call,
        CancellationToken cancellationToken
    )
    {
        call.CacheKey = CacheKey.Of(call);
        if (call.Options.Cache.NoCache)
        {
            return null;
        }

        try
        {
            var kept = await cache.GetAsync(call.CacheKey, cancellationToken).ConfigureAwait(false);
            return kept is null || IsTooOld(call, kept) ? null : kept with { KeptAt = null };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // A cache that fails is a cache that misses.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            call.Runtime.Hub.Report(cache.GetType().Name, nameof(ICallCache.GetAsync), exception);
            return null;
        }
    }

    /// <summary>One whose age is not known counts as too old.</summary>
    private static bool IsTooOld(Call call, LlmResponse kept) =>
        call.Options.Cache.MaxAge is { } most && !(call.Runtime.Time.GetUtcNow() - kept.KeptAt <= most);

    /// <summary>Keeps the answer as the provider gave it.</summary>
    public static async ValueTask KeepAsync(
        ICallCache cache,
        Call call,
        LlmResponse response,
        CancellationToken cancellationToken
    )
    {
        if (call.CacheKey is null || call.Options.Cache.NoStore)
        {
            return;
        }

        try
        {
            await cache
                .SetAsync(
                    call.CacheKey,
                    response.Typed with
                    {
                        KeptAt = call.Runtime.Time.GetUtcNow(),
                    },
                    call.Options.Cache.Ttl,
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The answer is there; that it couldn't be kept is no reason to lose it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            call.Runtime.Hub.Report(cache.GetType().Name, nameof(ICallCache.SetAsync), exception);
        }
    }
}
