using System.Net;

namespace Callgate;

/// <summary>The kinds of failure, in the field's terms.</summary>
public enum LlmErrorKind
{
    /// <summary>The request is not valid (400, 422).</summary>
    BadRequest,

    /// <summary>The key is missing or wrong (401).</summary>
    Authentication,

    /// <summary>The key may not do this (403).</summary>
    Permission,

    /// <summary>The model or the address does not exist (404).</summary>
    NotFound,

    /// <summary>The prompt is longer than the model's context window.</summary>
    ContextWindowExceeded,

    /// <summary>The provider's content policy refused the request or the answer.</summary>
    ContentPolicy,

    /// <summary>Too many requests or tokens (429).</summary>
    RateLimit,

    /// <summary>No answer in time.</summary>
    Timeout,

    /// <summary>The provider could not be reached, or the connection broke.</summary>
    Connection,

    /// <summary>The provider failed, or answered with something that is no valid answer (500).</summary>
    Server,

    /// <summary>The provider is overloaded or down (502, 503, 529).</summary>
    ServiceUnavailable,
}

/// <summary>
/// A call of a model failed. The base of the family: catch it for every failure, or one of its kinds.
/// The message never holds a prompt, an answer, a response body or a key.
/// </summary>
public class LlmException : Exception
{
    /// <summary>A failure of this kind.</summary>
    public LlmException(LlmErrorKind kind, string message, Exception? innerException = null)
        : base(message, innerException) => Kind = kind;

    /// <summary>What kind of failure it is.</summary>
    public LlmErrorKind Kind { get; }

    /// <summary>The HTTP status; null where there was no HTTP answer.</summary>
    public HttpStatusCode? StatusCode { get; init; }

    /// <summary>The provider, e.g. <c>openai</c>.</summary>
    public string? Provider { get; init; }

    /// <summary>The model that was called.</summary>
    public string? Model { get; init; }

    /// <summary>The provider's error code, e.g. <c>context_length_exceeded</c>.</summary>
    public string? Code { get; init; }

    /// <summary>The provider's error type, e.g. <c>invalid_request_error</c>.</summary>
    public string? ErrorType { get; init; }

    /// <summary>The request's parameter that is at fault, where the provider names it.</summary>
    public string? Param { get; init; }

    /// <summary>The provider's own words. They may quote the prompt, so they are not part of <see cref="Exception.Message"/>.</summary>
    public string? ProviderMessage { get; init; }

    /// <summary>The provider's id of the request, for its support.</summary>
    public string? RequestId { get; init; }

    /// <summary>Callgate's id of the call.</summary>
    public string? CallId { get; internal set; }

    /// <summary>How long the provider asks to wait before the next try.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the same request may succeed when sent again.</summary>
    public bool IsRetryable { get; init; }

    /// <summary>Makes the exception of the family that belongs to this kind.</summary>
    internal static LlmException Create(
        LlmErrorKind kind,
        string message,
        ErrorFacts facts = default,
        Exception? inner = null
    )
    {
        var retryable =
            facts.IsRetryable
            ?? kind
                is LlmErrorKind.RateLimit
                    or LlmErrorKind.Timeout
                    or LlmErrorKind.Connection
                    or LlmErrorKind.Server
                    or LlmErrorKind.ServiceUnavailable;
        return kind switch
        {
            LlmErrorKind.BadRequest => new LlmBadRequestException(message, inner) { F = facts, R = retryable },
            LlmErrorKind.Authentication => new LlmAuthenticationException(message, inner) { F = facts, R = retryable },
            LlmErrorKind.Permission => new LlmPermissionException(message, inner) { F = facts, R = retryable },
            LlmErrorKind.NotFound => new LlmNotFoundException(message, inner) { F = facts, R = retryable },
            LlmErrorKind.ContextWindowExceeded => new ContextWindowExceededException(message, inner)
            {
                F = facts,
                R = retryable,
            },
            LlmErrorKind.ContentPolicy => new ContentPolicyViolationException(message, inner)
            {
                F = facts,
                R = retryable,
            },
            LlmErrorKind.RateLimit => new LlmRateLimitException(message, inner) { F = facts, R = retryable },
            LlmErrorKind.Timeout => new LlmTimeoutException(message, inner) { F = facts, R = retryable },
            LlmErrorKind.Connection => new LlmConnectionException(message, inner) { F = facts, R = retryable },
            LlmErrorKind.ServiceUnavailable => new LlmServiceUnavailableException(message, inner)
            {
                F = facts,
                R = retryable,
            },
            _ => new LlmServerException(message, inner) { F = facts, R = retryable },
        };
    }

    private ErrorFacts F
    {
        init
        {
            StatusCode = value.StatusCode;
            Provider = value.Provider;
            Model = value.Model;
            Code = value.Code;
            ErrorType = value.ErrorType;
            Param = value.Param;
            ProviderMessage = value.ProviderMessage;
            RequestId = value.RequestId;
            RetryAfter = value.RetryAfter;
        }
    }

    private bool R
    {
        init => IsRetryable = value;
    }
}

/// <summary>What a provider said about a failure.</summary>
internal readonly record struct ErrorFacts(
    HttpStatusCode? StatusCode = null,
    string? Provider = null,
    string? Model = null,
    string? Code = null,
    string? ErrorType = null,
    string? Param = null,
    string? ProviderMessage = null,
    string? RequestId = null,
    TimeSpan? RetryAfter = null,
    bool? IsRetryable = null
);

/// <summary>The request is not valid.</summary>
public class LlmBadRequestException(string message, Exception? innerException = null)
    : LlmException(LlmErrorKind.BadRequest, message, innerException);

/// <summary>The key is missing or wrong.</summary>
public class LlmAuthenticationException(string message, Exception? innerException = null)
    : LlmException(LlmErrorKind.Authentication, message, innerException);

/// <summary>The key may not do this.</summary>
public class LlmPermissionException(string message, Exception? innerException = null)
    : LlmException(LlmErrorKind.Permission, message, innerException);

/// <summary>The model or the address does not exist.</summary>
public class LlmNotFoundException(string message, Exception? innerException = null)
    : LlmException(LlmErrorKind.NotFound, message, innerException);

/// <summary>The prompt is longer than the model's context window.</summary>
public class ContextWindowExceededException(string message, Exception? innerException = null)
    : LlmException(LlmErrorKind.ContextWindowExceeded, message, innerException);

/// <summary>The provider's content policy refused the request or the answer.</summary>
public class ContentPolicyViolationException(string message, Exception? innerException = null)
    : LlmException(LlmErrorKind.ContentPolicy, message, innerException);

/// <summary>Too many requests or tokens.</summary>
public class LlmRateLimitException(string message, Exception? innerException = null)
    : LlmException(LlmErrorKind.RateLimit, message, innerException);

/// <summary>No answer in time.</summary>
public class LlmTimeoutException(string message, Exception? innerException = null)
    : LlmException(LlmErrorKind.Timeout, message, innerException);

/// <summary>The provider could not be reached, or the connection broke.</summary>
public class LlmConnectionException(string message, Exception? innerException = null)
    : LlmException(LlmErrorKind.Connection, message, innerException);

/// <summary>The provider failed, or answered with something that is no valid answer.</summary>
public class LlmServerException(string message, Exception? innerException = null)
    : LlmException(LlmErrorKind.Server, message, innerException);

/// <summary>The provider is overloaded or down.</summary>
public class LlmServiceUnavailableException(string message, Exception? innerException = null)
    : LlmException(LlmErrorKind.ServiceUnavailable, message, innerException);
