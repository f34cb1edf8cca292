using Callgate.Conformance.Handlers;

namespace Callgate.Conformance;

/// <summary>What was seen of a cell's call.</summary>
internal sealed record Run
{
    public required IReadOnlyList<Fired> All { get; init; }
    public required IReadOnlyList<Fired> Sync { get; init; }
    public required IReadOnlyList<Fired> Async { get; init; }
    public required IReadOnlyList<Fired> Functions { get; init; }

    /// <summary>What every recorder saw.</summary>
    public IEnumerable<Fired> Everything => All.Concat(Sync).Concat(Async).Concat(Functions);

    /// <summary>What the consumer got.</summary>
    public required int Received { get; init; }

    /// <summary>What the consumer's call threw.</summary>
    public required Exception? Thrown { get; init; }

    public required int Requests { get; init; }
    public required FlushResult Flushed { get; init; }

    /// <summary>Calls that the client still takes for open.</summary>
    public required int LeftOpen { get; init; }

    /// <summary>How often a hook was called on the handler that overrides all.</summary>
    public int CountOf(string hook) => All.Count(f => f.Hook == hook);

    // Longer than any machine takes: a call that hangs becomes a failure with a name.
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(20);

    public static async Task<Run> OfAsync(Cell cell)
    {
        await using var stage = await Stage.OpenAsync(cell);
        var (received, thrown) = await ConsumeAsync(stage).WaitAsync(s_hang);
        var flushed = await stage.Client.FlushAsync(s_hang);
        return new Run
        {
            All = stage.All.Fired,
            Sync = stage.Sync.Fired,
            Async = stage.Async.Fired,
            Functions = stage.Functions.Fired,
            Received = received,
            Thrown = thrown,
            Requests = stage.Provider.Requests.Count,
            Flushed = flushed,
            LeftOpen = stage.Client.Runtime.OpenCalls.Count,
        };
    }

    private static async Task<(int Received, Exception? Thrown)> ConsumeAsync(Stage stage)
    {
        var (trouble, after) = (stage.Cell.Scenario.Trouble, stage.Cell.Scenario.TroubleAfter);
        if (trouble == Trouble.CancelledBefore)
        {
            await stage.Caller.CancelAsync();
        }

        var received = 0;
        var answer = stage.Cell.Operation.Open(stage);
        try
        {
            while (trouble is not (Trouble.BrokenOff or Trouble.LeftUnread) || received < after)
            {
                var next = answer.MoveNextAsync().AsTask();
                if (received == after)
                {
                    await BefallAsync(stage, trouble);
                }

                if (!await next)
                {
                    break;
                }

                received++;
            }
        }
#pragma warning disable CA1031 // What is thrown is what is looked at.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return (received, exception);
        }
        finally
        {
            if (trouble == Trouble.LeftUnread)
            {
                stage.Clock.Advance(2 * stage.Options.AbandonTimeout);
            }

            // Of a stream that counts as abandoned, this comes too late to matter.
            await answer.DisposeAsync();
        }

        return (received, null);
    }

    private static async Task BefallAsync(Stage stage, Trouble trouble)
    {
        if (trouble is not (Trouble.Cancelled or Trouble.TimeRunsOut or Trouble.ClientDisposed))
        {
            return;
        }

        var requests = await stage.Provider.WaitForRequestsAsync(1);
        await requests[0].Stalled;
        switch (trouble)
        {
            case Trouble.Cancelled:
                await stage.Caller.CancelAsync();
                break;
            case Trouble.TimeRunsOut:
                stage.Clock.Advance(stage.Options.Timeout);
                break;
            default:
                await stage.Client.DisposeAsync();
                if (stage.Cell.Entry.IsObserver)
                {
                    requests[0].Release();
                }

                break;
        }
    }
}
