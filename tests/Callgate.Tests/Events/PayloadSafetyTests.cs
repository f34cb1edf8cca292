using System.Net;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Tests.Events;

/// <summary>A key that stands anywhere in a call's surroundings reaches neither its event nor anything that is printed.</summary>
public class PayloadSafetyTests
{
    private const string Canary = "sk-canary-0123456789abcdefABCDEF";

    [Fact]
    public void Key_IsInNothingThatIsKeptOrPrinted()
    {
        var inner = new HttpRequestException(
            $"POST https://host/v1?key={Canary} failed",
            null,
            HttpStatusCode.Unauthorized
        );
        var failure = LlmException.Create(
            LlmErrorKind.Authentication,
            "openai refused the key",
            new ErrorFacts(
                HttpStatusCode.Unauthorized,
                "openai",
                "gpt-4o",
                Code: "invalid_api_key",
                ProviderMessage: $"Incorrect API key provided: {Canary}"
            ),
            inner
        );
        var options = new CallOptions
        {
            ApiKey = Canary,
            Headers = new Dictionary<string, string> { ["X-Key"] = Canary },
        };
        var deployment = new Deployment
        {
            ModelName = "gpt",
            Model = "openai/gpt-4o",
            ApiKey = Canary,
        };
        var answer = Calls.Answer with
        {
            HiddenParams = new HiddenParams
            {
                AdditionalHeaders = new Dictionary<string, string> { ["authorization"] = Canary },
            },
        };
        var call = Calls.Failure with
        {
            Exception = failure,
            Response = answer,
            AdditionalArgs = new AdditionalArgs
            {
                ApiBase = $"https://user:{Canary}@api.openai.com/v1?key={Canary}#{Canary}",
                Headers = new Dictionary<string, string> { ["Authorization"] = Canary },
                RawInput = new RawText(System.Text.Encoding.UTF8.GetBytes("{}")),
            },
            Attempts =
            [
                Calls.Attempt with
                {
                    Exception = failure,
                    ApiBase = $"https://user:{Canary}@api.openai.com/v1?key={Canary}",
                },
            ],
            ResponseHeaders = new Dictionary<string, string>
            {
                ["set-cookie"] = Canary,
                ["x-echo"] = $"Bearer {Canary}",
                ["x-amz-security-token"] = Canary,
            },
            Request = Calls.Request with
            {
                AdditionalProperties = new ExtraFields()
                    .With("api_key", Canary)
                    .With("extra_headers", JsonElement.Parse($$"""{"Authorization":"{{Canary}}"}""")),
                Tools =
                [
                    new ToolDefinition
                    {
                        Type = "mcp",
                        AdditionalProperties = ExtraFields.Parse(
                            $$"""{"authorization":"{{Canary}}","headers":{"X-Api-Key":"{{Canary}}"} }"""
                        ),
                    },
                ],
            },
            LitellmParams = new LitellmParams
            {
                Metadata = new Dictionary<string, object?>
                {
                    ["secret"] = new Secret(Canary),
                    ["options"] = options,
                    ["deployment"] = deployment,
                    ["apiKey"] = Canary,
                    ["nested"] = new Dictionary<string, object?> { ["OPENAI_API_KEY"] = Canary },
                    ["failure"] = failure,
                },
                ApiBase = $"https://host?key={Canary}",
            },
        };

        var payload = call.StandardLoggingPayload;

        PayloadSchemaTests.Valid(payload);
        Assert.Empty(payload.Callgate.Unavailable);
        Assert.All(
            (string[])
                [
                    payload.ToJson(),
                    payload.ToString(),
                    payload.Metadata.ToString(),
                    payload.HiddenParams.ToString(),
                    payload.Callgate.ToString(),
                    call.ToString(),
                    call.LitellmParams.ToString(),
                    answer.ToString(),
                    call.Request.ToString(),
                    call.Attempts[0].ToString(),
                    failure.Message,
                    deployment.ToString(),
                    options.ToString(),
                ],
            text => Assert.DoesNotContain("canary", text, StringComparison.OrdinalIgnoreCase)
        );
        Assert.Equal("https://api.openai.com/v1", payload.ApiBase);
        Assert.Equal("invalid_api_key", payload.Callgate.Error!.Code);
    }

    [Fact]
    public void ForeignException_IsItsNameAndACleanCutMessage()
    {
        var call = Calls.Failure with
        {
            Exception = new InvalidOperationException(
                $"token={Canary} was refused {new string('x', 5000)}",
                new ArgumentException(Canary)
            ),
        };

        var payload = call.StandardLoggingPayload;

        Assert.StartsWith(
            "InvalidOperationException: token=*** was refused xxx",
            payload.ErrorStr,
            StringComparison.Ordinal
        );
        Assert.InRange(payload.ErrorStr!.Length, 1000, 1100);
        Assert.Equal("InvalidOperationException", payload.ErrorInformation!.ErrorClass);
        Assert.Null(payload.Callgate.Error!.Kind);
        Assert.DoesNotContain("canary", payload.ToJson() + call, StringComparison.Ordinal);
    }

    [Fact]
    public void Traceback_HasFramesAndCausesWithoutTheirMessages()
    {
        var caught = Assert.Throws<LlmServerException>(() => Fail());

        var trace = (Calls.Failure with { Exception = caught }).StandardLoggingPayload.ErrorInformation!.Traceback!;

        Assert.Contains(nameof(Fail), trace, StringComparison.Ordinal);
        Assert.Contains("caused by System.TimeoutException", trace, StringComparison.Ordinal);
        Assert.DoesNotContain("outer", trace, StringComparison.Ordinal);
        Assert.DoesNotContain("inner", trace, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Authorization", true)]
    [InlineData("x-api-key", true)]
    [InlineData("x-goog-api-key", true)]
    [InlineData("Ocp-Apim-Subscription-Key", true)]
    [InlineData("clientSecret", true)]
    [InlineData("AWS_SECRET_ACCESS_KEY", true)]
    [InlineData("set-cookie", true)]
    [InlineData("x-ratelimit-limit-tokens", false)]
    [InlineData("max_tokens", false)]
    [InlineData("user_api_key_alias", false)]
    [InlineData("key", false)]
    [InlineData("", false)]
    public void SecretNames_AreTold(string name, bool secret) => Assert.Equal(secret, SecretNames.IsSecret(name));

    [Theory]
    [InlineData("the task-force was asked", "the task-force was asked")]
    [InlineData("Bearer abcdefghijklmnop", "Bearer ***")]
    [InlineData("key: abcdefghijklmnop.", "key: ***")]
    [InlineData("model gpt-4o-mini-2024-07-18 was not found", "model gpt-4o-mini-2024-07-18 was not found")]
    public void Clean_MasksKeysOnly(string text, string cleaned) => Assert.Equal(cleaned, SafeErrors.Clean(text));

    private static void Fail()
    {
        try
        {
            throw new TimeoutException("inner words");
        }
        catch (TimeoutException timeout)
        {
            throw new LlmServerException("outer words", timeout);
        }
    }
}
