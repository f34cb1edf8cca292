using System.Net;
using System.Text.Json;

namespace Callgate.Providers.OpenAi;

/// <summary>Reads errors in OpenAI's format: <c>{"error":{"message","type","param","code"}}</c>, and whatever else servers send instead.</summary>
internal static class OpenAiErrors
{
    public static LlmException Read(string provider, ProviderError error)
    {
        var (message, type, param, code) = Parse(error.Body);
        var kind = KindOf(error.StatusCode, type, code, message);
        return LlmException.Create(
            kind,
            ErrorText.Describe(provider, error.Model, error.StatusCode, code ?? type),
            new ErrorFacts(
                (HttpStatusCode)error.StatusCode,
                provider,
                error.Model,
                code,
                type,
                param,
                message,
                error.RequestId,
                error.RetryAfter
            )
        );
    }

    /// <summary>An error that comes where an answer was due: it has no status of its own, and unless it says more, the server failed.</summary>
    public static LlmException ReadInAnswer(string provider, string model, ReadOnlySpan<byte> body) =>
        Read(
            provider,
            new ProviderError
            {
                StatusCode = 500,
                Model = model,
                Body = body,
            }
        );

    private static (string? Message, string? Type, string? Param, string? Code) Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            var root = JsonElement.ParseValue(ref reader);
            if (root.ValueKind != JsonValueKind.Object)
            {
                return default;
            }

            var error =
                root.TryGetProperty("error", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : root;
            return (
                TextOf(error, "message") ?? (inner.ValueKind == JsonValueKind.String ? inner.GetString() : null),
                TextOf(error, "type"),
                TextOf(error, "param"),
                TextOf(error, "code")
            );
        }
        catch (JsonException)
        {
            return default; // HTML of some proxy, or nothing
        }
        catch (InvalidOperationException)
        {
            return default; // text that is no UTF-8
        }
    }

    private static string? TextOf(JsonElement element, string name) =>
        !element.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : value.ValueKind == JsonValueKind.Number ? value.GetRawText()
        : null;

    private static LlmErrorKind KindOf(int status, string? type, string? code, string? message)
    {
        if (
            code is "context_length_exceeded" or "string_above_max_length"
            || Says(message, "maximum context length")
            || Says(message, "context window")
        )
        {
            return LlmErrorKind.ContextWindowExceeded;
        }

        if (
            code is "content_filter" or "content_policy_violation" or "moderation_blocked"
            || Says(message, "content management policy")
            || Says(message, "safety system")
        )
        {
            return LlmErrorKind.ContentPolicy;
        }

        // In mid-stream there is no status of the error's own, but there may be a type.
        if (status == 500 && (type ?? code) is { } word)
        {
            if (word.Contains("rate_limit", StringComparison.Ordinal) || word is "429" or "insufficient_quota")
            {
                return LlmErrorKind.RateLimit;
            }

            if (word is "invalid_request_error")
            {
                return LlmErrorKind.BadRequest;
            }
        }

        return ErrorText.KindOf(status);
    }

    private static bool Says(string? message, string words) =>
        message?.Contains(words, StringComparison.OrdinalIgnoreCase) == true;
}
