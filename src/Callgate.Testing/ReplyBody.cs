using Callgate.Providers.Mock;

namespace Callgate.Testing;

/// <summary>A reply ready to be sent to one request.</summary>
internal sealed record ReplyBody(
    int StatusCode,
    string ContentType,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    IEnumerable<MockEvent> Parts,
    TimeSpan ChunkDelay,
    bool IsStream
)
{
    public static ReplyBody Make(FakeReply reply, RecordedRequest request, DateTimeOffset now)
    {
        if (reply.IsError)
        {
            var error = From(MockWire.Error(request.Path, reply.StatusCode, reply.ErrorCode), TimeSpan.Zero);
            return reply.RetryAfter is { } retryAfter
                ? error with
                {
                    Headers = [.. error.Headers, .. RetryHeaders(retryAfter)],
                }
                : error;
        }

        var made = reply.MockOptions is { } options
            ? From(
                MockWire.Answer(request.Method, request.Path, request.Body, options, MockFailures.Next(options), now),
                options.ChunkDelay
            )
            : new ReplyBody(
                reply.StatusCode,
                reply.ContentType,
                [],
                [new MockEvent(reply.Body)],
                TimeSpan.Zero,
                UsageLie.IsStream(reply.ContentType)
            );
        return reply.UsageOverride is { } usage
            ? made with
            {
                Parts = made.Parts.Select(p => p with { Bytes = UsageLie.Tell(p.Bytes, made.IsStream, usage) }),
            }
            : made;
    }

    private static ReplyBody From(MockReply reply, TimeSpan chunkDelay) =>
        new(
            reply.StatusCode,
            reply.ContentType,
            reply.Headers,
            reply.Events ?? [new MockEvent(reply.Body)],
            chunkDelay,
            reply.Events is not null
        );

    private static IEnumerable<KeyValuePair<string, string>> RetryHeaders(TimeSpan after)
    {
        var invariant = System.Globalization.CultureInfo.InvariantCulture;
        yield return new("Retry-After", Math.Ceiling(after.TotalSeconds).ToString(invariant));
        yield return new("retry-after-ms", Math.Ceiling(after.TotalMilliseconds).ToString(invariant));
    }
}
