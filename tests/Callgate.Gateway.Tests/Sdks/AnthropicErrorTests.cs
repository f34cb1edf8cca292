using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;

namespace Callgate.Gateway.Tests.Sdks;

/// <summary>Anthropic's SDK throws a type for each kind of failure.</summary>
public class AnthropicErrorTests(SdkGateway gateway) : IClassFixture<SdkGateway>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, bool, int, int, System.Type, string> Failures
    {
        get
        {
            var data = new TheoryData<string, bool, int, int, System.Type, string>();
            foreach (var model in (string[])["gpt", "claude"])
            {
                foreach (var streamed in (bool[])[false, true])
                {
                    data.Add(model, streamed, 400, 400, typeof(AnthropicBadRequestException), "invalid_request_error");
                    data.Add(model, streamed, 429, 429, typeof(AnthropicRateLimitException), "rate_limit_error");
                    data.Add(model, streamed, 500, 500, typeof(Anthropic5xxException), "api_error");
                    data.Add(
                        model,
                        streamed,
                        529,
                        503,
                        typeof(AnthropicServiceUnavailableException),
                        "overloaded_error"
                    );
                }
            }

            return data;
        }
    }

    private async Task<AnthropicApiException> CallAsync(string model, bool streamed, string prompt, string key) =>
        await Assert.ThrowsAnyAsync<AnthropicApiException>(async () =>
        {
            var ask = new MessageCreateParams
            {
                Model = model,
                MaxTokens = 100,
                Messages = [new UserMessageParam(prompt)],
            };
            if (!streamed)
            {
                await gateway.Claude(key).Messages.Create(ask, Token);
                return;
            }

            await foreach (var _ in gateway.Claude(key).Messages.CreateStreaming(ask, Token)) { }
        });

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task ProvidersFailure_IsTheClients(
        string model,
        bool streamed,
        int given,
        int status,
        System.Type exception,
        string type
    )
    {
        var prompt = $"Fail with {given}, {streamed}.";
        var failure = await CallAsync(model, streamed, prompt, GatewayHost.MasterKey);

        Assert.IsType(exception, failure);
        Assert.Equal(status, (int)failure.StatusCode);
        Assert.Contains($"\"type\":\"{type}\"", failure.ResponseBody, StringComparison.Ordinal);
        Assert.Equal(type, failure.Type!.Raw());
        Assert.Equal(CallOutcome.UpstreamFailed, (await gateway.FailureOfAsync(prompt)).Outcome);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WrongKey_IsUnauthorized(bool streamed)
    {
        var failure = await CallAsync("claude", streamed, "Hello", "sk-wrong");

        Assert.IsType<AnthropicUnauthorizedException>(failure);
        Assert.DoesNotContain("sk-wrong", failure.ResponseBody, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task UnknownModel_IsNotFound(bool streamed)
    {
        var failure = await CallAsync("no-such", streamed, "Hello", GatewayHost.MasterKey);

        Assert.IsType<AnthropicNotFoundException>(failure);
        Assert.Contains("no-such", failure.ResponseBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownModel_OfACount_IsNotFound() =>
        await Assert.ThrowsAsync<AnthropicNotFoundException>(() =>
            gateway
                .Claude()
                .Messages.CountTokens(
                    new MessageCountTokensParams { Model = "no-such", Messages = [new UserMessageParam("Hello")] },
                    Token
                )
        );
}
