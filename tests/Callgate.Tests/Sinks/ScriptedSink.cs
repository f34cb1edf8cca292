namespace Callgate.Tests.Sinks;

/// <summary>Keeps what it gets, and does with it what a test says.</summary>
internal sealed class ScriptedSink : IEventSink
{
    private readonly Lock _gate = new();
    private readonly List<SinkEvent[]> _batches = [];
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What becomes of a batch, by its number from 0. Default: it is delivered.</summary>
    public Func<int, IReadOnlyList<SinkEvent>, CancellationToken, Task> Do { get; set; } =
        (_, _, _) => Task.CompletedTask;

    /// <summary>The batches so far, those that failed included.</summary>
    public IReadOnlyList<SinkEvent[]> Batches
    {
        get
        {
            lock (_gate)
            {
                return _batches.ToArray();
            }
        }
    }

    public IReadOnlyList<int> Sizes => [.. Batches.Select(b => b.Length)];

    public async ValueTask SendAsync(IReadOnlyList<SinkEvent> batch, CancellationToken cancellationToken)
    {
        int number;
        TaskCompletionSource arrived;
        lock (_gate)
        {
            number = _batches.Count;
            _batches.Add([.. batch]);
            (arrived, _arrived) = (_arrived, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        arrived.SetResult();
        await Do(number, batch, cancellationToken);
    }

    public async Task WaitForBatchesAsync(int count)
    {
        while (true)
        {
            Task arrived;
            lock (_gate)
            {
                if (_batches.Count >= count)
                {
                    return;
                }

                arrived = _arrived.Task;
            }

            await arrived.WaitAsync(TestContext.Current.CancellationToken);
        }
    }
}
