using Callgate.Formats;
using Microsoft.AspNetCore.Http;

namespace Callgate.Gateway.Endpoints;

/// <summary>Answers where there is no endpoint, in a form that OpenAI's clients can read. For a gateway that has its host to itself.</summary>
internal static class MissingRoute
{
    public static Task TellAsync(HttpContext http)
    {
        var (status, path) = (http.Response.StatusCode, Wire.SafeText.Line(http.Request.Path));
        return ErrorResponse.WriteAsync(
            http,
            Caller.Format,
            status switch
            {
                StatusCodes.Status404NotFound => new ErrorReply(
                    status,
                    $"There is no {Wire.SafeText.Line(http.Request.Method)} {path} here. GET /openapi.json lists what there is.",
                    "invalid_request_error",
                    null,
                    "unknown_url"
                ),
                StatusCodes.Status405MethodNotAllowed => new ErrorReply(
                    status,
                    $"{path} takes {http.Response.Headers.Allow}, and no {Wire.SafeText.Line(http.Request.Method)}.",
                    "invalid_request_error",
                    null,
                    "method_not_supported"
                ),
                _ => new ErrorReply(status, "The request could not be answered.", "invalid_request_error"),
            }
        );
    }
}
