using System.Diagnostics;

namespace Callgate.Calls;

/// <summary>
/// One handler's iterator around a stream. Its deadline counts only the time that it takes itself, not what it waits for the
/// provider: it may well gather the whole stream before it gives anything.
/// </summary>
internal sealed class IteratorHook(
    Call call,
    Registration registration,
    IAsyncEnumerable<LlmChunk> inner,
    CancellationToken cancellationToken
) : IAsyncEnumerable<LlmChunk>
{
    private const Hooks Hook = Hooks.PostCallStreamingIteratorHook;

    private readonly bool _mayGoOnWithout = registration.Options.OnFailure == OnHookFailure.Allow;

    /// <summary>What the hook is doing; completed while it waits for its consumer.</summary>
    private Task<bool> _working = Task.FromResult(true);

    public async IAsyncEnumerator<LlmChunk> GetAsyncEnumerator(CancellationToken token = default)
    {
        var source = new FedStream(inner.GetAsyncEnumerator(cancellationToken), _mayGoOnWithout);
        await using (((IAsyncDisposable)source).ConfigureAwait(false))
        {
            var start = Stopwatch.GetTimestamp();
            var decision = "continue";
            // Where the stream is broken off elsewhere, the call's event comes before the iterator's end.
            var begun = new HookRun(Hook.ToString(), registration.Name, decision, TimeSpan.Zero);
            call.Add(begun);
            IAsyncEnumerator<LlmChunk>? hooked = null;
            try
            {
                var failure = Begin(source, out hooked);
                while (failure is null)
                {
                    LlmChunk? chunk = null;
                    try
                    {
                        if (!await MoveNextAsync(hooked!, source).ConfigureAwait(false))
                        {
                            // A hook that swallows the stream's failure must not make half an answer look whole.
                            source.ThrowIfFailed();
                            yield break;
                        }

                        chunk =
                            hooked!.Current as Wire.ChatChunk
                            ?? throw new InvalidOperationException($"{Hook} gave null, or a chunk of its own making.");
                        source.Given();
                    }
                    catch (Exception e) when (!source.HasFailed && !cancellationToken.IsCancellationRequested)
                    {
                        failure = e;
                    }
                    catch (Exception e) when (source.HasFailed && e is not RejectException)
                    {
                        // However the hook has wrapped it, it is the stream's failure.
                        source.ThrowIfFailed();
                        throw;
                    }

                    if (chunk is not null)
                    {
                        yield return chunk;
                    }
                }

                decision = Decide(failure, source, out var refusal);
                if (refusal is not null)
                {
                    throw refusal;
                }

                // The hook is out of it: what it had taken and not given goes on as it came, and so does the rest.
                foreach (var chunk in source.Held)
                {
                    yield return chunk;
                }

                while (await source.MoveNextAsync().ConfigureAwait(false))
                {
                    yield return source.Current;
                }
            }
            finally
            {
                call.Replace(begun, begun with { Decision = decision, Duration = Stopwatch.GetElapsedTime(start) });
                await EndAsync(hooked).ConfigureAwait(false);
            }
        }
    }

    private Exception? Begin(FedStream source, out IAsyncEnumerator<LlmChunk>? hooked)
    {
        hooked = null;
        try
        {
            var context = GatewayHooks.Fill(call, new StreamContext { Data = call.Request });
            hooked = registration
                .Handler.PostCallStreamingIteratorHook(context, source, cancellationToken)
                .GetAsyncEnumerator(cancellationToken);
            return null;
        }
#pragma warning disable CA1031 // Decided on by the registration's OnFailure.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception;
        }
    }

    /// <summary>What comes of a failure: the call's end, or the rest of the stream without the hook.</summary>
    private string Decide(Exception failure, FedStream source, out RejectException? refusal)
    {
        refusal = failure as RejectException;
        var decision = "reject";
        if (refusal is null)
        {
            call.Runtime.Hub.Report(registration.Name, Hook.ToString(), failure);
            if (_mayGoOnWithout && source.TryDetach())
            {
                return "failed: allowed";
            }

            refusal = HookRunner.Denied(registration, Hook);
            decision = "failed: denied";
        }

        call.Rejection = new Rejection("answer", refusal.Message);
        return decision;
    }

    private async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<LlmChunk> hooked, FedStream source)
    {
        var next = hooked.MoveNextAsync();
        if (next.IsCompleted)
        {
            return await next.ConfigureAwait(false);
        }

        _working = next.AsTask();
        while (true)
        {
            var turn = source.Turn;
            try
            {
                return await _working
                    .WaitAsync(registration.Options.Deadline, call.Runtime.Time, cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // The hook's own; or it, or the stream before it, came to an end at the last moment.
                if (_working.IsCompleted)
                {
                    return await _working.ConfigureAwait(false);
                }

                // Else it was waiting for the provider, or has got something since: its time begins anew.
                if (source.Turn == turn && source.TryDetach())
                {
                    throw new TimeoutException($"The hook took longer than {registration.Options.Deadline}.");
                }
            }
        }
    }

    /// <summary>Lets the hook clean up. One that is still at work can't be ended, and nobody waits for it.</summary>
    private async ValueTask EndAsync(IAsyncEnumerator<LlmChunk>? hooked)
    {
        if (hooked is null)
        {
            return;
        }

        if (_working.IsCompleted)
        {
            await DisposeAsync(hooked).ConfigureAwait(false);
        }
        else
        {
            _ = DisposeLaterAsync(hooked);
        }
    }

    private async Task DisposeLaterAsync(IAsyncEnumerator<LlmChunk> hooked)
    {
        await ((Task)_working).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await DisposeAsync(hooked).ConfigureAwait(false);
    }

    private async ValueTask DisposeAsync(IAsyncEnumerator<LlmChunk> hooked)
    {
        try
        {
            await hooked.DisposeAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Its clean-up comes after its last chunk: it has no say in the call any more.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            call.Runtime.Hub.Report(registration.Name, Hook.ToString(), exception);
        }
    }
}
