using System.Collections.Concurrent;

namespace Callgate.Tests.Calls;

/// <summary>Keeps the terminal events of a client's calls.</summary>
internal sealed class TerminalEvents : CustomLogger
{
    private readonly ConcurrentQueue<CallDetails> _events = new();

    public IReadOnlyList<CallDetails> All => [.. _events];

    public override void LogSuccessEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    )
    {
        Assert.True(IsSuccess(call), $"{call.Outcome} came as a success.");
        _events.Enqueue(call);
    }

    public override void LogFailureEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    )
    {
        Assert.False(IsSuccess(call), $"{call.Outcome} came as a failure.");
        _events.Enqueue(call);
    }

    private static bool IsSuccess(CallDetails call) =>
        call.Outcome is CallOutcome.Completed or CallOutcome.CacheHit or CallOutcome.AnsweredByHook;

    public void Clear() => _events.Clear();

    /// <summary>Waits for a client's observers, and checks that nothing was lost, failed, or left open.</summary>
    public async Task<IReadOnlyList<CallDetails>> SettledAsync(LlmClient client)
    {
        var counts = await client.FlushPatientlyAsync();
        AssertSettled(client, counts);
        return All;
    }

    /// <inheritdoc cref="SettledAsync" />
    public IReadOnlyList<CallDetails> Settled(LlmClient client)
    {
        AssertSettled(client, client.Flush(Patience.Limit));
        return All;
    }

    private static void AssertSettled(LlmClient client, FlushResult counts)
    {
        Assert.Equal(0, counts.Pending);
        Assert.Equal(0, counts.Failed);
        Assert.Equal(0, counts.Dropped);
        Assert.Equal(0, client.Runtime.OpenCalls.Count);
    }
}
