using System.Diagnostics;
using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>The stream of an inner client, as a source of chunks: each carries the update that it was made from, which is what the caller gets.</summary>
internal sealed class ObservedStream<T>(
    IAsyncEnumerable<T> inner,
    ObservedCall observed,
    Func<T, ChatChunkBody> describe,
    CancellationToken callerToken
) : IChunkSource
    where T : class
{
    // The caller's own token: the inner client is to see what it would have seen without us.
    private readonly IAsyncEnumerator<T> _updates = inner.GetAsyncEnumerator(callerToken);
    private ChatChunk? _ready;
    private bool _hasFinished;
    private Task<bool>? _reading;
    private int _disposed;

    public CallOutcome Outcome => CallOutcome.Completed;

    public bool IsComplete => IsDone || _hasFinished;

    public bool IsDone { get; private set; }

    public Attempt Attempt => observed.Call.Attempt!;

    public bool TryTake(out ChatChunk chunk)
    {
        chunk = _ready!;
        _ready = null;
        return chunk is not null;
    }

    public async ValueTask ReadAsync(CallClock clock)
    {
        // A nested HTTP exchange finds its call through the async flow, and so does each further read of it.
        ObservedCall.Enter(observed);
        if (observed.Call.Activity is { } span)
        {
            // What the inner client does belongs below the call's span, which was made in another async flow.
            Activity.Current = span;
        }

        _reading = _updates.MoveNextAsync().AsTask();
        if (!await _reading.ConfigureAwait(false))
        {
            IsDone = true;
            return;
        }

        var update = _updates.Current;
        Attempt.FirstAnswerTime ??= observed.Call.Runtime.Time.GetUtcNow();
        // Not before a chunk is here: a stream that was refused was not billed.
        Attempt.Stream ??= new ChatAccumulator(keepContent: true);
        var body = describe(update);
        _hasFinished |= body.Choices.Any(static c => c.FinishReason is not null);
        _ready = new ChatChunk(body) { Origin = update };
    }

    public LlmResponse? Assemble() => Attempt.Stream is { IsEmpty: false } stream ? stream.ToCompletion() : null;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _ = DisposeUpdatesAsync();
        }
    }

    private async Task DisposeUpdatesAsync()
    {
        try
        {
            // An iterator must not be disposed while it runs.
            await (_reading ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _updates.DisposeAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The consumer has left already; there is nobody to tell but the log.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            observed.Call.Runtime.Hub.Report("the inner client", nameof(IAsyncDisposable.DisposeAsync), exception);
        }
    }

    public void Release() => Dispose();
}
