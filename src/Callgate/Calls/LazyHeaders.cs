using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;

namespace Callgate.Calls;

/// <summary>A reply's headers, made ready for events when somebody looks: few do. Nobody else may hold on to the reply.</summary>
internal sealed class LazyHeaders(HttpResponseHeaders headers) : IReadOnlyDictionary<string, string>
{
    private IReadOnlyDictionary<string, string>? _made;

    private IReadOnlyDictionary<string, string> Made =>
        LazyInitializer.EnsureInitialized(ref _made, () => SafeHeaders.Of(headers));

    public string this[string key] => Made[key];

    public IEnumerable<string> Keys => Made.Keys;

    public IEnumerable<string> Values => Made.Values;

    public int Count => Made.Count;

    public bool ContainsKey(string key) => Made.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value) => Made.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => Made.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
