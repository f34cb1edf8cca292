using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>
/// A streamed call, from 1 to 9: the steps of <see cref="CallPipeline"/> as its consumer pulls. One reader at a time;
/// it may be ended from outside at any moment, by its consumer's absence, its client, or the process.
/// </summary>
internal sealed class StreamState(Call call, CancellationToken cancellationToken) : IAbortable
{
    private const int Idle = 0;
    private const int Reading = 1;
    private const int Ended = 2;

    private readonly ClientRuntime _runtime = call.Runtime;
    private readonly bool _passesUsage =
        (call.Request as ChatRequest)?.StreamOptions?.IncludeUsage == true;
    private CallClock? _clock;
    private UpstreamStream? _upstream;
    private Queue<ChatChunk>? _replay;
    private int _state;
    private DateTimeOffset _lastRead;

    public Call Call => call;

    /// <summary>The next chunk; null at the end.</summary>
    public ValueTask<ChatChunk?> NextAsync()
    {
        var before = Interlocked.CompareExchange(ref _state, Reading, Idle);
        if (before == Ended)
        {
            return default;
        }

        if (before == Reading)
        {
            throw new InvalidOperationException(
                "The stream is being read already: await one chunk before asking for the next."
            );
        }

        // Chunks that came together are given without waiting, where no hook may want to wait.
        if (
            _upstream is { } upstream
            && !call.Callbacks.Has(Hooks.PostCallStreamingDeploymentHookAsync)
            && upstream.TryTake(out var chunk)
        )
        {
            if (Note(upstream.Attempt, chunk))
            {
                EndRead();
                return new ValueTask<ChatChunk?>(chunk);
            }
        }

        return ReadAsync();
    }

