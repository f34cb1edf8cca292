using System.Net;
using System.Text;
using System.Text.Json;

namespace Callgate.Providers.Anthropic;

/// <summary>
/// Reads errors in Anthropic's format, <c>{"type":"error","error":{"type","message","details"},"request_id"}</c>, and whatever proxies
/// send instead. Source: Anthropic's page on errors.
/// </summary>
internal static class AnthropicErrors
{
    public const string Provider = "anthropic";

    private const int LongestBody = 2000;

    /// <summary>The wordings of a prompt that is too long; the type says only that the request is invalid.</summary>
    private static readonly string[] s_tooLong =
    [
        "prompt is too long",
        "context window",
        "context limit",
        "context length",
        "input length and `max_tokens` exceed",
        "input is too long",
    ];

    public static LlmException Read(ProviderError error)
    {
        var words = Parse(error.Body);
        return Create(words, error.StatusCode, error.Model, error.RequestId ?? words.RequestId, error.RetryAfter);
    }

    /// <summary>An error that comes where an answer was due: in a stream, or under the status 200.</summary>
    public static LlmException ReadInAnswer(ReadOnlySpan<byte> body, string model)
    {
        var words = Parse(body);
        return Create(words, null, model, words.RequestId, null);
    }

    /// <summary>A request that Anthropic can't serve; nothing was sent.</summary>
    public static LlmException Unsupported(string model, string message) =>
        LlmException.Create(LlmErrorKind.BadRequest, message, new ErrorFacts(Provider: Provider, Model: model));

    private static LlmException Create(Words words, int? status, string model, string? requestId, TimeSpan? retryAfter)
    {
        var kind = KindOf(words, status);
        return LlmException.Create(
            kind,
            Describe(words.Type, status, model),
            new ErrorFacts(
                (HttpStatusCode?)status,
                Provider,
                model,
                words.Code,
                words.Type,
                null,
                words.Message,
                requestId,
                retryAfter,
                // A limit on spending stays until somebody raises it.
                words.Code
                    is "contract_spend_limit_reached"
                        or "enforced_spend_limit_reached"
                    ? false
                    : null
            )
        );
    }

    private static string Describe(string? type, int? status, string model)
    {
        // A type that is no plain word is some server's own text, which may quote anything.
        var word =
            type is { Length: <= 64 } && type.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')
                ? type
                : null;
        return status is { } number
            ? ErrorText.Describe(Provider, model, number, word)
            : $"{Provider} sent {word ?? "an error"} in place of an answer for the model {Wire.SafeText.Cut(model)}.";
    }

    private static LlmErrorKind KindOf(Words words, int? status) =>
        words.Type switch
        {
            "invalid_request_error" => InvalidRequestKind(words.Message),
            "authentication_error" => LlmErrorKind.Authentication,
            "permission_error" or "billing_error" => LlmErrorKind.Permission,
            "not_found_error" => LlmErrorKind.NotFound,
            // The limit of the body in bytes: another model's longer window would not help.
            "request_too_large" or "conflict_error" => LlmErrorKind.BadRequest,
            "rate_limit_error" => LlmErrorKind.RateLimit,
            "timeout_error" => LlmErrorKind.Timeout,
            "overloaded_error" => LlmErrorKind.ServiceUnavailable,
            "api_error" when status is null or < 500 => LlmErrorKind.Server,
            // An error where an answer was due has no status; the server failed.
            _ => ErrorText.KindOf(status ?? 500),
        };

    private static LlmErrorKind InvalidRequestKind(string? message)
    {
        if (message is null)
        {
            return LlmErrorKind.BadRequest;
        }

        if (Array.Exists(s_tooLong, words => message.Contains(words, StringComparison.OrdinalIgnoreCase)))
        {
            return LlmErrorKind.ContextWindowExceeded;
        }

        return message.Contains("content filtering policy", StringComparison.OrdinalIgnoreCase)
            ? LlmErrorKind.ContentPolicy
            : LlmErrorKind.BadRequest;
    }

    private static Words Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            var root = JsonElement.Parse(body);
            if (root.ValueKind == JsonValueKind.Object)
            {
                var error =
                    root.TryGetProperty("error", out var inner) && inner.ValueKind == JsonValueKind.Object
                        ? inner
                        : root;
                var code =
                    error.TryGetProperty("details", out var details) && details.ValueKind == JsonValueKind.Object
                        ? details.StringOf("error_code")
                        : null;
                return new Words(
                    error.StringOf("type"),
                    error.StringOf("message") ?? root.StringOf("error") ?? root.StringOf("detail"),
                    code,
                    root.StringOf("request_id")
                );
            }
        }
        catch (JsonException)
        {
            // A proxy's page, half an answer, or nothing: what came is all that there is to tell.
        }
        catch (InvalidOperationException)
        {
            // Text that is no UTF-8.
        }

        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, LongestBody)]).Trim();
        return new Words(null, text.Length == 0 ? null : text, null, null);
    }

    private readonly record struct Words(string? Type, string? Message, string? Code, string? RequestId);
}
