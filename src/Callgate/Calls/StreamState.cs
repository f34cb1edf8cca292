using System.Runtime.CompilerServices;
using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>
/// A streamed call, from 1 to 9: the steps of <see cref="CallPipeline"/> as its consumer pulls. One reader at a time;
/// it may be ended from outside at any moment: by its consumer's absence, its client, or the process.
/// </summary>
/// <param name="call">The call.</param>
/// <param name="open">Steps 2 to 6: finds the source of the chunks.</param>
/// <param name="cancellationToken">The caller's.</param>
internal sealed class StreamState(
    Call call,
    Func<Call, CallClock, ValueTask<IChunkSource>> open,
    CancellationToken cancellationToken
) : IAbortable
{
    private const int Idle = 0;
    private const int Reading = 1;
    private const int Ended = 2;
    private const int Abandoned = 3;

    private readonly ClientRuntime _runtime = call.Runtime;
    private CallClock? _clock;
    private IChunkSource? _source;
    private int _state;
    private DateTimeOffset _lastRead;

    /// <summary>The next chunk; null at the end.</summary>
    public ValueTask<ChatChunk?> NextAsync()
    {
        switch (Interlocked.CompareExchange(ref _state, Reading, Idle))
        {
            case Abandoned:
                // A quiet end would make half an answer look whole.
                throw LlmException.Create(
                    LlmErrorKind.Timeout,
                    $"The stream was closed: it was left unread for {_runtime.Options.AbandonTimeout}.",
                    new ErrorFacts(Model: call.ModelGroup, IsRetryable: false)
                );
            case Ended:
                return default;
            case Reading:
                throw new InvalidOperationException(
                    "The stream is being read already: await one chunk before asking for the next."
                );
        }

        // Chunks that came together are given without waiting, where no hook may want to wait.
        if (_source is { } source && !HasChunkHooks && !IsOver && source.TryTake(out var chunk) && Note(source, chunk))
        {
            EndRead();
            return new ValueTask<ChatChunk?>(chunk);
        }

        return ReadAsync();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ChatChunk?> ReadAsync()
    {
        if (_clock is null)
        {
            Begin();
        }

        try
        {
            var source = _source ??= await OpenAsync().ConfigureAwait(false);
            while (true)
            {
                if (IsOver)
                {
                    throw Noted(source, new OperationCanceledException(_clock!.Token));
                }

                if (source.TryTake(out var chunk))
                {
                    chunk = await ThroughHooksAsync(source, chunk).ConfigureAwait(false);
                    if (Note(source, chunk))
                    {
                        EndRead();
                        return chunk;
                    }
                }
                else if (source.IsDone)
                {
                    await CompleteAsync(source).ConfigureAwait(false);
                    return null;
                }
                else
                {
                    await WaitAsync(source).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception)
        {
            // Nobody needs the rest, and hooks may take their time.
            _source?.Dispose();
            var told = await TellHooksAsync(exception).ConfigureAwait(false);
            await _runtime.Pipeline.TellGatewayAsync(call, told, _clock!).ConfigureAwait(false);
            var failure = Fail(told);
            if (ReferenceEquals(failure, exception))
            {
                throw;
            }

            throw failure;
        }
    }

    // 1
    private void Begin()
    {
        _clock = _runtime.Pipeline.NewClock(call, cancellationToken);
        try
        {
            _runtime.Pipeline.Admit(call, this);
        }
        catch
        {
            Volatile.Write(ref _state, Ended);
            _clock.Dispose();
            throw;
        }
    }

    // 2 to 6
    private async ValueTask<IChunkSource> OpenAsync()
    {
        _runtime.Streams.Add(this);
        return await open(call, _clock!).ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitAsync(IChunkSource source)
    {
        try
        {
            var read = source.ReadAsync(_clock!);
            if (read.IsCompletedSuccessfully)
            {
                return;
            }

            if (source is HookedSource)
            {
                // It knows when it waits for the provider, and when for a hook.
                await read.ConfigureAwait(false);
                return;
            }

            _clock!.Arm("idle", _runtime.Options.IdleTimeout);
            await read.ConfigureAwait(false);
            // The limit is the provider's: how long the consumer takes is its own affair.
            _clock.Disarm();
        }
        catch (Exception exception)
        {
            var failure = Noted(source, exception);
            if (ReferenceEquals(failure, exception))
            {
                throw;
            }

            throw failure;
        }
    }

    /// <summary>A call that is only observed is not steered either; where the gateway's hooks follow, the source has run these before them.</summary>
    private bool HasChunkHooks =>
        !call.Kind.IsObserved
        && call.Callbacks.Has(Hooks.PostCallStreamingDeploymentHookAsync)
        && _source is not HookedSource;

    /// <summary>Whether somebody has cancelled, or time has run out: then nobody wants what is there already. What another client does then is its own affair.</summary>
    private bool IsOver => !call.Kind.IsObserved && _clock!.Token.IsCancellationRequested;

    private Exception Noted(IChunkSource source, Exception exception) =>
        source.Attempt is { } attempt ? attempt.Exception = Failures.OfAttempt(exception, attempt, _clock!) : exception;

    // 7
    private ValueTask<ChatChunk> ThroughHooksAsync(IChunkSource source, ChatChunk chunk) =>
        HasChunkHooks && source.Attempt is { } attempt
            ? DeploymentHooks.OnChunkAsync(call, attempt, chunk, _clock!.Token)
            : new ValueTask<ChatChunk>(chunk);

    /// <summary>Takes a chunk into the assembled answer; false where the consumer isn't to see it.</summary>
    private bool Note(IChunkSource source, ChatChunk chunk)
    {
        source.Taken(chunk);
        // We always ask the provider for the usage; its chunk goes on only to a consumer who asked too.
        if (
            chunk.PlainText is null
            && chunk.Events is null
            && source.Outcome == CallOutcome.Completed
            && !call.Kind.IsObserved
            && chunk is { Choices.Count: 0, Usage: not null }
            && (call.Request as ChatRequest)?.StreamOptions?.IncludeUsage != true
        )
        {
            return false;
        }

        if (chunk.Events is null)
        {
            CallEvents.LogStreamEvent(call, chunk);
        }

        return true;
    }

    // 8
    private async ValueTask CompleteAsync(IChunkSource source)
    {
        var response = source.Assemble();
        if (source.Attempt is { } attempt)
        {
            attempt.EndTime = _runtime.Time.GetUtcNow();
            if (_runtime.Options.Cache is not null && source.AssembleForCache() is { } whole)
            {
                await _runtime.Pipeline.KeepAsync(call, whole, _clock!.Token).ConfigureAwait(false);
            }
        }

        _runtime.Pipeline.Close(call, source.Outcome, response, null);
        End();
    }

    /// <summary>An attempt may also fail, or be refused, after it has begun to answer.</summary>
    private async ValueTask<Exception> TellHooksAsync(Exception exception)
    {
        if (_source?.Attempt is not { } attempt || call.Kind.IsObserved)
        {
            return exception;
        }

        attempt.Exception ??= exception;
        attempt.EndTime ??= _runtime.Time.GetUtcNow();
        try
        {
            await DeploymentHooks.AfterFailureAsync(call, attempt, exception, _clock!).ConfigureAwait(false);
            return exception;
        }
        catch (OperationCanceledException cancelled)
        {
            return cancelled;
        }
    }

    private Exception Fail(Exception exception)
    {
        var failure = _runtime.Pipeline.CloseFailed(call, exception, _clock, _source?.Assemble());
        End();
        return failure;
    }

    private void EndRead()
    {
        _lastRead = _runtime.Time.GetUtcNow();
        if (Interlocked.CompareExchange(ref _state, Idle, Reading) == Ended)
        {
            // Left by another thread, perhaps before there was anything to close.
            Close(CallOutcome.ClientAborted, Failures.BrokenOff, _source?.Assemble());
            End();
        }
    }

    /// <summary>The reader is done: gives everything back.</summary>
    private void End()
    {
        Volatile.Write(ref _state, Ended);
        _runtime.Streams.Remove(this);
        _source?.Release();
        _clock?.Dispose();
    }

    /// <summary>What ends the stream of a client whose provider speaks its own format; known once the stream is read to its end.</summary>
    public ReadOnlyMemory<byte>? Tail => (_source as RawStream)?.Tail;

    /// <summary>The consumer is done, early or not.</summary>
    public void Dispose()
    {
        var before = Interlocked.Exchange(ref _state, Ended);
        if (before is Idle or Reading)
        {
            Leave(before, CallOutcome.ClientAborted, Failures.BrokenOff);
        }
    }

    /// <summary>The consumer is gone. Never throws: it is called by the clock and by the finalizer.</summary>
    public void Abandon()
    {
        if (Interlocked.CompareExchange(ref _state, Abandoned, Idle) != Idle)
        {
            return; // has come back meanwhile
        }

        try
        {
            Leave(Idle, CallOutcome.Abandoned, Failures.Abandoned);
        }
#pragma warning disable CA1031 // Whatever a handler's connection throws, it must not end the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _runtime.Hub.Report("The stream's connection", nameof(Abandon), exception);
        }
    }

    private void Leave(int before, CallOutcome outcome, string reason)
    {
        if (_clock is null)
        {
            return;
        }

        var response = before == Idle ? _source?.Assemble() : null;
        if (before == Idle && _source is { IsComplete: true } source)
        {
            // All of the answer was there; only the end marker was not waited for.
            _runtime.Pipeline.Close(call, source.Outcome, response, null);
        }
        else
        {
            Close(outcome, reason, response);
        }

        _runtime.Streams.Remove(this);
        Abort();
        if (before == Idle)
        {
            _source?.Release();
            _clock.Dispose();
        }
    }

    private void Close(CallOutcome outcome, string reason, LlmResponse? response) =>
        _runtime.Pipeline.Close(call, outcome, response, new OperationCanceledException(reason));

    /// <summary>Whether nobody has read since then, and nobody is reading.</summary>
    public bool IsIdleSince(DateTimeOffset since) => Volatile.Read(ref _state) == Idle && _lastRead < since;

    public void Abort()
    {
        _clock?.Abort();
        _source?.Dispose();
    }
}
