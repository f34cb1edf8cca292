using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>Tells what an exception means: to the caller as one of the family, and to the event as an outcome.</summary>
internal static class Failures
{
    /// <summary>Why a stream ended whose consumer left.</summary>
    public const string BrokenOff = "The consumer broke the stream off.";

    /// <summary>Why a stream ended whose consumer is gone.</summary>
    public const string Abandoned = "The stream was neither read to its end nor disposed.";

    /// <summary>Why a call ended that somebody else put an end to.</summary>
    public const string EndedFromOutside =
        "The call was ended before its answer: its client or its stream was disposed.";

    /// <summary>Makes an exception of an attempt one of the family. What is not about the call itself stays as it is.</summary>
    public static Exception OfAttempt(Exception exception, Attempt attempt, CallClock clock)
    {
        var provider = attempt.Target.ProviderName;
        return exception switch
        {
            _ when attempt.Target.Provider is null => exception,
            OperationCanceledException when clock.IsCallerCancelled => exception,
            // However the broken connection makes itself felt.
            _ when clock.IsAborted => Ended(clock.EndedBy, FactsOf(attempt), exception),
            OperationCanceledException when clock.Token.IsCancellationRequested => LlmException.Create(
                LlmErrorKind.Timeout,
                $"{provider} took longer than the {clock.Limit}.",
                FactsOf(attempt),
                exception
            ),
            _ => OfExchange(exception, attempt),
        };
    }

    /// <summary>What the caller gets whose call somebody else put an end to.</summary>
    public static LlmException Ended(string reason, ErrorFacts facts = default, Exception? cause = null) =>
        LlmException.Create(LlmErrorKind.ServiceUnavailable, reason, facts with { IsRetryable = false }, cause);

    /// <summary>Makes an exception of an HTTP exchange that nobody gave up on one of the family.</summary>
    public static Exception OfExchange(Exception exception, Attempt attempt)
    {
        var provider = attempt.Target.ProviderName;
        var facts = FactsOf(attempt);
        return exception switch
        {
            LlmException => exception,
            // The handler's own connect timeout comes as a cancellation that nobody asked for.
            OperationCanceledException => LlmException.Create(
                LlmErrorKind.Timeout,
                $"Connecting to {provider} took too long.",
                facts,
                exception
            ),
            TimeoutException => LlmException.Create(
                LlmErrorKind.Timeout,
                $"{provider} took too long.",
                facts,
                exception
            ),
            HttpRequestException http => LlmException.Create(
                LlmErrorKind.Connection,
                $"The connection to {provider} failed: {http.HttpRequestError}.",
                facts,
                exception
            ),
            AnswerTooLongException => LlmException.Create(
                LlmErrorKind.Server,
                $"{provider} answered more than is read. {exception.Message}",
                facts with
                {
                    Code = "answer_too_long",
                    IsRetryable = false,
                },
                exception
            ),
            IOException => LlmException.Create(
                LlmErrorKind.Connection,
                $"The connection to {provider} broke off before the answer was whole.",
                facts,
                exception
            ),
            JsonException
            or InvalidDataException
            or FormatException
            or InvalidOperationException { Source: "System.Text.Json" or "System.Text.Json.Rethrowable" } =>
                LlmException.Create(
                    LlmErrorKind.Server,
                    $"{provider} answered with something that is no valid answer.",
                    // The same request may well get a valid one, but a broken server is not to be hammered.
                    facts with
                    {
                        IsRetryable = false,
                    },
                    exception
                ),
            _ => exception,
        };
    }

    /// <summary>The caller gave up waiting, by a time limit of its own.</summary>
    public static LlmException GaveUp(Exception exception, Attempt attempt) =>
        LlmException.Create(
            LlmErrorKind.Timeout,
            $"{attempt.Target.ProviderName} took longer than its caller waits.",
            FactsOf(attempt),
            exception
        );

    private static ErrorFacts FactsOf(Attempt attempt) =>
        new(Provider: attempt.Target.ProviderName, Model: attempt.Target.Model, RequestId: attempt.RequestId);

    /// <summary>How a call ends that ends with this exception.</summary>
    public static CallOutcome OutcomeOf(Exception exception, Call call, CallClock? clock) =>
        exception switch
        {
            RejectException => CallOutcome.Rejected,
            ObjectDisposedException when call.Runtime.IsDisposed => CallOutcome.Terminated,
            _ when call.Rejection is not null => CallOutcome.Rejected,
            // At the gateway the caller's token is the client's connection.
            OperationCanceledException when clock is null || clock.IsCallerCancelled => call.Gateway is null
                ? CallOutcome.Cancelled
                : CallOutcome.ClientAborted,
            OperationCanceledException => CallOutcome.TimedOut,
            LlmTimeoutException { StatusCode: null } => CallOutcome.TimedOut,
            _ => CallOutcome.UpstreamFailed,
        };

    public static LlmException Refused(Call call, string stage, LlmErrorKind kind, string reason, string? code = null)
    {
        call.Rejection = new Rejection(stage, reason);
        return LlmException.Create(kind, reason, new ErrorFacts(Model: Wire.SafeText.Cut(call.ModelGroup), Code: code));
    }
}
