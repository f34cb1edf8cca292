using Callgate.Wire;

namespace Callgate.Tests.Calls;

/// <summary>Every recorded stream, cut after every byte.</summary>
public sealed class StreamCutTests
{
    private static readonly Message[] s_messages = [Message.User("Hello, who are you?")];

    public static TheoryData<string> Streams => [.. RecordedStream.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Stream_CutAfterEachByte_EndsInOneEventOfTheRightOutcome(string name)
    {
        var recorded = RecordedStream.Of(name);
        var cuts = Enumerable
            .Range(0, recorded.Bytes.Length + 1)
            .SelectMany(c =>
                // At each byte one end, by turns; around each event's end both.
                Array.Exists([c - 1, c, c + 1], b => recorded.EventEnds.Contains(b))
                    ? new[] { new Cut(c, BodyEnd.Clean), new Cut(c, BodyEnd.Reset) }
                    : [new Cut(c, c % 2 == 0 ? BodyEnd.Clean : BodyEnd.Reset)]
            )
            .ToList();
        StreamBody? body = null;
        var cut = cuts[0];
        // Two cuts async, two sync; what comes in one piece here comes in small ones there.
        var upstream = new MemoryUpstream(_ =>
            MemoryUpstream.Sse(
                body = new StreamBody(recorded.Bytes.AsMemory(0, cut.At), cut.End, cut.At % 3 == 0 ? int.MaxValue : 700)
            )
        );
        var events = new TerminalEvents();
        await using var client = NewClient(upstream, events);
        foreach (var next in cuts)
        {
            cut = next;
            var expected = recorded.After(recorded.WholeEvents(cut.At)).OutcomeAt(cut.End);
            var options = new CallOptions { Metadata = new Dictionary<string, object?> { ["cut"] = cut } };
            var failure =
                cut.At % 4 < 2 ? ReadSync(client, recorded, options) : await ReadAsync(client, recorded, options);
            Assert.True(
                (failure is null) == (expected == CallOutcome.Completed),
                $"{name} {cut}: expected {expected}, the consumer got {failure?.ToString() ?? "the end"}"
            );
            Assert.True(body!.Disposed.IsCompleted, $"{name} {cut}: the connection is still open");
        }

        var byCut = (await events.SettledAsync(client)).ToLookup(e => (Cut)e.Metadata["cut"]!);
        Assert.Equal(cuts.Count, upstream.Requests);
        foreach (var each in cuts)
        {
            var facts = recorded.After(recorded.WholeEvents(each.At));
            var call = Assert.Single(byCut[each]);
            Assert.True(
                call.Outcome == facts.OutcomeAt(each.End) && call.Usage.Source == facts.Usage,
                $"{name} {each}: {call.Outcome}, {call.Usage.Source}; expected {facts.OutcomeAt(each.End)}, {facts.Usage}"
            );
            Assert.Single(call.Attempts);
            Assert.NotNull(call.Cost);
        }
    }

    private static LlmClient NewClient(HttpMessageHandler upstream, CustomLogger events)
    {
        var options = new LlmClientOptions
        {
            HttpMessageHandler = upstream,
            NumRetries = 0,
            MaxPendingEvents = int.MaxValue,
            Callbacks = [events],
            ApiKeys = { ["openai"] = "k", ["anthropic"] = "k" },
        };
        return new LlmClient(options);
    }

    private static async Task<Exception?> ReadAsync(LlmClient client, RecordedStream recorded, CallOptions options)
    {
        try
        {
            await foreach (
                var chunk in client.CompleteStreamingAsync(
                    recorded.Model,
                    s_messages,
                    options,
                    TestContext.Current.CancellationToken
                )
            )
            {
                Assert.NotNull(chunk);
            }

            return null;
        }
        catch (LlmException failure)
        {
            Assert.NotNull(failure.CallId);
            return failure;
        }
    }

    private static LlmException? ReadSync(LlmClient client, RecordedStream recorded, CallOptions options)
    {
        try
        {
            foreach (
                var chunk in client.CompleteStreaming(
                    recorded.Model,
                    s_messages,
                    options,
                    TestContext.Current.CancellationToken
                )
            )
            {
                Assert.NotNull(chunk);
            }

            return null;
        }
        catch (LlmException failure)
        {
            Assert.NotNull(failure.CallId);
            return failure;
        }
    }

    private sealed record Cut(int At, BodyEnd End);
}
