namespace Callgate.Gateway.Configuration;

/// <summary>How answers are kept, in memory.</summary>
/// <param name="Ttl">How long; null: the cache's default.</param>
/// <param name="DefaultOff">Only requests that ask for it use the cache.</param>
/// <param name="Namespace">Keeps answers apart from others.</param>
internal sealed record CacheSettings(TimeSpan? Ttl, bool DefaultOff, string? Namespace)
{
    /// <summary>How a call uses the cache that says nothing of it.</summary>
    public CacheControl Defaults { get; } =
        new()
        {
            NoCache = DefaultOff,
            NoStore = DefaultOff,
            Namespace = Namespace,
        };

    public ICallCache Create(TimeProvider timeProvider) => new InMemoryCallCache(ttl: Ttl, timeProvider: timeProvider);
}
