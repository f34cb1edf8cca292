using System.Net;

namespace Callgate;

/// <summary>A hook refused the call. Throw it from a hook, or return <c>Reject(…)</c>; the caller gets it as it is.</summary>
public sealed class RejectException : LlmException
{
    /// <summary>Refuses the call with this status and message.</summary>
    /// <param name="statusCode">An HTTP status from 400 to 599.</param>
    /// <param name="message">What the caller is told.</param>
    public RejectException(int statusCode, string message)
        : base(KindOf(statusCode), message) => StatusCode = (HttpStatusCode)statusCode;

    private static LlmErrorKind KindOf(int statusCode) =>
        statusCode switch
        {
            < 400 or > 599 => throw new ArgumentOutOfRangeException(
                nameof(statusCode),
                statusCode,
                "A refusal needs an HTTP status from 400 to 599."
            ),
            401 => LlmErrorKind.Authentication,
            403 => LlmErrorKind.Permission,
            404 => LlmErrorKind.NotFound,
            429 => LlmErrorKind.RateLimit,
            503 => LlmErrorKind.ServiceUnavailable,
            >= 500 => LlmErrorKind.Server,
            _ => LlmErrorKind.BadRequest,
        };
}
