using System.Buffers;
using System.Globalization;
using Callgate.Calls;
using Callgate.Formats;
using Microsoft.AspNetCore.Http;

namespace Callgate.Gateway.Endpoints;

/// <summary>Writes errors in the format of the endpoint that was called, with LiteLLM's status mapping.</summary>
internal static class ErrorResponse
{
    public static async Task WriteAsync(HttpContext http, Call call, Exception failure)
    {
        if (http.RequestAborted.IsCancellationRequested)
        {
            http.Abort();
            return;
        }

        var reply = ReplyOf(call, failure);
        ResponseHeaders.Write(http, call, null);
        if (failure is LlmException { RetryAfter: { } wait })
        {
            http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        await WriteAsync(http, call.Gateway!.Format, reply).ConfigureAwait(false);
    }

    public static async Task WriteAsync(HttpContext http, ClientFormat format, ErrorReply reply)
    {
        var body = new ArrayBufferWriter<byte>(256);
        format.WriteError(body, reply);
        http.Response.StatusCode = reply.StatusCode;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.WrittenCount;
        http.Response.BodyWriter.Write(body.WrittenSpan);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>What the client is told of a failure.</summary>
    public static ErrorReply ReplyOf(Call call, Exception failure)
    {
        failure = call.Gateway!.ShownFailure ?? failure;
        return failure switch
        {
            RejectException rejection => new ErrorReply(
                (int)(rejection.StatusCode ?? System.Net.HttpStatusCode.InternalServerError),
                rejection.Message
            ),
            LlmException known => new ErrorReply(
                StatusOf(known),
                // The provider's own words, to the one whose prompt they may quote.
                known.ProviderMessage
                    is { Length: > 0 } words
                    ? $"{known.Message} {words}"
                    : known.Message,
                known.ErrorType,
                known.Param,
                known.Code
            ),
            OperationCanceledException => new ErrorReply(
                StatusCodes.Status499ClientClosedRequest,
                "The call was cancelled."
            ),
            // What it says is for the log.
            _ => new ErrorReply(StatusCodes.Status500InternalServerError, "The gateway failed.", "server_error"),
        };
    }

    private static int StatusOf(LlmException failure) =>
        failure is { Provider: null, StatusCode: { } own }
            ? (int)own
            : failure.Kind switch
            {
                LlmErrorKind.Authentication => StatusCodes.Status401Unauthorized,
                LlmErrorKind.Permission => StatusCodes.Status403Forbidden,
                LlmErrorKind.NotFound => StatusCodes.Status404NotFound,
                LlmErrorKind.RateLimit => StatusCodes.Status429TooManyRequests,
                LlmErrorKind.Timeout => StatusCodes.Status408RequestTimeout,
                LlmErrorKind.ServiceUnavailable => StatusCodes.Status503ServiceUnavailable,
                LlmErrorKind.Connection or LlmErrorKind.Server => StatusCodes.Status500InternalServerError,
                _ => StatusCodes.Status400BadRequest,
            };
}
