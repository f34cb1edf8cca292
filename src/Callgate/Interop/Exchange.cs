using Callgate.Calls;
using Callgate.Providers;
using Callgate.Wire;

namespace Callgate.Interop;

/// <summary>
/// One HTTP exchange of another client, told to our observers: a call of its own, or an attempt of the observed call that it is made in.
/// Whatever goes wrong in here is reported, and never reaches the client.
/// </summary>
internal sealed class Exchange
{
    private readonly Endpoint _endpoint;
    private readonly ObservedCall _observed;
    private readonly Attempt _attempt;
    private readonly LlmRequest _request;
    private readonly bool _isNested;
    private readonly TimeSpan _callerTimeout;
    private long _waitingSince;

    private Exchange(
        Endpoint endpoint,
        ObservedCall observed,
        Attempt attempt,
        LlmRequest request,
        bool isNested,
        TimeSpan callerTimeout
    )
    {
        _endpoint = endpoint;
        _observed = observed;
        _attempt = attempt;
        _request = request;
        _isNested = isNested;
        _callerTimeout = callerTimeout;
        Waiting();
    }

    private ClientRuntime Runtime => _observed.Call.Runtime;

    /// <summary>The request is about to be sent.</summary>
    /// <exception cref="ObjectDisposedException">The client that observes is gone.</exception>
    public static Exchange Begin(
        ClientRuntime runtime,
        Endpoint endpoint,
        HttpRequestMessage message,
        ReadOnlyMemory<byte> body,
        CallOptions options,
        bool isSync,
        TimeSpan callerTimeout
    )
    {
        var input = new RawText(body);
        var headers = ExchangeHeaders.Of(message);
        var request = ExchangeRequest.ReadAny(runtime, endpoint, body);
        if (ObservedCall.Current is { } above)
        {
            var attempt = above.BeginExchange(input, headers);
            return new Exchange(endpoint, above, attempt, request, isNested: true, callerTimeout);
        }

        var observed = ObservedCall.Begin(
            runtime,
            request,
            options,
            endpoint.IsEmbedding
                ? CallKind.Embedding(isSync, isObserved: true)
                : CallKind.Chat(isSync, (request as ChatRequest)?.Stream == true, isObserved: true),
            endpoint.Provider.Name,
            endpoint.ApiBase,
            input,
            headers
        );
        return new Exchange(endpoint, observed, observed.Call.Attempt!, request, isNested: false, callerTimeout);
    }

    /// <summary>The reply's headers are there: reads what is not a stream, and puts itself between what is and its reader.</summary>
    public async ValueTask ReceiveAsync(HttpResponseMessage reply, bool isSync, CancellationToken cancellationToken)
    {
        Try(() => NoteHeaders(reply));
        if (reply.IsSuccessStatusCode && ExchangeHeaders.IsEventStream(reply.Content))
        {
            Try(() => Watch(reply));
            return;
        }

        Waiting();
        var read = await ReplyBody
            .ReadAsync(reply.Content, Runtime.Options.MaxResponseBytes, isSync, cancellationToken)
            .ConfigureAwait(false);
        reply.Content = read.Content;
        if (read.Failure is { } failure)
        {
            Fail(failure, cancellationToken);
        }
        else
        {
            Try(() => Answer(reply, read));
        }

        if (read.Failure is OperationCanceledException)
        {
            // Who gave up waiting is not given a reply.
            reply.Dispose();
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(read.Failure);
        }
    }

    private void NoteHeaders(HttpResponseMessage reply)
    {
        _attempt.StatusCode = (int)reply.StatusCode;
        _attempt.RequestId = HttpUpstream.RequestIdOf(reply.Headers);
        if (_observed.Call.Callbacks.Has(Hooks.PostApi | Hooks.Success | Hooks.Failure))
        {
            _attempt.ResponseHeaders = SafeHeaders.Of(reply.Headers);
        }
    }

    private void Watch(HttpResponseMessage reply)
    {
        // Where somebody above gets the chunks, they are theirs to tell.
        if (!_isNested)
        {
            _attempt.Translator = _endpoint.Provider.TranslateStream(_request);
            _attempt.Stream ??= new ChatAccumulator(keepContent: true);
            var tap = new StreamTap(this, _attempt.Translator);
            reply.Content = new SubstituteContent(reply.Content, stream => new TeeStream(stream, tap), tap);
        }

        _observed.Answered();
    }

