using System.Text;
using System.Text.Json;
using Callgate.Tests.Callbacks;
using Callgate.Wire;

namespace Callgate.Tests.Sinks;

/// <summary>How a sink is driven: batches, retries, bounds, and accounts that add up.</summary>
public sealed class SinkLoggerTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly CollectedLog _log = new();
    private readonly ScriptedSink _sink = new();
    private LlmClient? _client;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private SinkOptions Options => new() { Name = "test", TimeProvider = _time };

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_batch_goes_out_when_it_is_full_or_its_first_event_has_waited()
    {
        var client = Client(Options with { BatchSize = 3 });
        await CallAsync(client, 7);
        await _sink.WaitForBatchesAsync(2);
        await _time.WaitForTimerAsync(Token);
        Assert.Equal([3, 3], _sink.Sizes);

        _time.Advance(TimeSpan.FromSeconds(5));
        await _sink.WaitForBatchesAsync(3);
        Assert.Equal([3, 3, 1], _sink.Sizes);
        Assert.Equal(7, _sink.Batches.SelectMany(b => b).Select(e => e.Id).Distinct().Count());
    }

    [Fact]
    public async Task An_event_is_its_payload_as_one_line_of_JSON()
    {
        CallDetails? call = null;
        var client = Client(Options);
        client.SuccessCallbacks.Add((seen, _, _, _) => call = seen);
        await client.CompleteAsync("mock/gpt-4o", [Message.User("two\nlines, ünïcode")], cancellationToken: Token);
        await Assert.ThrowsAnyAsync<LlmException>(() => FailAsync(client));
        await client.FlushAsync(cancellationToken: Token);

        // The recorder has a logging hook, so that a later call's event may go ahead.
        var events = _sink.Batches.SelectMany(b => b).OrderBy(e => e.Kind).ToArray();
        Assert.Equal([SinkEventKind.Success, SinkEventKind.Failure], events.Select(e => e.Kind));
        Assert.Equal(call!.LitellmCallId, events[0].Id);
        Assert.Equal(call.StandardLoggingPayload.ToJson(), Encoding.UTF8.GetString(events[0].Json.Span));
        Assert.False(events[0].Json.Span.Contains((byte)'\n'));
        Assert.Equal("failure", JsonDocument.Parse(events[1].Json).RootElement.GetProperty("status").GetString());
        Assert.Equal($"Success {events[0].Id} ({events[0].Json.Length} bytes)", events[0].ToString());
    }

    [Fact]
    public async Task An_event_is_written_once_for_all_sinks()
    {
        var other = new ScriptedSink();
        var client = Client(Options);
        client.Callbacks.Add(other.Batched(Options));
        await CallAsync(client, 20);
        var counts = await client.FlushAsync(cancellationToken: Token);

        Assert.Equal(40, counts.Delivered);
        Assert.Equal(20, _sink.Batches.SelectMany(b => b).Count());
        Assert.All(
            _sink.Batches.SelectMany(b => b).Zip(other.Batches.SelectMany(b => b)),
            pair => Assert.Same(pair.First, pair.Second)
        );
    }

    [Fact]
    public async Task A_flush_tells_what_the_sink_holds_and_waits_for_it()
    {
        var release = new TaskCompletionSource();
        _sink.Do = (_, _, _) => release.Task;
        var client = Client(Options with { BatchSize = 1 });
        await CallAsync(client, 1);
        await _sink.WaitForBatchesAsync(1);
        var before = await client.FlushAsync(TimeSpan.Zero, Token);
        Assert.Equal((1, 0, 1), (before.Accepted, before.Delivered, before.Pending));

        var flushing = client.FlushAsync(TimeSpan.FromMinutes(1), Token);
        Assert.False(flushing.IsCompleted);
        release.SetResult();
        var after = await flushing;
        Assert.Equal((1, 1, 0), (after.Accepted, after.Delivered, after.Pending));
    }

    [Fact]
    public async Task Disposing_a_client_delivers_first()
    {
        await CallAsync(Client(Options), 5);
        await _client!.DisposeAsync();
        Assert.Equal(5, _sink.Sizes.Sum());
    }

    [Fact]
    public async Task A_failed_batch_comes_again_after_growing_pauses_and_is_told_of_once()
    {
        _sink.Do = (n, _, _) => n < 2 ? throw new IOException("The disk is on fire.") : Task.CompletedTask;
        var client = Client(Options with { BatchSize = 2, RetryDelay = TimeSpan.FromSeconds(1) });
        await CallAsync(client, 2);
        await _sink.WaitForBatchesAsync(1);
        await _time.WaitForTimerAsync(Token);
        _time.Advance(TimeSpan.FromSeconds(0.49));
        Assert.Single(_sink.Batches);

        _time.Advance(TimeSpan.FromSeconds(0.51));
        await _sink.WaitForBatchesAsync(2);
        await _time.WaitForTimerAsync(Token);
        _time.Advance(TimeSpan.FromSeconds(0.99));
        Assert.Equal(2, _sink.Batches.Count);

        _time.Advance(TimeSpan.FromSeconds(1.01));
        await _sink.WaitForBatchesAsync(3);
        Assert.Equal(2, (await client.FlushAsync(cancellationToken: Token)).Delivered);
        Assert.All(_sink.Batches, b => Assert.Equal(_sink.Batches[0].Ids(), b.Ids()));
        Assert.Equal(
            "Warning: Sink test could not deliver 2 event(s), and tries again until it can: The disk is on fire.",
            Assert.Single(_log.Warnings)
        );
        Assert.Contains("Information: Sink test delivers again.", _log.Lines);
    }

    [Fact]
    public async Task A_flush_does_not_sit_out_a_pause_unless_the_receiver_asked_for_it()
    {
        _sink.Do = (n, _, _) =>
            n switch
            {
                0 => throw new IOException("Once."),
                1 => throw new SinkException("Later.") { RetryAfter = TimeSpan.FromMinutes(2) },
                _ => Task.CompletedTask,
            };
        var client = Client(
            Options with
            {
                BatchSize = 1,
                RetryDelay = TimeSpan.FromHours(1),
                MaxRetryDelay = TimeSpan.FromHours(1),
            }
        );
        await CallAsync(client, 1);
        await _sink.WaitForBatchesAsync(1);
        await _time.WaitForTimerAsync(Token);

        await client.FlushAsync(TimeSpan.Zero, Token);
        await _sink.WaitForBatchesAsync(2);
        await _time.WaitForTimerAsync(Token);
        await client.FlushAsync(TimeSpan.Zero, Token);
        _time.Advance(TimeSpan.FromSeconds(119));
        Assert.Equal(2, _sink.Batches.Count);

        _time.Advance(TimeSpan.FromSeconds(1));
        await _sink.WaitForBatchesAsync(3);
        Assert.Equal(1, (await client.FlushAsync(cancellationToken: Token)).Delivered);
    }

    [Fact]
    public async Task What_fails_for_too_long_is_given_up_and_counted()
    {
        _sink.Do = (n, _, _) => throw new IOException("No.");
        var client = Client(Options with { MaxRetries = 2, RetryDelay = TimeSpan.Zero });
        await CallAsync(client, 1);
        var counts = await client.FlushAsync(cancellationToken: Token);

        Assert.Equal((1, 0, 1, 0), (counts.Accepted, counts.Delivered, counts.DeadLettered, counts.Pending));
        Assert.Equal(3, _sink.Batches.Count);
        Assert.Equal("Warning: Sink test gave 1 event(s) up for good, 1 so far: No.", _log.Warnings.Last());
    }

    [Fact]
    public async Task Only_what_a_sink_left_undelivered_comes_again()
    {
        _sink.Do = (n, batch, _) =>
            n == 0
                ? throw new SinkException("Partly.") { Refused = [batch[0]], Undelivered = [batch[2]] }
                : Task.CompletedTask;
        var client = Client(Options with { BatchSize = 3, RetryDelay = TimeSpan.Zero });
        await CallAsync(client, 3);
        await _sink.WaitForBatchesAsync(2);
        var counts = await client.FlushAsync(cancellationToken: Token);

        Assert.Equal((2, 1, 0), (counts.Delivered, counts.DeadLettered, counts.Pending));
        Assert.Same(_sink.Batches[0][2], Assert.Single(_sink.Batches[1]));
    }

    [Fact]
    public async Task What_is_refused_does_not_hold_up_the_rest()
    {
        _sink.Do = (n, batch, _) =>
            n == 0 ? throw new SinkException("Poison.") { Refused = [batch[1]] } : Task.CompletedTask;
        var client = Client(Options with { BatchSize = 3, RetryDelay = TimeSpan.Zero });
        await CallAsync(client, 3);
        await _sink.WaitForBatchesAsync(2);

        Assert.Equal([_sink.Batches[0][0], _sink.Batches[0][2]], _sink.Batches[1]);
    }

    [Theory]
    [InlineData(2, long.MaxValue, 2)]
    [InlineData(1000, 1, 1)]
    public async Task Memory_is_bounded_and_what_is_beyond_is_counted(int events, long bytes, int kept)
    {
        var release = new TaskCompletionSource();
        _sink.Do = (_, _, _) => release.Task;
        var client = Client(Options with { BatchSize = 1, MaxPendingEvents = events, MaxPendingBytes = bytes });
        await CallAsync(client, 7);
        while ((await client.FlushAsync(TimeSpan.Zero, Token)).Dropped < 7 - kept)
        {
            await Task.Yield();
        }

        release.SetResult();
        var counts = await client.FlushAsync(cancellationToken: Token);
        Assert.Equal((7, kept, 7 - kept, 0), (counts.Accepted, counts.Delivered, counts.Dropped, counts.Pending));
        Assert.Equal(
            [1, 2, 4],
            _log.Warnings.Select(l => int.Parse(l.Split(": ")[2].Split(' ')[0], provider: null)).ToArray()
        );
        Assert.StartsWith(
            $"Warning: Sink test holds all that it may ({events} events, {bytes} bytes): 1 event(s) dropped",
            _log.Warnings.First(),
            StringComparison.Ordinal
        );

        // There is room again.
        await CallAsync(client, 1);
        Assert.Equal(kept + 1, (await client.FlushAsync(cancellationToken: Token)).Delivered);
    }

    [Theory]
    [InlineData("hangs")]
    [InlineData("pauses")]
    [InlineData("was asked to wait")]
    public async Task What_a_client_leaves_behind_is_dropped_and_told_of(string sink)
    {
        _sink.Do = (_, _, token) =>
            sink switch
            {
                "hangs" => Task.Delay(Timeout.InfiniteTimeSpan, token),
                "pauses" => throw new IOException("No."),
                _ => throw new SinkException("Later.") { RetryAfter = TimeSpan.FromMinutes(1) },
            };
        var client = Client(Options with { BatchSize = 2 }, TimeSpan.Zero);
        await CallAsync(client, 2);
        await _sink.WaitForBatchesAsync(1);
        await client.DisposeAsync();

        var counts = await client.FlushAsync(TimeSpan.FromMinutes(1), Token);
        Assert.Equal((2, 0, 2, 0), (counts.Accepted, counts.Delivered, counts.Dropped, counts.Pending));
        Assert.Single(_sink.Batches);
        Assert.Contains(_log.Warnings, l => l.Contains("when their client was disposed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Clients_that_share_a_sink_are_told_of_their_own_events()
    {
        var logger = _sink.Batched(Options with { BatchSize = 3 });
        await using var one = NewClient(logger);
        await using var two = NewClient(logger);
        await CallAsync(one, 1);
        await CallAsync(two, 2);
        await _sink.WaitForBatchesAsync(1);

        Assert.Equal([3], _sink.Sizes);
        Assert.Equal(1, (await one.FlushAsync(cancellationToken: Token)).Delivered);
        Assert.Equal(2, (await two.FlushAsync(cancellationToken: Token)).Delivered);
    }

    [Fact]
    public async Task Among_success_callbacks_a_sink_gets_successes_only()
    {
        await using var client = new LlmClient();
        client.SuccessCallbacks.Add(_sink.Batched(Options));
        await CallAsync(client, 1);
        await Assert.ThrowsAnyAsync<LlmException>(() => FailAsync(client));
        var counts = await client.FlushAsync(cancellationToken: Token);

        Assert.Equal((1, 1), (counts.Accepted, counts.Delivered));
        Assert.Equal(SinkEventKind.Success, Assert.Single(_sink.Batches.SelectMany(b => b)).Kind);
    }

    [Fact]
    public async Task A_callback_that_wraps_a_sink_reaches_it()
    {
        await using var client = new LlmClient();
        client.Callbacks.Add(new Wrapper(_sink.Batched(Options with { BatchSize = 2 })));
        await CallAsync(client, 2);
        await _sink.WaitForBatchesAsync(1);
        Assert.Equal([2], _sink.Sizes);
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, 1, 0)]
    public void Options_are_checked(int batchSize, int maxPendingEvents, long maxPendingBytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            _sink.Batched(
                new SinkOptions
                {
                    BatchSize = batchSize,
                    MaxPendingEvents = maxPendingEvents,
                    MaxPendingBytes = maxPendingBytes,
                }
            )
        );

    private static async Task CallAsync(LlmClient client, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await client.CompleteAsync("mock/gpt-4o", [Message.User("Hello")], cancellationToken: Token);
        }
    }

    private static Task FailAsync(LlmClient client) =>
        client.CompleteAsync(
            "mock/gpt-4o",
            [Message.User("Hello")],
            new CallOptions { Mock = new MockOptions { ErrorStatus = 400 } },
            Token
        );

    private LlmClient Client(SinkOptions options, TimeSpan? flushTimeout = null) =>
        _client = NewClient(_sink.Batched(options), flushTimeout);

    private LlmClient NewClient(CustomLogger logger, TimeSpan? flushTimeout = null) =>
        new(
            new LlmClientOptions
            {
                Callbacks = [logger],
                LoggerFactory = _log,
                FlushTimeout = flushTimeout ?? TimeSpan.FromSeconds(30),
            }
        );

    private sealed class Wrapper(CustomLogger inner) : CustomLogger
    {
        public override ValueTask LogSuccessEventAsync(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime,
            CancellationToken cancellationToken
        ) => inner.LogSuccessEventAsync(call, response, startTime, endTime, cancellationToken);
    }
}
