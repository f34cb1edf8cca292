using System.Net;
using Microsoft.AspNetCore.Http;

namespace Callgate.Gateway.Endpoints;

/// <summary>The gateway's own refusals. They carry the status that the client gets.</summary>
internal static class Refusals
{
    public static LlmException Create(int statusCode, string message, string? code = null, string? param = null) =>
        LlmException.Create(
            statusCode switch
            {
                StatusCodes.Status401Unauthorized => LlmErrorKind.Authentication,
                StatusCodes.Status403Forbidden => LlmErrorKind.Permission,
                StatusCodes.Status404NotFound => LlmErrorKind.NotFound,
                StatusCodes.Status408RequestTimeout => LlmErrorKind.Timeout,
                >= 500 => LlmErrorKind.Server,
                _ => LlmErrorKind.BadRequest,
            },
            message,
            new ErrorFacts(StatusCode: (HttpStatusCode)statusCode, Code: code, Param: param, IsRetryable: false)
        );

    public static LlmException BadRequest(string message) =>
        Create(StatusCodes.Status400BadRequest, message, "invalid_request");

    public static LlmException ClientLeft() =>
        Create(StatusCodes.Status499ClientClosedRequest, "The client broke its request off.", "client_closed_request");

    public static LlmException UnknownModel(string model) =>
        Create(
            StatusCodes.Status404NotFound,
            $"There is no model '{Wire.SafeText.Line(model)}' here. GET /v1/models lists those that your key may call.",
            "model_not_found",
            "model"
        );

    public static LlmException NotBuilt(string reason) =>
        Create(StatusCodes.Status501NotImplemented, reason, "provider_not_supported", "model");
}
