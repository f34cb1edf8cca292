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
            await ShapeAsync(call, clock).ConfigureAwait(false);
            var outcome = CallOutcome.CacheHit;
            var response = await LookUpAsync(call, clock.Token).ConfigureAwait(false);
            if (response is null)
            {
                outcome = CallOutcome.Completed;
                response = await AttemptLoop.RunAsync(call, clock, HttpUpstream.CompleteAsync).ConfigureAwait(false);
                await KeepAsync(call, response, clock.Token).ConfigureAwait(false);
            }

            if (call.Loop is { } loop)
            {
                response = await loop.OnAnswerAsync(call, response, clock.Token).ConfigureAwait(false);
            }

            return Close(call, outcome, response, null)!;
        }
        catch (Exception exception)
        {
            var failure = CloseFailed(call, exception, clock, null);
            if (ReferenceEquals(failure, exception))
            {
                throw;
            }

            throw failure;
        }
    }

    /// <summary>A streamed call, from 2 to 6; its consumer's pulls do the rest.</summary>
    public async ValueTask<IChunkSource> OpenStreamAsync(Call call, CallClock clock)
    {
        await ShapeAsync(call, clock).ConfigureAwait(false);
        return await LookUpAsync(call, clock.Token).ConfigureAwait(false) is ChatCompletion kept
            ? new StreamReplay(kept, ((ChatRequest)call.Request).StreamOptions?.IncludeUsage == true)
            : await AttemptLoop.RunAsync(call, clock, HttpUpstream.OpenStreamAsync).ConfigureAwait(false);
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
    public async ValueTask ShapeAsync(Call call, CallClock clock)
    {
        clock.Token.ThrowIfCancellationRequested();
        if (call.Callbacks.Has(Hooks.GetChatCompletionPromptAsync))
        {
            await PromptHook.RunAsync(call, clock.Token).ConfigureAwait(false);
        }

        RequestCheck.ThrowIfInvalid(call);
    }

    // 4. Look up
    private ValueTask<LlmResponse?> LookUpAsync(Call call, CancellationToken cancellationToken) =>
        runtime.Options.Cache is { } cache ? KeptAnswers.LookUpAsync(cache, call, cancellationToken) : default;

    // 4, backwards: the answer is kept as the provider gave it.
    public ValueTask KeepAsync(Call call, LlmResponse response, CancellationToken cancellationToken) =>
        runtime.Options.Cache is { } cache ? KeptAnswers.KeepAsync(cache, call, response, cancellationToken) : default;

    // 6. Attempt: the exact input
    public void LogPreApiCall(Call call)
    {
        if (Wants(call, Hooks.PreApi))
        {
            Observe(
                call,
                static call => new ObserverEvent(
                    ObserverEventKind.PreApi,
                    call.Describe("pre_api_call"),
                    call.Kind.IsSync
                )
            );
        }
    }

    // 6. Attempt: the raw reply
    public void LogPostApiCall(Call call)
    {
        if (Wants(call, Hooks.PostApi))
        {
            Observe(
                call,
                static call => new ObserverEvent(
                    ObserverEventKind.PostApi,
                    call.Describe("post_api_call"),
                    call.Kind.IsSync
                )
                {
                    Start = call.StartTime,
                    End = call.Runtime.Time.GetUtcNow(),
                }
            );
        }
    }

    // 6. Attempt: a fallback's outcome, or a group with nobody left
    public void LogRouting(Call call, ObserverEventKind kind, string modelGroup, Exception exception)
    {
        var observerEvent = new ObserverEvent(kind, null!, call.Kind.IsSync);
        if (Wants(call, observerEvent.Hooks))
        {
            Observe(
                call,
                call =>
                    observerEvent with
                    {
                        Call = call.Describe("routing_event"),
                        OriginalModelGroup = modelGroup,
                        Exception = exception,
                    }
            );
        }
    }

    // 7. Answer: a chunk for its observers
    public void LogStreamEvent(Call call, LlmChunk chunk)
    {
        if (Wants(call, Hooks.StreamEvent))
        {
            ObserveChunk(call, chunk);
        }
    }

    // Apart from the method above, which then allocates no closure where nobody looks.
    private static void ObserveChunk(Call call, LlmChunk chunk) =>
        Observe(
            call,
            call => new ObserverEvent(ObserverEventKind.Chunk, call.Describe("stream_event"), call.Kind.IsSync)
            {
                Chunk = chunk,
                Start = call.StartTime,
                End = call.Runtime.Time.GetUtcNow(),
            }
        );

    // 8. Close, with what went wrong; gives back what the caller is to get.
    public Exception CloseFailed(Call call, Exception exception, CallClock? clock, LlmResponse? partial)
    {
        if (call.Attempts.Count == 0 && call.Rejection is null && exception is LlmException)
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
                ? LlmException.Create(LlmErrorKind.Connection, Failures.EndedFromOutside)
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
        var end = runtime.Time.GetUtcNow();
        var (usage, cost) = Settlement.Settle(call, outcome, response, end);
        response = response?.WithHidden(call, outcome, cost);
        CallTelemetry.Stop(call, outcome, usage, cost, response, exception);
        var isSuccess = outcome is CallOutcome.Completed or CallOutcome.CacheHit or CallOutcome.AnsweredByHook;
        if (Wants(call, isSuccess ? Hooks.Success : Hooks.Failure))
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

    // 9. Observe: in the order of the events' sequence, and nothing after the terminal one, as a call that was ended
    // from outside may still be running down.
    private static void Observe(Call call, Func<Call, ObserverEvent> make)
    {
        lock (call)
        {
            if (!call.IsClosed)
            {
                Observation.Send(call, make(call));
            }
        }
    }

    private static bool Wants(Call call, Hooks hooks) => call.Callbacks.Has(hooks) && !call.Options.NoLog;
}
