using System.Text;
using System.Text.Json;

namespace Callgate.Testing;

/// <summary>A request that a <see cref="FakeProvider"/> got. Thread-safe.</summary>
public sealed class RecordedRequest
{
    private readonly TaskCompletionSource<DateTimeOffset> _aborted = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal RecordedRequest(
        string method,
        string path,
        string query,
        IReadOnlyDictionary<string, string> headers,
        ReadOnlyMemory<byte> body,
        DateTimeOffset receivedAt
    )
    {
        Method = method;
        Path = path;
        Query = query;
        Headers = headers;
        Body = body;
        ReceivedAt = receivedAt;
    }

    /// <summary>The HTTP method.</summary>
    public string Method { get; }

    /// <summary>The path, as it was sent.</summary>
    public string Path { get; }

    /// <summary>The query with its question mark; empty where there is none.</summary>
    public string Query { get; }

    /// <summary>The headers; their names are case-insensitive.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The body as text.</summary>
    public string BodyText => Encoding.UTF8.GetString(Body.Span);

    /// <summary>When it came.</summary>
    public DateTimeOffset ReceivedAt { get; }

    /// <summary>Completes, with the time, when the client leaves before the reply has been sent. Is cancelled when the reply ends first, so that awaiting it always ends.</summary>
    public Task<DateTimeOffset> Aborted => _aborted.Task;

    /// <summary>Completes when the reply has ended, in whatever way.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Completes when the reply has come to its stall, all bytes before it being sent. Is cancelled when the reply ends without one.</summary>
    public Task Stalled => _stalled.Task;

    internal Task Released => _released.Task;

    /// <summary>The body as JSON.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public JsonElement ReadJson()
    {
        using var document = JsonDocument.Parse(Body);
        return document.RootElement.Clone();
    }

    /// <summary>Lets a stalled reply go on. Called before the stall, there is none.</summary>
    public void Release() => _released.TrySetResult();

    /// <summary>The method, the path and the size: never the headers or the body, which may hold secrets.</summary>
    public override string ToString() => $"{Method} {Path} ({Body.Length} bytes)";

    internal void MarkStalled() => _stalled.TrySetResult();

    /// <summary>The reply's last byte is about to be sent: a client that leaves from here on has its answer.</summary>
    internal void MarkWhole() => _aborted.TrySetCanceled();

    internal void MarkAborted(DateTimeOffset now) => _aborted.TrySetResult(now);

    internal void MarkEnded()
    {
        _aborted.TrySetCanceled();
        _stalled.TrySetCanceled();
        _ended.TrySetResult();
    }
}
