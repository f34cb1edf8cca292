using Callgate.Formats;

namespace Callgate.Gateway.Keys;

/// <summary>An administrator's request is refused.</summary>
internal sealed class AdminException(ErrorReply reply) : Exception(reply.Message)
{
    public ErrorReply Reply => reply;

    /// <summary>A 400, in LiteLLM's words.</summary>
    public static AdminException BadRequest(string message, string? param = null) =>
        new(new(400, message, "bad_request_error", param, "400"));

    /// <summary>A 404, in LiteLLM's words.</summary>
    public static AdminException NotFound(string message, string param) =>
        new(new(404, message, "not_found_error", param, "404"));
}
