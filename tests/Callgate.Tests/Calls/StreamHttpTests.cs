using Callgate.Testing;
using Callgate.Wire;

namespace Callgate.Tests.Calls;

/// <summary>The same over real connections: cut after every event, and inside of each; left after every event.</summary>
public sealed class StreamHttpTests
{
    private static readonly Message[] s_messages = [Message.User("Hello, who are you?")];

    [Fact]
    public async Task EachStream_CutAtEachEvent_EndsInOneEventOfTheRightOutcome()
    {
        var token = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken: token);
        var events = new TerminalEvents();
        await using var client = NewClient(provider, events, retries: 0);
        var cuts = RecordedStream
            .All.SelectMany(s => CutsOf(s).Select(c => (Stream: s, At: c)))
            .SelectMany(c => new[] { BodyEnd.Clean, BodyEnd.Reset }.Select(e => new Cut(c.Stream, c.At, e)))
            .ToList();
        foreach (var cut in cuts)
        {
            provider.Enqueue(cut.Reply());
            var failure = await ReadAsync(client, cut, token);
            Assert.True(
                (failure is null) == (cut.Outcome == CallOutcome.Completed),
                $"{cut}: expected {cut.Outcome}, the consumer got {failure?.ToString() ?? "the end"}"
            );
        }

        var byCut = (await events.SettledAsync(client)).ToLookup(e => (Cut)e.Metadata["cut"]!);
        Assert.Equal(cuts.Count, provider.Requests.Count);
        foreach (var cut in cuts)
        {
            var call = Assert.Single(byCut[cut]);
            Assert.True(
                call.Outcome == cut.Outcome && call.Usage.Source == cut.Facts.Usage,
                $"{cut}: {call.Outcome}, {call.Usage.Source}; expected {cut.Outcome}, {cut.Facts.Usage}"
            );
        }
    }

    [Fact]
    public async Task EachStream_LeftAfterEachEvent_ClosesTheConnection()
    {
        var token = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken: token);
        var events = new TerminalEvents();
        await using var client = NewClient(provider, events, retries: 0);
        List<Task> aborted = [];
        var calls = 0;
        foreach (var stream in RecordedStream.All)
        {
            var facts = await StreamLeaveTests.FactsByChunkAsync(stream);
            for (var chunks = 1; chunks < facts.Count; chunks++)
            {
                foreach (var cancels in (bool[])[false, true])
                {
                    // A comment that never comes: the reply is not over when all of the stream has come.
                    provider.Enqueue(
                        FakeReply.Bytes((byte[])[.. stream.Bytes, .. ": more\n"u8], "text/event-stream") with
                        {
                            StallAfterBytes = stream.Bytes.Length,
                        }
                    );
                    var outcome =
                        cancels ? CallOutcome.Cancelled
                        : facts[chunks].IsWhole ? CallOutcome.Completed
                        : CallOutcome.ClientAborted;
                    await LeaveAsync(client, stream, chunks, cancels, outcome);
                    calls++;
                    var request = (await provider.WaitForRequestsAsync(calls, token))[calls - 1];
                    aborted.Add(request.Aborted);
                }
            }
        }

        await Task.WhenAll(aborted).WaitAsync(token);
        var all = await events.SettledAsync(client);
        Assert.Equal(calls, all.Count);
        Assert.All(all, e => Assert.Equal(e.Metadata["expected"], e.Outcome));
    }

    [Fact]
    public async Task EachStream_CutBeforeItsFirstChunk_IsTriedAgain_AndAfterItNot()
    {
        var token = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken: token);
        var events = new TerminalEvents();
        await using var client = NewClient(provider, events, retries: 1);
        foreach (var stream in RecordedStream.All)
        {
            foreach (var end in (BodyEnd[])[BodyEnd.Clean, BodyEnd.Reset])
            {
                foreach (var at in CutsOf(stream))
                {
                    events.Clear();
                    provider.ClearRequests();
                    var cut = new Cut(stream, at, end);
                    provider.Respond = _ =>
                        provider.Requests.Count == 1 ? cut.Reply() : FakeReply.Bytes(stream.Bytes, "text/event-stream");
                    _ = await ReadAsync(client, cut, token);
                    var call = Assert.Single(await events.SettledAsync(client));
                    var isRetried = stream.WholeEvents(at) == 0;
                    Assert.Equal(isRetried ? 2 : 1, call.Attempts.Count);
                    Assert.Equal(call.Attempts.Count, provider.Requests.Count);
                    Assert.Equal(
                        isRetried ? stream.After(stream.Events.Count).OutcomeAt(BodyEnd.Clean) : cut.Outcome,
                        call.Outcome
                    );
                }
            }
        }
    }

    private static IEnumerable<int> CutsOf(RecordedStream stream)
    {
        var start = 0;
        foreach (var end in stream.EventEnds)
        {
            yield return start;
            yield return (start + end) / 2;
            yield return end - 1;
            start = end;
        }

        yield return start;
    }

    private static async Task LeaveAsync(
        LlmClient client,
        RecordedStream stream,
        int chunks,
        bool cancels,
        CallOutcome expected
    )
    {
        using var cancel = new CancellationTokenSource();
        var options = new CallOptions { Metadata = new Dictionary<string, object?> { ["expected"] = expected } };
        await using var reading = client
            .CompleteStreamingAsync(stream.Model, s_messages, options, cancel.Token)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        for (var i = 0; i < chunks; i++)
        {
            Assert.True(await reading.MoveNextAsync());
        }

        if (cancels)
        {
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reading.MoveNextAsync());
        }
    }

    private static async Task<Exception?> ReadAsync(LlmClient client, Cut cut, CancellationToken token)
    {
        var options = new CallOptions { Metadata = new Dictionary<string, object?> { ["cut"] = cut } };
        try
        {
            await foreach (var chunk in client.CompleteStreamingAsync(cut.Stream.Model, s_messages, options, token))
            {
                Assert.NotNull(chunk);
            }

            return null;
        }
        catch (LlmException failure)
        {
            return failure;
        }
    }

    private static LlmClient NewClient(FakeProvider provider, CustomLogger events, int retries) =>
        new(
            new LlmClientOptions
            {
                NumRetries = retries,
                RetryDelay = TimeSpan.FromMilliseconds(1),
                Callbacks = [events],
                ApiKeys = { ["openai"] = "k", ["anthropic"] = "k" },
                ApiBases = { ["openai"] = provider.OpenAiBase, ["anthropic"] = provider.AnthropicBase },
            }
        );

    private sealed record Cut(RecordedStream Stream, int At, BodyEnd End)
    {
        public StreamFacts Facts => Stream.After(Stream.WholeEvents(At));
        public CallOutcome Outcome => Facts.OutcomeAt(End);

        public FakeReply Reply() =>
            FakeReply.Bytes(Stream.Bytes, "text/event-stream") with
            {
                CutAfterBytes = End == BodyEnd.Clean ? At : null,
                ResetAfterBytes = End == BodyEnd.Reset ? At : null,
            };
    }
}
