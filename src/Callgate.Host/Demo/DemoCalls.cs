using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Callgate.Host.Demo;

/// <summary>The demo's load: what clients send, over HTTP; each endpoint, and every way that a call can end.</summary>
internal sealed class DemoCalls(string address) : IDisposable
{
    private const string Chat = "/v1/chat/completions";

    // What is left of a stream that is broken off is not waited for.
    private readonly HttpClient _http = new(
        new SocketsHttpHandler { UseProxy = false, ResponseDrainTimeout = TimeSpan.Zero }
    )
    {
        BaseAddress = new Uri(address),
    };

    /// <summary>The calls, each with its heading. They tell what the client got.</summary>
    public IEnumerable<(string Heading, Func<CancellationToken, Task<string>> Run)> All()
    {
        const string hello = """ "messages": [{"role": "user", "content": "Hello!"}]""";
        const string brief =
            """ "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why is the sky blue?"}]""";
        const string sky = """ "max_tokens": 100, "messages": [{"role": "user", "content": "Why is the sky blue?"}]""";

        yield return Call("gpt-4o", "chat", Chat, "gpt-4o", hello);
        yield return Call("gpt-4o-mini, streamed", "stream", Chat, "gpt-4o-mini", brief + """, "stream": true""");
        yield return Call("claude-sonnet-4-5 through the same endpoint", "chat", Chat, "claude-sonnet-4-5", brief);
        yield return Call(
            "claude-haiku-4-5, in Anthropic's format, streamed",
            "messages",
            "/v1/messages",
            "claude-haiku-4-5",
            sky + """, "stream": true"""
        );
        yield return Call("gpt-4.1-mini, in Anthropic's format", "messages", "/v1/messages", "gpt-4.1-mini", sky);
        yield return Call(
            "claude-haiku-4-5, as a response",
            "responses",
            "/v1/responses",
            "claude-haiku-4-5",
            """ "input": "Why is the sky blue?", "store": false"""
        );
        yield return Call(
            "text-embedding-3-small",
            "embeddings",
            "/v1/embeddings",
            "text-embedding-3-small",
            """ "input": ["Good morning", "Good night"]"""
        );
        yield return Call("busy, whose gpt-4o has no time at first: a retry", "retry", Chat, "busy", brief);
        yield return Call(
            "smart, whose gpt-4.1 is down: a fallback",
            "fallback",
            Chat,
            "smart",
            hello + """, "num_retries": 0"""
        );
        yield return Call("gpt-4o, asked before: the cache answers", "cache", Chat, "gpt-4o", hello);
        yield return Call(
            "gpt-4o, which a pre-call hook refuses",
            "refused",
            Chat,
            "gpt-4o",
            """ "messages": [{"role": "user", "content": "My password is swordfish."}]"""
        );
        yield return Call("gpt-4o, with a wrong key", "wrong key", Chat, "gpt-4o", hello, key: "sk-wrong");
        yield return (
            "endless, streamed, broken off after 3 events",
            t => SendAsync(Chat, "endless", "broken off", brief + """, "stream": true""", DemoGateway.MasterKey, 3, t)
        );
    }

    private (string, Func<CancellationToken, Task<string>>) Call(
        string heading,
        string tag,
        string path,
        string model,
        string fields,
        string key = DemoGateway.MasterKey
    ) => (heading, t => SendAsync(path, model, tag, fields, key, int.MaxValue, t));

    private async Task<string> SendAsync(
        string path,
        string model,
        string tag,
        string fields,
        string key,
        int mostEvents,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent($$"""{"model": "{{model}}", {{fields}}}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Headers.Add("x-litellm-tags", tag);
        using var response = await _http.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            cancellationToken
        );
        var received =
            response.Content.Headers.ContentType?.MediaType == "text/event-stream"
                ? $"{await ReadEventsAsync(response, mostEvents, cancellationToken)} events"
                : Shown(await response.Content.ReadAsStringAsync(cancellationToken));
        return $"POST {path}: HTTP {(int)response.StatusCode}, {received}";
    }

    private static async Task<int> ReadEventsAsync(
        HttpResponseMessage response,
        int most,
        CancellationToken cancellationToken
    )
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var reader = new StreamReader(stream);
        var events = 0;
        while (events < most && await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            events += line.StartsWith("data:", StringComparison.Ordinal) ? 1 : 0;
        }

        return events;
    }

    /// <summary>Of an answer its size, of an error its message.</summary>
    private static string Shown(string body)
    {
        using var json = JsonDocument.Parse(body);
        return
            json.RootElement.TryGetProperty("error", out var error)
            && error.ValueKind == JsonValueKind.Object
            && error.TryGetProperty("message", out var message)
            ? message.GetString()!
            : $"{body.Length} characters";
    }

    public void Dispose() => _http.Dispose();
}
