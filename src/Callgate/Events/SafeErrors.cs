using System.Globalization;
using System.Net.Http;
using System.Text.RegularExpressions;

namespace Callgate;

/// <summary>What may be kept of an exception: nothing of its inner ones' messages, nothing of the provider's own words.</summary>
internal static partial class SafeErrors
{
    private const int LongestMessage = 1000;
    private const int LongestName = 200;
    private const int LongestTrace = 16 << 10;

    public static string Message(Exception exception) =>
        exception is LlmException
            ? Clean(exception.Message, LongestMessage)
            : $"{exception.GetType().Name}: {Clean(exception.Message, LongestMessage)}";

    /// <summary>LiteLLM's name of the class, so that its dashboards' filters still hold; else the type's.</summary>
    public static string ClassOf(Exception exception) =>
        exception switch
        {
            RejectException => "RejectedRequestError",
            LlmException { Kind: var kind } => kind switch
            {
                LlmErrorKind.BadRequest => "BadRequestError",
                LlmErrorKind.Authentication => "AuthenticationError",
                LlmErrorKind.Permission => "PermissionDeniedError",
                LlmErrorKind.NotFound => "NotFoundError",
                LlmErrorKind.ContextWindowExceeded => "ContextWindowExceededError",
                LlmErrorKind.ContentPolicy => "ContentPolicyViolationError",
                LlmErrorKind.RateLimit => "RateLimitError",
                LlmErrorKind.Timeout => "Timeout",
                LlmErrorKind.Connection => "APIConnectionError",
                LlmErrorKind.ServiceUnavailable => "ServiceUnavailableError",
                _ => "InternalServerError",
            },
            _ => exception.GetType().Name,
        };

    public static string CodeOf(Exception exception) =>
        (
            exception switch
            {
                LlmException { StatusCode: { } status } => (int)status,
                LlmException { Kind: var kind } => kind switch
                {
                    LlmErrorKind.BadRequest or LlmErrorKind.ContextWindowExceeded or LlmErrorKind.ContentPolicy => 400,
                    LlmErrorKind.Authentication => 401,
                    LlmErrorKind.Permission => 403,
                    LlmErrorKind.NotFound => 404,
                    LlmErrorKind.Timeout => 408,
                    LlmErrorKind.RateLimit => 429,
                    LlmErrorKind.ServiceUnavailable => 503,
                    _ => 500,
                },
                HttpRequestException { StatusCode: { } status } => (int)status,
                TimeoutException => 408,
                OperationCanceledException => 499,
                _ => 500,
            }
        ).ToString(CultureInfo.InvariantCulture);

    /// <summary>Types and frames of the exception and its causes; no messages.</summary>
    public static string? Trace(Exception exception)
    {
        var text = new System.Text.StringBuilder();
        var depth = 0;
        for (
            var cause = exception;
            cause is not null && depth < 8 && text.Length < LongestTrace;
            cause = cause.InnerException, depth++
        )
        {
            if (depth > 0)
            {
                text.Append("\ncaused by ");
            }

            text.Append(cause.GetType().FullName);
            if (cause.StackTrace is { Length: > 0 } frames)
            {
                text.Append('\n').Append(frames);
            }
        }

        return Cut(text.ToString(), LongestTrace);
    }

    public static string? Name(string? name) => name is null ? null : Clean(name, LongestName);

    /// <summary>The text, cut, with what looks like a key masked.</summary>
    public static string Clean(string? text, int longest = LongestMessage) =>
        // Cut before as well: what is thrown away needn't be searched.
        Cut(KeyLike().Replace(Cut(text ?? "", longest * 2), "$1" + SecretNames.Mask), longest);

    public static string Cut(string text, int longest)
    {
        if (text.Length <= longest)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest;
        return $"{text.AsSpan(0, end)}… ({text.Length} characters)";
    }

    [GeneratedRegex(
        @"(\bBearer\s+|\bBasic\s+|\b(?:api[-_]?)?key[=:]\s*|\btoken[=:]\s*|\b(?:sk|pk|rk|gsk|xai|pplx|AIza|hf|ghp)[-_]?)(?=[A-Za-z0-9_\-.+/=]{12})[A-Za-z0-9_\-.+/=]+",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex KeyLike();
}
