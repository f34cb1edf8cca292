using System.Collections.Concurrent;
using Callgate.Testing;

namespace Callgate.Host.Demo;

/// <summary>What the demo's provider answers: the mock's text, at a provider's pace, unless a header of the request asks for trouble.</summary>
internal sealed class DemoReplies
{
    /// <summary>The header that asks for trouble.</summary>
    public const string Header = "x-demo";

    /// <summary>The provider is overloaded, always.</summary>
    public const string Down = "down";

    /// <summary>The key is wrong.</summary>
    public const string WrongKey = "wrong-key";

    /// <summary>A stream that stops in the middle until the client leaves.</summary>
    public const string Endless = "endless";

    /// <summary>With an id after it: a rate limit on the first request of this id.</summary>
    public const string BusyOnce = "busy-once:";

    private static readonly MockOptions s_pace = new()
    {
        Delay = TimeSpan.FromMilliseconds(40),
        ChunkDelay = TimeSpan.FromMilliseconds(5),
    };

    private readonly ConcurrentDictionary<string, bool> _seen = new(StringComparer.Ordinal);

    public FakeReply To(RecordedRequest request) =>
        request.Headers.GetValueOrDefault(Header, "") switch
        {
            Down => FakeReply.Error(503),
            WrongKey => FakeReply.Error(401),
            Endless => FakeReply.Mock(
                s_pace with
                {
                    Response = string.Concat(Enumerable.Repeat("And so on, and on, ", 40)),
                }
            ) with
            {
                StallAfterBytes = 2000,
            },
            var busy when busy.StartsWith(BusyOnce, StringComparison.Ordinal) && _seen.TryAdd(busy, true) =>
                FakeReply.Error(429, retryAfter: TimeSpan.FromMilliseconds(200)),
            _ => FakeReply.Mock(s_pace),
        };
}
