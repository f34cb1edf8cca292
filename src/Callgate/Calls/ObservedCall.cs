using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>
/// A call that another client makes, and that is only observed: the same steps, without shaping, cache, routing and retries.
/// The inner client's exceptions reach the caller as they are. Nested inside it, an HTTP exchange that a
/// <c>CallgateHandler</c> sees becomes an attempt of this call, not a call of its own.
/// </summary>
internal sealed class ObservedCall
{
    private static readonly AsyncLocal<ObservedCall?> s_current = new();

    private readonly CallPipeline _pipeline;
    private readonly AttemptTarget _target;
    private readonly Lock _exchanges = new();
    private bool _isFirstExchangeTaken;

    private ObservedCall(Call call, AttemptTarget target)
    {
        Call = call;
        _pipeline = call.Runtime.Pipeline;
        _target = target;
    }

    public Call Call { get; }

    /// <summary>The observed call that the current code runs inside, if any.</summary>
    public static ObservedCall? Current => s_current.Value is { Call.IsClosed: false } current ? current : null;

    /// <summary>Says which call the code that follows in this async flow runs inside.</summary>
    public static void Enter(ObservedCall? call) => s_current.Value = call;

    /// <summary>1 and 6: the call is open, and its first attempt about to be made.</summary>
    /// <param name="runtime">The client whose handlers observe.</param>
    /// <param name="request">The request, in our format.</param>
    /// <param name="options">What goes along.</param>
    /// <param name="kind">The kind of call.</param>
    /// <param name="provider">The inner client's provider, by LiteLLM's name.</param>
    /// <param name="apiBase">Its address; empty where it is unknown.</param>
    /// <param name="input">What is sent, where it is known to the byte.</param>
    /// <param name="headers">The headers that are sent.</param>
    public static ObservedCall Begin(
        ClientRuntime runtime,
        LlmRequest request,
        CallOptions options,
        CallKind kind,
        string provider,
        string apiBase,
        RawText? input = null,
        IReadOnlyList<KeyValuePair<string, string>>? headers = null
    )
    {
        var observed = Create(runtime, request, options, kind, provider, apiBase);
        observed._pipeline.Admit(observed.Call, null);
        observed.BeginAttempt("first", input, headers);
        return observed;
    }

    /// <summary>1 to 9 of a stream. The call opens when the stream is first read, and ends as its consumer ends it.</summary>
    /// <param name="runtime">The client whose handlers observe.</param>
    /// <param name="request">The request, in our format.</param>
    /// <param name="options">What goes along.</param>
    /// <param name="kind">The kind of call.</param>
    /// <param name="provider">The inner client's provider, by LiteLLM's name.</param>
    /// <param name="apiBase">Its address; empty where it is unknown.</param>
    /// <param name="open">The inner client's stream; given the caller's own token.</param>
    /// <param name="describe">An update as a chunk; what it throws ends the caller's stream.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns>Chunks, each with the update that it was made from.</returns>
    public static IAsyncEnumerable<ChatChunk> Stream<T>(
        ClientRuntime runtime,
        LlmRequest request,
        CallOptions options,
        CallKind kind,
        string provider,
        string apiBase,
        Func<CancellationToken, IAsyncEnumerable<T>> open,
        Func<Call, T, ChatChunkBody> describe,
        CancellationToken cancellationToken
    )
        where T : class =>
        new CallStream(
            token =>
            {
                var observed = Create(runtime, request, options, kind, provider, apiBase);
                return new StreamState(
                    observed.Call,
                    (call, _) =>
                    {
                        observed.BeginAttempt("first", null, null);
                        return new ValueTask<IChunkSource>(
                            new ObservedStream<T>(open(token), observed, update => describe(call, update), token)
                        );
                    },
                    token
                );
            },
            cancellationToken
        );

    private static ObservedCall Create(
        ClientRuntime runtime,
        LlmRequest request,
        CallOptions options,
        CallKind kind,
        string provider,
        string apiBase
    )
    {
        var deployment = new Deployment
        {
            ModelName = request.Model,
            Model = request.Model,
            Id = request.Model,
        };
        var target = new AttemptTarget(deployment, null, provider, request.Model, apiBase, IsMock: false);
        return new ObservedCall(new Call(runtime, request, options, kind), target);
    }

