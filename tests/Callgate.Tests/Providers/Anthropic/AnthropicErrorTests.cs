using System.Text;
using Callgate.Providers;
using static Callgate.Tests.Providers.Anthropic.AnthropicWire;

namespace Callgate.Tests.Providers.Anthropic;

// After api/errors on platform.claude.com/docs; the wordings are those that users report.
public class AnthropicErrorTests
{
    private static LlmException Read(int status, string body) => Read(status, Encoding.UTF8.GetBytes(body));

    private static LlmException Read(int status, byte[] body) =>
        Provider.ReadError(
            new ProviderError
            {
                StatusCode = status,
                Model = "claude-opus-4-8",
                Body = body,
                RequestId = "req_header",
                RetryAfter = TimeSpan.FromSeconds(7),
            }
        );

    [Theory]
    [InlineData(400, "invalid_request_error", LlmErrorKind.BadRequest, false)]
    [InlineData(401, "authentication_error", LlmErrorKind.Authentication, false)]
    [InlineData(402, "billing_error", LlmErrorKind.Permission, false)]
    [InlineData(403, "permission_error", LlmErrorKind.Permission, false)]
    [InlineData(404, "not_found_error", LlmErrorKind.NotFound, false)]
    [InlineData(413, "request_too_large", LlmErrorKind.BadRequest, false)]
    [InlineData(429, "rate_limit_error", LlmErrorKind.RateLimit, true)]
    [InlineData(500, "api_error", LlmErrorKind.Server, true)]
    [InlineData(503, "api_error", LlmErrorKind.ServiceUnavailable, true)]
    [InlineData(504, "timeout_error", LlmErrorKind.Timeout, true)]
    [InlineData(529, "overloaded_error", LlmErrorKind.ServiceUnavailable, true)]
    [InlineData(418, "an_error_of_the_future", LlmErrorKind.BadRequest, false)]
    public void Error_OfEachType_HasItsKind(int status, string type, LlmErrorKind kind, bool retryable)
    {
        var error = Read(
            status,
            $$$"""{"type":"error","error":{"type":"{{{type}}}","message":"about the prompt: secret"},"request_id":"req_011CSHoEeqs5C35K2UUqR7Fy"}"""
        );

        Assert.Equal(kind, error.Kind);
        Assert.Equal(retryable, error.IsRetryable);
        Assert.Equal(status, (int?)error.StatusCode);
        Assert.Equal(type, error.ErrorType);
        Assert.Equal("about the prompt: secret", error.ProviderMessage);
        Assert.Equal("req_header", error.RequestId);
        Assert.Equal(TimeSpan.FromSeconds(7), error.RetryAfter);
        Assert.Equal("anthropic", error.Provider);
        Assert.Equal("claude-opus-4-8", error.Model);
        Assert.Equal($"anthropic answered {status} {type} for the model claude-opus-4-8.", error.Message);
    }

    [Theory]
    [InlineData("prompt is too long: 207791 tokens > 200000 maximum", LlmErrorKind.ContextWindowExceeded)]
    [InlineData(
        "input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000, decrease input length or `max_tokens` and try again",
        LlmErrorKind.ContextWindowExceeded
    )]
    [InlineData("Output blocked by content filtering policy", LlmErrorKind.ContentPolicy)]
    [InlineData(
        "max_tokens: 99999 > 64000, which is the maximum allowed number of output tokens",
        LlmErrorKind.BadRequest
    )]
    public void InvalidRequest_ByItsWords_IsTold(string message, LlmErrorKind kind) =>
        Assert.Equal(
            kind,
            Read(400, $$$"""{"type":"error","error":{"type":"invalid_request_error","message":"{{{message}}}"}}""").Kind
        );

    [Fact]
    public void RateLimit_OfSpending_IsNotRetried()
    {
        var error = Read(
            429,
            """{"type":"error","error":{"type":"rate_limit_error","message":"m","details":{"error_code":"contract_spend_limit_reached"}}}"""
        );

        Assert.Equal(LlmErrorKind.RateLimit, error.Kind);
        Assert.Equal("contract_spend_limit_reached", error.Code);
        Assert.False(error.IsRetryable);
    }

    [Theory]
    [InlineData(401, "", LlmErrorKind.Authentication)]
    [InlineData(403, "<html><body>secret</body></html>", LlmErrorKind.Permission)]
    [InlineData(404, "{\"detail\":\"secret\"}", LlmErrorKind.NotFound)]
    [InlineData(408, "null", LlmErrorKind.Timeout)]
    [InlineData(429, "[]", LlmErrorKind.RateLimit)]
    [InlineData(502, "{\"type\":\"error\",\"error\":{\"type\":\"api_er", LlmErrorKind.ServiceUnavailable)]
    [InlineData(529, "{\"error\":\"secret\"}", LlmErrorKind.ServiceUnavailable)]
    [InlineData(500, "{\"error\":{\"type\":\"a secret <b>\",\"message\":5}}", LlmErrorKind.Server)]
    [InlineData(302, "secret", LlmErrorKind.NotFound)]
    public void Error_WithAnyBody_IsReadByItsStatus(int status, string body, LlmErrorKind kind)
    {
        var error = Read(status, body);

        Assert.Equal(kind, error.Kind);
        Assert.Equal($"anthropic answered {status} for the model claude-opus-4-8.", error.Message);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Error_WithALongOrBrokenBody_KeepsItsBeginning()
    {
        Assert.Equal(2000, Read(500, new string('x', 100_000)).ProviderMessage!.Length);
        Assert.Equal(
            LlmErrorKind.Server,
            Read(500, [(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}']).Kind
        );
    }
}
