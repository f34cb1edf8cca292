using System.Runtime.CompilerServices;
using Callgate.Caching;
using Callgate.Telemetry;
using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>
/// The life of every call, whoever makes it, unary and streamed:
/// <code>
///  1  Admit     the call is open: from here on it ends in exactly one event
///  2  Shape     the prompt hook builds the request; what can't be right is refused
///  4  Look up   the cache may answer
///  5  Route     a deployment is chosen                                    (AttemptLoop)
///  6  Attempt   translate, log the exact input, send, log the raw reply   (AttemptLoop, HttpUpstream)
///  7  Answer    hooks see the answer, or each chunk; a handler may plan a rerun      (AgenticLoop)
///  8  Close     exactly once: usage, cost, outcome
///  9  Observe   off the call's path
/// </code>
/// Step 3 (Moderate) is the gateway's. Streams run the same steps in StreamState; calls that another client
/// makes, and that are only observed, in ObservedCall. Each hook is fired in one place.
/// </summary>
internal sealed class CallPipeline(ClientRuntime runtime)
{
    /// <summary>A unary call, from 1 to 9.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<LlmResponse> CompleteAsync(Call call, CancellationToken cancellationToken)
    {
        using var clock = NewClock(call, cancellationToken);
        Admit(call, clock);
        try
        {
            var outcome = CallOutcome.AnsweredByHook;
            var response = await ShapeAsync(call, clock).ConfigureAwait(false);
            if (response is null)
            {
                (response, outcome) = await ModeratedAsync(call, clock, AnswerAsync(call, clock)).ConfigureAwait(false);
            }

            if (call.Loop is { } loop)
            {
                response = await loop.OnAnswerAsync(call, response, clock.Token).ConfigureAwait(false);
            }

            if (call.Gateway is not null && call.Loop is not { IsGoingOn: true })
            {
                response = await GatewayHooks.AnswerAsync(call, response, clock.Token).ConfigureAwait(false);
            }

            return Close(call, outcome, response, null)!;
        }
        catch (Exception exception)
        {
            await TellGatewayAsync(call, exception, clock).ConfigureAwait(false);
            var failure = CloseFailed(call, exception, clock, null);
            if (ReferenceEquals(failure, exception))
            {
                throw;
            }

            throw failure;
        }
    }

    /// <summary>A refusal of somebody unknown: no hook is asked about those who may not call at all.</summary>
    public void Refuse(Call call, LlmException refusal)
    {
        Admit(call, null);
        call.Rejection = new Rejection("admit", refusal.Message);
        CloseFailed(call, refusal, null, null);
    }

    // 4 to 6 of a unary call
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(LlmResponse, CallOutcome)> AnswerAsync(Call call, CallClock clock)
    {
        if (await LookUpAsync(call, clock.Token).ConfigureAwait(false) is { } kept)
        {
            return (kept, CallOutcome.CacheHit);
        }

        var response = await AttemptLoop.RunAsync(call, clock, HttpUpstream.CompleteAsync).ConfigureAwait(false);
        await KeepAsync(call, response, clock.Token).ConfigureAwait(false);
        return (response, CallOutcome.Completed);
    }

    /// <summary>A streamed call, from 2 to 7's beginning; its consumer's pulls do the rest.</summary>
    public async ValueTask<IChunkSource> OpenStreamAsync(Call call, CallClock clock)
    {
        var source = await ShapeAsync(call, clock).ConfigureAwait(false) is { } answer
            ? Replay(call, answer, CallOutcome.AnsweredByHook)
            : await ModeratedAsync(call, clock, OpenAsync(call, clock)).ConfigureAwait(false);
        return call.Gateway is null ? source : await GatewayHooks.WrapAsync(call, source, clock).ConfigureAwait(false);
    }

    // 4 to 6 of a streamed call
    private async ValueTask<IChunkSource> OpenAsync(Call call, CallClock clock) =>
        await LookUpAsync(call, clock.Token).ConfigureAwait(false) is { } kept
            ? Replay(call, kept, CallOutcome.CacheHit)
            : await AttemptLoop.RunAsync(call, clock, HttpUpstream.OpenStreamAsync).ConfigureAwait(false);

    private static StreamReplay Replay(Call call, LlmResponse answer, CallOutcome outcome) =>
        new((ChatCompletion)answer, ((ChatRequest)call.Request).StreamOptions?.IncludeUsage == true, outcome);

    /// <summary>A call that is refused before it comes to anything: its event, and the gateway's hooks on a failure, are those of any other.</summary>
    public async ValueTask<Exception> RefuseAsync(Call call, LlmException refusal, CancellationToken cancellationToken)
    {
        using var clock = NewClock(call, cancellationToken);
        Admit(call, clock);
        call.Rejection ??= new Rejection("admit", refusal.Message);
        await TellGatewayAsync(call, refusal, clock).ConfigureAwait(false);
        return CloseFailed(call, refusal, clock, null);
    }

    public CallClock NewClock(Call call, CancellationToken cancellationToken) =>
        new(runtime.Time, call.Options.Timeout ?? runtime.Options.Timeout, cancellationToken);

    // 1. Admit: from here on the call ends in exactly one event. Where it throws there is no call.
    public void Admit(Call call, IAbortable? upstream)
    {
        call.Upstream = upstream;
        runtime.OpenCalls.Add(call);
        // In this order, whoever disposes the client meanwhile either finds the call and ends it, or is seen here.
        if (runtime.IsDisposed && call.TryClose())
        {
            runtime.OpenCalls.Remove(call);
            throw new ObjectDisposedException(nameof(LlmClient));
        }

        if (call.IsClosed)
        {
            runtime.OpenCalls.Remove(call);
            return;
        }

        call.Activity = CallTelemetry.Start(call);
    }