    /// <summary>6, again: an exchange of the inner client. The first one is the attempt that has begun already.</summary>
    public Attempt BeginExchange(RawText input, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        // An inner client may well make several exchanges at once.
        lock (_exchanges)
        {
            var last = Call.Attempt!;
            if (!_isFirstExchangeTaken)
            {
                _isFirstExchangeTaken = true;
                last.Input = input;
                last.RequestHeaders = headers;
                return last;
            }

            // What it has seen of the attempt before is all there is to it.
            last.EndTime ??= Call.Runtime.Time.GetUtcNow();
            var isRetry = last.Exception is not null || last.StatusCode is null or >= 300;
            return BeginAttempt(isRetry ? "retry" : "next", input, headers);
        }
    }

    private Attempt BeginAttempt(string reason, RawText? input, IReadOnlyList<KeyValuePair<string, string>>? headers)
    {
        var attempt = new Attempt(Call.Attempts.Count + 1, reason, Call.ModelGroup, _target)
        {
            Request = Call.Request,
            StartTime = Call.Runtime.Time.GetUtcNow(),
            // What goes into the inner client, where nobody sees what comes out of it.
            Input = input ?? new RawText(RequestJson.Of(Call.Request)),
            RequestHeaders = headers ?? [],
        };
        Call.Add(attempt);
        CallEvents.LogPreApiCall(Call);
        return attempt;
    }

    /// <summary>6: the raw reply is there.</summary>
    public void Answered() => CallEvents.LogPostApiCall(Call);

    /// <summary>7 and 8: a unary answer.</summary>
    public void Complete(LlmResponse response)
    {
        var attempt = Call.Attempt!;
        var now = Call.Runtime.Time.GetUtcNow();
        attempt.FirstAnswerTime ??= now;
        attempt.EndTime = now;
        // What a nested exchange saw on the wire is better than what its client makes of it, perhaps of several exchanges.
        if (attempt.Usage.Source == UsageSource.None)
        {
            attempt.Usage = WireUsage.Of(Call.Request, response);
            attempt.ServiceTier = (response as ChatCompletion)?.ServiceTier;
        }

        _pipeline.Close(Call, CallOutcome.Completed, response, null);
    }

    /// <summary>7: a chunk of a stream.</summary>
    public void OnChunk(ChatChunk chunk)
    {
        var attempt = Call.Attempt!;
        attempt.FirstAnswerTime ??= Call.Runtime.Time.GetUtcNow();
        // Not before a chunk is here: a stream that was refused was not billed.
        attempt.Stream ??= new ChatAccumulator(keepContent: true);
        attempt.Stream.Add(chunk);
        CallEvents.LogStreamEvent(Call, chunk);
    }

    /// <summary>8: a stream has ended, whole or not.</summary>
    public void CompleteStream(CallOutcome outcome, Exception? exception)
    {
        var attempt = Call.Attempt!;
        attempt.EndTime ??= Call.Runtime.Time.GetUtcNow();
        // Where the consumer left, the attempt itself did not fail.
        attempt.Exception = outcome is CallOutcome.Completed or CallOutcome.ClientAborted or CallOutcome.Abandoned
            ? null
            : attempt.Exception ?? exception;
        _pipeline.Close(
            Call,
            outcome,
            attempt.Stream is { IsEmpty: false } stream ? stream.ToCompletion() : null,
            exception
        );
    }

    /// <summary>8: the inner client threw. Whoever calls this rethrows the same exception.</summary>
    public void Fail(Exception exception, CancellationToken callerToken)
    {
        var attempt = Call.Attempt!;
        attempt.Exception ??= exception;
        CompleteStream(OutcomeOf(exception, callerToken), exception);
    }

    private static CallOutcome OutcomeOf(Exception exception, CancellationToken callerToken) =>
        exception switch
        {
            OperationCanceledException when callerToken.IsCancellationRequested => CallOutcome.Cancelled,
            // An HttpClient's timeout comes as a cancellation that the caller didn't ask for.
            OperationCanceledException or TimeoutException => CallOutcome.TimedOut,
            _ => CallOutcome.UpstreamFailed,
        };
}
