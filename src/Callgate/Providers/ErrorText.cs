namespace Callgate.Providers;

/// <summary>What every provider's errors have in common.</summary>
internal static class ErrorText
{
    /// <summary>The message of an exception: facts only, never the provider's own words, as they may quote the prompt.</summary>
    public static string Describe(string provider, string model, int status, string? code)
    {
        var word = code is null ? "" : $" {Wire.SafeText.Line(code)}";
        return $"{provider} answered {status}{word} for the model {Wire.SafeText.Line(model)}.";
    }

    /// <summary>The kind of failure that an HTTP status stands for.</summary>
    public static LlmErrorKind KindOf(int status) =>
        status switch
        {
            401 => LlmErrorKind.Authentication,
            402 or 403 => LlmErrorKind.Permission,
            404 => LlmErrorKind.NotFound,
            408 or 504 => LlmErrorKind.Timeout,
            429 => LlmErrorKind.RateLimit,
            502 or 503 or 529 => LlmErrorKind.ServiceUnavailable,
            >= 500 => LlmErrorKind.Server,
            // A redirect is an address that is not an API's.
            >= 300 and < 400 => LlmErrorKind.NotFound,
            _ => LlmErrorKind.BadRequest,
        };
}
