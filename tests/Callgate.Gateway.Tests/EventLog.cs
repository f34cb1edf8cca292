using System.Collections.Concurrent;

namespace Callgate.Gateway.Tests;

/// <summary>Sees how each call ends, and nothing else: bytes pass through beside it.</summary>
internal sealed class EventLog : CustomLogger
{
    private readonly ConcurrentQueue<CallDetails> _successes = new();
    private readonly ConcurrentQueue<CallDetails> _failures = new();
    private readonly ConcurrentQueue<LlmResponse?> _answers = new();
    private TaskCompletionSource _added = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<CallDetails> Successes => _successes.ToArray();

    public IReadOnlyList<CallDetails> Failures => _failures.ToArray();

    /// <summary>The answers of those that succeeded.</summary>
    public IReadOnlyList<LlmResponse?> Answers => _answers.ToArray();

    public IReadOnlyList<CallDetails> All => [.. Successes, .. Failures];

    public void Clear()
    {
        _successes.Clear();
        _answers.Clear();
        _failures.Clear();
    }

    public override void LogSuccessEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    )
    {
        _answers.Enqueue(response);
        Add(_successes, call);
    }

    public override void LogFailureEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) => Add(_failures, call);

    /// <summary>Waits for the failure that is meant.</summary>
    public async Task<CallDetails> WaitForFailureAsync(Func<CallDetails, bool> isMeant)
    {
        while (true)
        {
            var added = Volatile.Read(ref _added).Task;
            if (_failures.LastOrDefault(isMeant) is { } found)
            {
                return found;
            }

            await added.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    private void Add(ConcurrentQueue<CallDetails> ends, CallDetails call)
    {
        ends.Enqueue(call);
        Interlocked
            .Exchange(ref _added, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))
            .SetResult();
    }
}
