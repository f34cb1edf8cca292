using Callgate.Wire;

namespace Callgate.Tests.Callbacks;

public class HandlerFailureTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_failing_observer_is_reported_once_by_its_name_and_the_hook_that_failed()
    {
        var log = new CollectedLog();
        await using var client = new LlmClient(
            new LlmClientOptions { LoggerFactory = log, Callbacks = [new Clumsy()] }
        );

        for (var i = 0; i < 3; i++)
        {
            await client.CompleteAsync("mock/gpt-4o", [Message.User("Hi")], cancellationToken: Token);
        }

        var counts = await client.FlushPatientlyAsync();

        Assert.Equal(3, counts.Failed);
        var warning = Assert.Single(log.Warnings);
        Assert.Contains("Clumsy failed in LogSuccessEventAsync", warning, StringComparison.Ordinal);

        client.Complete("mock/gpt-4o", [Message.User("Hi")], cancellationToken: Token);
        await client.FlushPatientlyAsync();

        Assert.Contains(log.Warnings, w => w.Contains("Clumsy failed in LogSuccessEvent;", StringComparison.Ordinal));
    }

    private sealed class Clumsy : CustomLogger
    {
        public override void LogSuccessEvent(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) => throw new InvalidOperationException();

        public override ValueTask LogSuccessEventAsync(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime,
            CancellationToken cancellationToken
        ) => ValueTask.FromException(new InvalidOperationException());
    }

    [Fact]
    public async Task AHandlerThatFailsOnEachEvent_IsCalledForAll()
    {
        var options = new LlmClientOptions { MaxPendingEvents = 100_000, LoggerFactory = new CollectedLog() };
        var start = new TaskCompletionSource();
        options.Callbacks.Add(new FailsAsync(start.Task));
        await using var client = new LlmClient(options);
        for (var i = 0; i < 20_000; i++)
        {
            // Refused before a provider is asked: the quickest call there is.
            await Assert.ThrowsAnyAsync<LlmException>(() =>
                client.CompleteAsync("gpt-4o", [], cancellationToken: TestContext.Current.CancellationToken)
            );
        }

        start.SetResult();
        var counts = await client.FlushPatientlyAsync();

        Assert.Equal(20_000, counts.Delivered);
        Assert.Equal(20_000, counts.Failed);
        Assert.Equal(0, counts.Pending);
    }

    /// <summary>Waits once, so that events gather; then fails at once on each.</summary>
    private sealed class FailsAsync(Task start) : CustomLogger
    {
        public override async ValueTask LogFailureEventAsync(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime,
            CancellationToken cancellationToken
        )
        {
            await start;
            throw new InvalidOperationException("as always");
        }
    }
}
