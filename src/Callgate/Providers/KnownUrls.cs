using System.Collections.Concurrent;

namespace Callgate.Providers;

/// <summary>Addresses that were built before: a client calls few of them, often.</summary>
internal static class KnownUrls
{
    private const int MaxKnown = 1000;

    private static readonly ConcurrentDictionary<(string Base, string Path), Uri> s_known = new();

    public static Uri Get(string apiBase, string path)
    {
        if (s_known.TryGetValue((apiBase, path), out var known))
        {
            return known;
        }

        var url = new Uri($"{apiBase}/{path}");
        // Addresses may come with each call: what is remembered of them is bounded.
        return s_known.Count < MaxKnown ? s_known.GetOrAdd((apiBase, path), url) : url;
    }
}
