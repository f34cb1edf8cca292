using Callgate.Testing;

namespace Callgate.Host.Demo;

/// <summary>What the demo's provider answers: the mock's text, at a provider's pace, unless a header of the request asks for trouble.</summary>
internal sealed class DemoReplies
{
    /// <summary>The header that asks for trouble.</summary>
    public const string Header = "x-demo";

    /// <summary>The provider is overloaded, always.</summary>
    public const string Down = "down";

    /// <summary>A rate limit on every other request.</summary>
    public const string Busy = "busy";

    /// <summary>A stream that stops in the middle until the client leaves.</summary>
    public const string Endless = "endless";

    private static readonly MockOptions s_pace = new()
    {
        Delay = TimeSpan.FromMilliseconds(40),
        ChunkDelay = TimeSpan.FromMilliseconds(5),
    };

    private int _busy;

    public FakeReply To(RecordedRequest request) =>
        request.Headers.GetValueOrDefault(Header, "") switch
        {
            Down => FakeReply.Error(503),
            Endless => FakeReply.Mock(
                s_pace with
                {
                    Response = string.Concat(Enumerable.Repeat("And so on, and on, ", 40)),
                }
            ) with
            {
                StallAfterBytes = 2000,
            },
            Busy when Interlocked.Increment(ref _busy) % 2 == 1 => FakeReply.Error(
                429,
                retryAfter: TimeSpan.FromMilliseconds(200)
            ),
            _ => FakeReply.Mock(s_pace),
        };
}
