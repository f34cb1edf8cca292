namespace Callgate.Providers.Mock;

/// <summary>What the mock answers: a body, or the events of a stream, which are made as they are read.</summary>
internal sealed record MockReply
{
    public const string Json = "application/json";
    public const string EventStream = "text/event-stream; charset=utf-8";

    public required int StatusCode { get; init; }
    public string ContentType { get; init; } = Json;
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
    public ReadOnlyMemory<byte> Body { get; init; }
    public IEnumerable<MockEvent>? Events { get; init; }
}

/// <summary>One server-sent event.</summary>
/// <param name="Bytes">The event as it goes over the wire.</param>
/// <param name="IsChunk">Whether it adds content; only such events are counted and delayed.</param>
internal readonly record struct MockEvent(ReadOnlyMemory<byte> Bytes, bool IsChunk = false);
