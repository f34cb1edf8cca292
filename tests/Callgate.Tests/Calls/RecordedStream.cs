using System.Text;
using Callgate.Tests.Recorded;

namespace Callgate.Tests.Calls;

/// <summary>
/// A recorded stream, and what it means when just its beginning has come. Found out by looking for a few marks in the text,
/// so that it owes nothing to the code under test.
/// </summary>
internal sealed class RecordedStream
{
    private RecordedStream(string name, string text, bool isAnthropic)
    {
        Name = name;
        IsAnthropic = isAnthropic;
        Bytes = Encoding.UTF8.GetBytes(text);
        var events = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        List<int> ends = [];
        var at = 0;
        foreach (var one in events)
        {
            at += Encoding.UTF8.GetByteCount(one) + 2;
            ends.Add(at);
        }

        Events = events;
        EventEnds = ends;
    }

    public string Name { get; }
    public bool IsAnthropic { get; }
    public byte[] Bytes { get; }
    public IReadOnlyList<string> Events { get; }

    /// <summary>Where each event ends, its empty line included.</summary>
    public IReadOnlyList<int> EventEnds { get; }

    public string Model => IsAnthropic ? "anthropic/claude-haiku-4-5" : "openai/gpt-5.4";

    public static IReadOnlyList<RecordedStream> All { get; } =
    [
        .. OpenAiStreams.All.Select(s => new RecordedStream($"OpenAi.{s.Name}", s.Sse, false)),
        .. AnthropicStreams.All.Select(s => new RecordedStream($"Anthropic.{s.Name}", s.Sse, true)),
    ];

    public static RecordedStream Of(string name) => All.Single(s => s.Name == name);

    public override string ToString() => Name;

    /// <summary>How many events are whole after this many bytes.</summary>
    public int WholeEvents(int bytes) => EventEnds.Count(e => e <= bytes);

    /// <summary>What is known once these events have come.</summary>
    public StreamFacts After(int events) => IsAnthropic ? AnthropicAfter(events) : OpenAiAfter(events);

    private StreamFacts OpenAiAfter(int events)
    {
        var came = Events.Take(events).ToList();
        var choices = Events.Any(e => e.Contains("\"index\":1,\"delta\"", StringComparison.Ordinal)) ? 2 : 1;
        return new StreamFacts(
            IsWhole: Count(came, "\"finish_reason\":\"") == choices,
            IsEnded: Count(came, "[DONE]") > 0,
            HasFailed: Count(came, "data: {\"error\"") > 0,
            Usage: Count(came, "\"usage\":{") > 0 ? UsageSource.Reported : UsageSource.Estimated
        );
    }

    private StreamFacts AnthropicAfter(int events)
    {
        var came = Events.Take(events).ToList();
        var isWhole = Count(came, "event: message_delta") > 0;
        return new StreamFacts(
            IsWhole: isWhole,
            IsEnded: Count(came, "event: message_stop") > 0,
            HasFailed: Count(came, "event: error") > 0,
            Usage: isWhole ? UsageSource.Reported
                : Count(came, "event: message_start") > 0 ? UsageSource.Partial
                : UsageSource.Estimated
        );
    }

    private static int Count(List<string> events, string mark) =>
        events.Count(e => e.Contains(mark, StringComparison.Ordinal));
}

/// <summary>What the beginning of a stream tells.</summary>
/// <param name="IsWhole">Every answer has said why it ended.</param>
/// <param name="IsEnded">The end marker has come.</param>
/// <param name="HasFailed">The provider has reported an error.</param>
/// <param name="Usage">Where the usage must come from if the call ends here.</param>
internal readonly record struct StreamFacts(bool IsWhole, bool IsEnded, bool HasFailed, UsageSource Usage)
{
    /// <summary>How a call ends whose stream ends here.</summary>
    public CallOutcome OutcomeAt(BodyEnd end) =>
        HasFailed ? CallOutcome.UpstreamFailed
        : IsEnded || (IsWhole && end == BodyEnd.Clean) ? CallOutcome.Completed
        : CallOutcome.UpstreamFailed;
}