    // 2. Shape
    private async ValueTask<LlmResponse?> ShapeAsync(Call call, CallClock clock)
    {
        clock.Token.ThrowIfCancellationRequested();
        if (
            call.Gateway is not null
            && await GatewayHooks.ShapeAsync(call, clock.Token).ConfigureAwait(false) is { } answer
        )
        {
            return answer;
        }

        if (call.Callbacks.Has(Hooks.GetChatCompletionPromptAsync))
        {
            await PromptHook.RunAsync(call, clock.Token).ConfigureAwait(false);
        }

        RequestCheck.ThrowIfInvalid(call);
        return null;
    }

    // 3. Moderate, beside 4 to 6
    private static ValueTask<T> ModeratedAsync<T>(Call call, CallClock clock, ValueTask<T> answering) =>
        call.Gateway is not null && call.Callbacks.Has(Hooks.ModerationHookAsync)
            ? GatewayHooks.ModeratedAsync(call, clock, answering)
            : answering;

    // 4. Look up
    private ValueTask<LlmResponse?> LookUpAsync(Call call, CancellationToken cancellationToken) =>
        runtime.Options.Cache is { } cache ? KeptAnswers.LookUpAsync(cache, call, cancellationToken) : default;

    // 4, backwards: the answer is kept as the provider gave it.
    public ValueTask KeepAsync(Call call, LlmResponse response, CancellationToken cancellationToken) =>
        runtime.Options.Cache is { } cache ? KeptAnswers.KeepAsync(cache, call, response, cancellationToken) : default;

    // 7. Answer, a failure
    public ValueTask TellGatewayAsync(Call call, Exception exception, CallClock clock) =>
        call.Gateway is null ? default : GatewayHooks.FailureAsync(call, exception, clock);

    // 8. Close, with what went wrong; gives back what the caller is to get.
    public Exception CloseFailed(Call call, Exception exception, CallClock? clock, LlmResponse? partial)
    {
        if (
            call.Attempts.Count == 0
            && call.Rejection is null
            && exception is LlmException and not LlmTimeoutException
            && clock is not { IsAborted: true }
        )
        {
            call.Rejection = new Rejection("route", exception.Message);
        }

        var outcome = Failures.OutcomeOf(exception, call, clock);
        if (call.Kind.IsObserved)
        {
            // Another client's exception: its caller is to get it as it is.
            Close(call, outcome, partial, exception);
            return exception;
        }

        if (exception is OperationCanceledException && clock is not null && outcome == CallOutcome.TimedOut)
        {
            exception = call.IsClosed
                ? Failures.Ended(clock.IsAborted ? clock.EndedBy : Failures.EndedFromOutside)
                : LlmException.Create(
                    LlmErrorKind.Timeout,
                    $"The call took longer than the {clock.Limit}.",
                    default,
                    exception
                );
        }
        else if (
            exception is OperationCanceledException canceled
            && clock is not null
            && canceled.CancellationToken != clock.CallerToken
        )
        {
            exception = new OperationCanceledException(canceled.Message, canceled, clock.CallerToken);
        }

        if (exception is LlmException known)
        {
            known.CallId = call.Id;
        }

        Close(call, outcome, partial, exception);
        return exception;
    }

    // 8. Close
    public LlmResponse? Close(Call call, CallOutcome outcome, LlmResponse? response, Exception? exception)
    {
        if (!call.TryClose())
        {
            return response;
        }

        runtime.OpenCalls.Remove(call);
        if (outcome == CallOutcome.Completed && call.Gateway is { HasClientLeft: true })
        {
            // The answer was read to its end for the bill alone.
            (outcome, exception) = (CallOutcome.ClientAborted, new OperationCanceledException(Failures.BrokenOff));
        }

        var end = runtime.Time.GetUtcNow();
        var (usage, cost) = Settlement.Settle(call, outcome, response, end);
        call.Cost = cost;
        TellGateway(call, new CallEnd(outcome, usage, cost));
        response = response?.WithHidden(call, outcome, cost);
        CallTelemetry.Stop(call, outcome, usage, cost, response, exception);
        var isSuccess = outcome is CallOutcome.Completed or CallOutcome.CacheHit or CallOutcome.AnsweredByHook;
        if (CallEvents.Wants(call, isSuccess ? Hooks.Success : Hooks.Failure))
        {
            // The lock lets an event that another thread is about to append go first: this one is the last.
            lock (call)
            {
                var details = call.Describe(isSuccess ? "successful_api_call" : "failed_api_call") with
                {
                    EndTime = end,
                    Usage = usage,
                    Cost = cost,
                    CacheHit = outcome == CallOutcome.CacheHit,
                    Outcome = outcome,
                    Exception = exception,
                    Response = response,
                };
                Observation.Send(
                    call,
                    new ObserverEvent(
                        isSuccess ? ObserverEventKind.Success : ObserverEventKind.Failure,
                        details,
                        call.Kind.IsSync
                    )
                    {
                        Response = response,
                        Start = call.StartTime,
                        End = end,
                        Exception = exception,
                    }
                );
            }
        }

        return response;
    }

    // What the gateway counts must not cost the call its event.
    private void TellGateway(Call call, CallEnd end)
    {
        try
        {
            call.Gateway?.OnClosed?.Invoke(call, end);
        }
#pragma warning disable CA1031 // See above.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            runtime.Hub.Report(nameof(GatewayCall), nameof(GatewayCall.OnClosed), exception);
        }
    }
}
