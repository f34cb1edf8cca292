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

        var counts = await client.FlushAsync(cancellationToken: Token);

        Assert.Equal(3, counts.Failed);
        var warning = Assert.Single(log.Warnings);
        Assert.Contains("Clumsy failed in LogSuccessEventAsync", warning, StringComparison.Ordinal);

        client.Complete("mock/gpt-4o", [Message.User("Hi")], cancellationToken: Token);
        await client.FlushAsync(cancellationToken: Token);

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
}
