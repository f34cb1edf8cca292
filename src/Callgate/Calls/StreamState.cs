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
            case Ended:
                return default;
            case Reading:
                throw new InvalidOperationException(
                    "The stream is being read already: await one chunk before asking for the next."
                );
        }

        // Chunks that came together are given without waiting, where no hook may want to wait.
        if (
            _source is { } source
            && !HasChunkHooks
            && source.TryTake(out var chunk)
            && Note(source, chunk)
        )
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
            return await ReadAsync(source).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            var failure = Fail(exception);
            if (ReferenceEquals(failure, exception))
            {
                throw;
            }

            throw failure;
        }
    }

    private async ValueTask<ChatChunk?> ReadAsync(IChunkSource source)
    {
        try
        {
            while (true)
            {
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
        catch (Exception exception) when (source.Attempt is { } attempt && !call.Kind.IsObserved)
        {
            // An attempt may also fail, or be refused, after it has begun to answer.
            attempt.Exception ??= exception;
            attempt.EndTime ??= _runtime.Time.GetUtcNow();
            await DeploymentHooks
                .AfterFailureAsync(call, attempt, exception, _clock!)
                .ConfigureAwait(false);
            throw;
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
        _clock!.Arm("idle", _runtime.Options.IdleTimeout);
        try
        {
            await source.ReadAsync(_clock).ConfigureAwait(false);
        }
        catch (Exception exception) when (source.Attempt is { } attempt)
        {
            attempt.Exception = Failures.OfAttempt(exception, attempt, _clock);
            if (ReferenceEquals(attempt.Exception, exception))
            {
                throw;
            }

            throw attempt.Exception;
        }
    }

    /// <summary>A call that is only observed is not steered either.</summary>
    private bool HasChunkHooks =>
        !call.Kind.IsObserved && call.Callbacks.Has(Hooks.PostCallStreamingDeploymentHookAsync);

    // 7
    private ValueTask<ChatChunk> ThroughHooksAsync(IChunkSource source, ChatChunk chunk) =>
        HasChunkHooks && source.Attempt is { } attempt
            ? DeploymentHooks.OnChunkAsync(call, attempt, chunk, _clock!.Token)
            : new ValueTask<ChatChunk>(chunk);

    /// <summary>Takes a chunk into the assembled answer; false where the consumer isn't to see it.</summary>
    private bool Note(IChunkSource source, ChatChunk chunk)
    {
        source.Attempt?.Stream!.Add(chunk);
        // We always ask the provider for the usage; its chunk goes on only to a consumer who asked too.
        if (
            chunk.PlainText is null
            && source.Outcome == CallOutcome.Completed
            && !call.Kind.IsObserved
            && chunk is { Choices.Count: 0, Usage: not null }
            && (call.Request as ChatRequest)?.StreamOptions?.IncludeUsage != true
        )
        {
            return false;
        }

        _runtime.Pipeline.LogStreamEvent(call, chunk);
        return true;
    }

    // 8
    private async ValueTask CompleteAsync(IChunkSource source)
    {
        var response = source.Assemble();
        if (source.Attempt is { } attempt)
        {
            attempt.EndTime = _runtime.Time.GetUtcNow();
            if (response is not null)
            {
                await _runtime
                    .Pipeline.KeepAsync(call, response, _clock!.Token)
                    .ConfigureAwait(false);
            }
        }

        _runtime.Pipeline.Close(call, source.Outcome, response, null);
        End();
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
            _source?.Release();
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

    /// <summary>The consumer is done, early or not.</summary>
    public void Dispose() => Leave(CallOutcome.ClientAborted, Failures.BrokenOff);

    /// <summary>The consumer is gone.</summary>
    public void Abandon() => Leave(CallOutcome.Abandoned, Failures.Abandoned);

    private void Leave(CallOutcome outcome, string reason)
    {
        var before = Interlocked.Exchange(ref _state, Ended);
        if (before == Ended || _clock is null)
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
            _runtime.Pipeline.Close(
                call,
                outcome,
                response,
                new OperationCanceledException(reason)
            );
        }

        _runtime.Streams.Remove(this);
        Abort();
        if (before == Idle)
        {
            _source?.Release();
            _clock.Dispose();
        }
    }

    /// <summary>Whether nobody has read since then, and nobody is reading.</summary>
    public bool IsIdleSince(DateTimeOffset since) =>
        Volatile.Read(ref _state) == Idle && _lastRead < since;

    public void Abort()
    {
        _clock?.Abort();
        _source?.Dispose();
    }
}