    private async ValueTask<ChatChunk?> ReadAsync()
    {
        try
        {
            _clock ??= await OpenAsync().ConfigureAwait(false);
            var chunk = _replay is null
                ? await ReadUpstreamAsync().ConfigureAwait(false)
                : ReadReplay();
            if (chunk is null)
            {
                return null;
            }

            EndRead();
            return chunk;
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

    // 1 to 6
    private async ValueTask<CallClock> OpenAsync()
    {
        var clock = _runtime.Pipeline.NewClock(call, cancellationToken);
        _clock = clock;
        _runtime.Pipeline.Admit(call, this);
        _runtime.Streams.Add(this);
        await _runtime.Pipeline.ShapeAsync(call, clock).ConfigureAwait(false);
        if (
            await _runtime.Pipeline.LookUpAsync(call, clock.Token).ConfigureAwait(false) is { } kept
        )
        {
            _replay = StreamReplay.Of((ChatCompletion)kept, _passesUsage);
            _kept = kept;
            return clock;
        }

        _upstream = await AttemptLoop
            .RunAsync(call, clock, HttpUpstream.OpenStreamAsync)
            .ConfigureAwait(false);
        return clock;
    }

    private LlmResponse? _kept;

    // 7
    private async ValueTask<ChatChunk?> ReadUpstreamAsync()
    {
        var upstream = _upstream!;
        while (true)
        {
            if (upstream.TryTake(out var chunk))
            {
                if (call.Callbacks.Has(Hooks.PostCallStreamingDeploymentHookAsync))
                {
                    chunk = await DeploymentHooks
                        .OnChunkAsync(call, upstream.Attempt, chunk, _clock!.Token)
                        .ConfigureAwait(false);
                }

                if (Note(upstream.Attempt, chunk))
                {
                    return chunk;
                }
            }
            else if (upstream.IsDone)
            {
                await CompleteAsync(upstream).ConfigureAwait(false);
                return null;
            }
            else
            {
                _clock!.Arm("idle", _runtime.Options.IdleTimeout);
                try
                {
                    await upstream.ReadAsync(_clock).ConfigureAwait(false);
                }
                catch (Exception exception)
                {
                    upstream.Attempt.Exception = Failures.OfAttempt(
                        exception,
                        upstream.Attempt,
                        _clock
                    );
                    if (ReferenceEquals(upstream.Attempt.Exception, exception))
                    {
                        throw;
                    }

                    throw upstream.Attempt.Exception;
                }
            }
        }
    }

    private ChatChunk? ReadReplay()
    {
        if (_replay!.TryDequeue(out var chunk))
        {
            _runtime.Pipeline.LogStreamEvent(call, chunk);
            return chunk;
        }

        _runtime.Pipeline.Close(call, CallOutcome.CacheHit, _kept, null);
        End();
        return null;
    }

    /// <summary>Takes a chunk into the assembled answer; false where the consumer isn't to see it.</summary>
    private bool Note(Attempt attempt, ChatChunk chunk)
    {
        attempt.Stream!.Add(chunk);
        // We always ask for the usage; the consumer gets its chunk only where it asked too.
        if (
            !_passesUsage
            && chunk.PlainText is null
            && chunk.Choices.Count == 0
            && chunk.Usage is not null
        )
        {
            return false;
        }

        _runtime.Pipeline.LogStreamEvent(call, chunk);
        return true;
    }

    private async ValueTask CompleteAsync(UpstreamStream upstream)
    {
        upstream.Attempt.EndTime = _runtime.Time.GetUtcNow();
        if (call.CacheKey is not null)
        {
            await _runtime
                .Pipeline.KeepAsync(call, upstream.Attempt.Stream!.ToCompletion(), _clock!.Token)
                .ConfigureAwait(false);
        }

        _runtime.Pipeline.Close(call, CallOutcome.Completed, Assembled(), null);
        End();
    }

    private Exception Fail(Exception exception)
    {
        if (_upstream is { } upstream)
        {
            upstream.Attempt.EndTime ??= _runtime.Time.GetUtcNow();
        }

        var failure = _runtime.Pipeline.CloseFailed(call, exception, _clock, Assembled());
        End();
        return failure;
    }

    /// <summary>What has come so far, for the event; null where nobody looks, or nothing came.</summary>
    private ChatCompletion? Assembled() =>
        _upstream?.Attempt.Stream is { IsEmpty: false } stream
        && call.Callbacks.Has(Hooks.Success | Hooks.Failure)
            ? stream.ToCompletion()
            : null;

    private void EndRead()
    {
        _lastRead = _runtime.Time.GetUtcNow();
        if (Interlocked.CompareExchange(ref _state, Idle, Reading) == Ended)
        {
            _upstream?.Release();
        }
    }

    /// <summary>The reader is done: gives everything back.</summary>
    private void End()
    {
        Volatile.Write(ref _state, Ended);
        _runtime.Streams.Remove(this);
        _upstream?.Release();
        _clock?.Dispose();
    }

    /// <summary>The consumer is done, early or not.</summary>
    public void Dispose() => Leave(CallOutcome.ClientAborted, "The consumer broke the stream off.");

    /// <summary>The consumer is gone.</summary>
    public void Abandon() =>
        Leave(CallOutcome.Abandoned, "The stream was neither read to its end nor disposed.");

    private void Leave(CallOutcome outcome, string reason)
    {
        var before = Interlocked.Exchange(ref _state, Ended);
        if (before == Ended || _clock is null)
        {
            return;
        }

        if (
            before == Idle
            && _upstream is { Attempt: { } attempt }
            && attempt.Translator!.IsComplete
        )
        {
            // All of the answer was there; only the end marker was not waited for.
            attempt.EndTime ??= _runtime.Time.GetUtcNow();
            _runtime.Pipeline.Close(call, CallOutcome.Completed, Assembled(), null);
        }
        else if (before == Idle && _replay is { Count: 0 })
        {
            _runtime.Pipeline.Close(call, CallOutcome.CacheHit, _kept, null);
        }
        else
        {
            _runtime.Pipeline.Close(
                call,
                outcome,
                before == Idle ? Assembled() : null,
                new OperationCanceledException(reason)
            );
        }

        _runtime.Streams.Remove(this);
        Abort();
        if (before == Idle)
        {
            _upstream?.Release();
            _clock.Dispose();
        }
    }

    /// <summary>Whether nobody has read since then, and nobody is reading.</summary>
    public bool IsIdleSince(DateTimeOffset since) =>
        Volatile.Read(ref _state) == Idle && _lastRead < since;

    public void Abort()
    {
        _clock?.Abort();
        _upstream?.Dispose();
    }
}