    private void Answer(HttpResponseMessage reply, ReplyBody body)
    {
        _attempt.RawResponse = body.IsWhole ? new RawText(body.Bytes) : null;
        if (!reply.IsSuccessStatusCode)
        {
            _observed.Answered();
            End(
                CallOutcome.UpstreamFailed,
                _endpoint.Provider.ReadError(
                    new ProviderError
                    {
                        StatusCode = (int)reply.StatusCode,
                        Model = _request.Model,
                        Body = body.Bytes.Span,
                        RequestId = _attempt.RequestId,
                        RetryAfter = HttpUpstream.RetryAfterOf(reply.Headers, Runtime.Time),
                    }
                )
            );
            return;
        }

        _attempt.FirstAnswerTime ??= Runtime.Time.GetUtcNow();
        _observed.Answered();
        if (!body.IsWhole)
        {
            Runtime.Hub.Report(
                nameof(CallgateHandler),
                "reading an answer",
                new InvalidDataException(
                    $"An answer is longer than {Runtime.Options.MaxResponseBytes} bytes: its event is without it."
                )
            );
            End(CallOutcome.Completed, null);
            return;
        }

        var response = _endpoint.Provider.ReadResponse(_request, body.Bytes.Span);
        if (!_isNested)
        {
            _observed.Complete(response);
            return;
        }

        _attempt.EndTime = Runtime.Time.GetUtcNow();
        if (response.Usage is { } usage)
        {
            _attempt.Usage = WireUsage.Reported(usage);
            _attempt.ServiceTier = (response as ChatCompletion)?.ServiceTier;
        }
    }

    /// <summary>A wait for the provider begins.</summary>
    public void Waiting() => _waitingSince = _observed.Call.Runtime.Time.GetTimestamp();

    public void OnChunk(ChatChunk chunk) => _observed.OnChunk(chunk);

    /// <summary>The client gets this exception.</summary>
    public void Fail(Exception exception, CancellationToken callerToken)
    {
        var outcome = OutcomeOf(exception, callerToken);
        End(
            outcome,
            outcome switch
            {
                CallOutcome.Cancelled => exception,
                CallOutcome.TimedOut when callerToken.IsCancellationRequested => Failures.GaveUp(exception, _attempt),
                _ => Failures.OfExchange(exception, _attempt),
            }
        );
    }

    private CallOutcome OutcomeOf(Exception exception, CancellationToken callerToken)
    {
        if (exception is not (OperationCanceledException or TimeoutException))
        {
            return CallOutcome.UpstreamFailed;
        }

        // A time limit above us comes as a cancellation too; clocks may differ by a little.
        var waited = Runtime.Time.GetElapsedTime(_waitingSince);
        var isCallers =
            exception is OperationCanceledException
            && callerToken.IsCancellationRequested
            && (_callerTimeout <= TimeSpan.Zero || waited < 0.99 * _callerTimeout);
        return isCallers ? CallOutcome.Cancelled : CallOutcome.TimedOut;
    }

    /// <summary>What came can't be read, or is the provider's error; the client gets it all the same.</summary>
    public void Unreadable(Exception exception)
    {
        if (exception is not LlmException)
        {
            Runtime.Hub.Report(nameof(CallgateHandler), "reading an answer", exception);
        }

        End(CallOutcome.UpstreamFailed, Failures.OfExchange(exception, _attempt));
    }

    /// <summary>The exchange has ended; the first end counts.</summary>
    public void End(CallOutcome outcome, Exception? exception)
    {
        if (_isNested)
        {
            // The call above ends as its own client ends it.
            _attempt.EndTime ??= Runtime.Time.GetUtcNow();
            _attempt.Exception ??= exception;
            return;
        }

        if (exception is LlmException known)
        {
            known.CallId = _observed.Call.Id;
        }

        try
        {
            _observed.CompleteStream(outcome, exception);
        }
#pragma warning disable CA1031 // See the type's summary.
        catch (Exception ours)
#pragma warning restore CA1031
        {
            Runtime.Hub.Report(nameof(CallgateHandler), "closing a call", ours);
        }
    }

    private void Try(Action step)
    {
        try
        {
            step();
        }
#pragma warning disable CA1031 // See the type's summary.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Unreadable(exception);
        }
    }
}
