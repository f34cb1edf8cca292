using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Callgate.Testing;

/// <summary>
/// What a <see cref="FakeProvider"/> answers to one request. Immutable: make one with a static method, and change it with <c>with</c>.
/// </summary>
/// <example><code>FakeReply.Sse(recorded) with { SplitEvery = 1, ResetAfterBytes = 100 }</code></example>
public sealed record FakeReply
{
    private FakeReply() { }

    /// <summary>Answers in the wire of the endpoint that was called, as the built-in mock does; streamed if the request asks for it.</summary>
    /// <param name="options">What to answer; default: a sentence that names the model.</param>
    public static FakeReply Mock(MockOptions? options = null) => new() { MockOptions = options ?? new MockOptions() };

    /// <summary>A JSON body, verbatim.</summary>
    public static FakeReply Json([StringSyntax(StringSyntaxAttribute.Json)] string body, int statusCode = 200)
    {
        ArgumentNullException.ThrowIfNull(body);
        return Bytes(Encoding.UTF8.GetBytes(body), "application/json", statusCode);
    }

    /// <summary>A stream of server-sent events, verbatim, e.g. a recorded one.</summary>
    public static FakeReply Sse(string events)
    {
        ArgumentNullException.ThrowIfNull(events);
        return Bytes(Encoding.UTF8.GetBytes(events), "text/event-stream; charset=utf-8");
    }

    /// <summary>A body, verbatim.</summary>
    public static FakeReply Bytes(ReadOnlyMemory<byte> body, string contentType, int statusCode = 200)
    {
        ArgumentException.ThrowIfNullOrEmpty(contentType);
        return new FakeReply
        {
            Body = body,
            ContentType = contentType,
            StatusCode = statusCode,
        };
    }

    /// <summary>An error in the format of the endpoint that was called.</summary>
    /// <param name="statusCode">The HTTP status.</param>
    /// <param name="code">The provider's error code; default: the one that usually comes with the status. Anthropic has types only: there, a code that ends in <c>_error</c> is the type.</param>
    /// <param name="retryAfter">Sent as <c>Retry-After</c> in whole seconds, and as <c>retry-after-ms</c>.</param>
    public static FakeReply Error(int statusCode, string? code = null, TimeSpan? retryAfter = null) =>
        new()
        {
            IsError = true,
            StatusCode = statusCode,
            ErrorCode = code,
            RetryAfter = retryAfter,
        };

    /// <summary>Closes the connection without an answer.</summary>
    public static FakeReply Disconnect() => new() { IsDisconnect = true };

    /// <summary>Sends the body in pieces that end at these offsets, each flushed by itself: anywhere, also within an event or a character.</summary>
    public IReadOnlyList<int> SplitAt { get; init; } = [];

    /// <summary>Sends the body in pieces of this many bytes, each flushed by itself.</summary>
    public int? SplitEvery { get; init; }

    /// <summary>How long each further piece of <see cref="SplitAt"/> or <see cref="SplitEvery"/> takes.</summary>
    public TimeSpan PieceDelay { get; init; }

    /// <summary>Ends the reply after this many bytes of its body, as if it were whole.</summary>
    public int? CutAfterBytes { get; init; }

    /// <summary>Breaks the connection after this many bytes of the body: the client sees that the reply is not whole.</summary>
    public int? ResetAfterBytes { get; init; }

    /// <summary>Stops sending after this many bytes of the body, until the client leaves or <see cref="RecordedRequest.Release"/> is called.</summary>
    public int? StallAfterBytes { get; init; }

    /// <summary>How long the reply's headers take. <see cref="Timeout.InfiniteTimeSpan"/>: until the client leaves or <see cref="RecordedRequest.Release"/> is called.</summary>
    public TimeSpan DelayHeaders { get; init; }

    /// <summary>Headers to send besides, or in place of, the usual ones.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>A lie about usage: this JSON stands in place of every <c>usage</c> object of the reply.</summary>
    [StringSyntax(StringSyntaxAttribute.Json)]
    public string? UsageOverride { get; init; }

    /// <summary>Whether the body is all there is to it: the same bytes for every request, at once and whole.</summary>
    internal bool IsPlain =>
        MockOptions is null
        && !IsError
        && !IsDisconnect
        && SplitAt.Count == 0
        && SplitEvery is null
        && CutAfterBytes is null
        && ResetAfterBytes is null
        && StallAfterBytes is null
        && DelayHeaders == TimeSpan.Zero
        && UsageOverride is null;

    internal MockOptions? MockOptions { get; private init; }
    internal bool IsError { get; private init; }
    internal bool IsDisconnect { get; private init; }
    internal int StatusCode { get; private init; } = 200;
    internal string ContentType { get; private init; } = "";
    internal ReadOnlyMemory<byte> Body { get; private init; }
    internal string? ErrorCode { get; private init; }
    internal TimeSpan? RetryAfter { get; private init; }
}
