#pragma warning disable OPENAI001 // The SDK calls its Responses client experimental.
using System.ClientModel;
using System.Text.Json;
using OpenAI.Chat;

namespace Callgate.Gateway.Tests.Sdks;

/// <summary>OpenAI's SDK has one type of error: the status, the headers and the body tell the rest.</summary>
public class OpenAiErrorTests(SdkGateway gateway) : IClassFixture<SdkGateway>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, int, string> Failures
    {
        get
        {
            var data = new TheoryData<string, string, int, string>();
            foreach (var model in (string[])["gpt", "claude"])
            {
                foreach (var way in (string[])["chat", "stream", "responses"])
                {
                    data.Add(way, model, 400, "invalid_request_error");
                    // The provider's own words.
                    data.Add(way, model, 429, model == "gpt" ? "requests" : "rate_limit_error");
                    data.Add(way, model, 500, model == "gpt" ? "server_error" : "api_error");
                }
            }

            return data;
        }
    }

    private async Task<ClientResultException> CallAsync(string way, string model, string prompt, string key) =>
        await Assert.ThrowsAsync<ClientResultException>(async () =>
        {
            switch (way)
            {
                case "chat":
                    await gateway.Chat(model, key).CompleteChatAsync([prompt], cancellationToken: Token);
                    break;
                case "stream":
                    await foreach (
                        var _ in gateway.Chat(model, key).CompleteChatStreamingAsync([prompt], cancellationToken: Token)
                    ) { }
                    break;
                default:
                    await gateway.Responses(key).CreateResponseAsync(model, prompt, cancellationToken: Token);
                    break;
            }
        });

    private static JsonElement ErrorOf(ClientResultException failure) =>
        failure.GetRawResponse()!.Content.ToObjectFromJson<JsonElement>().GetProperty("error");

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task ProvidersFailure_IsTheClients(string way, string model, int status, string type)
    {
        var prompt = $"Fail with {status}, {way}.";
        var failure = await CallAsync(way, model, prompt, GatewayHost.MasterKey);

        Assert.Equal(status, failure.Status);
        Assert.Equal(type, ErrorOf(failure).GetProperty("type").GetString());
        Assert.Equal(status == 429, failure.GetRawResponse()!.Headers.TryGetValue("Retry-After", out var wait));
        Assert.Equal(status == 429 ? "7" : null, wait);
        Assert.Equal(CallOutcome.UpstreamFailed, (await gateway.FailureOfAsync(prompt)).Outcome);
    }

    [Theory]
    [InlineData("chat")]
    [InlineData("stream")]
    [InlineData("responses")]
    public async Task WrongKey_Is401(string way)
    {
        var failure = await CallAsync(way, "gpt", "Hello", "sk-wrong");

        Assert.Equal(401, failure.Status);
        Assert.DoesNotContain("sk-wrong", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chat")]
    [InlineData("stream")]
    [InlineData("responses")]
    public async Task UnknownModel_Is404(string way)
    {
        var failure = await CallAsync(way, "no-such", "Hello", GatewayHost.MasterKey);

        Assert.Equal((404, "model_not_found"), (failure.Status, ErrorOf(failure).GetProperty("code").GetString()));
        Assert.Contains("no-such", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BadRequest_OfOurOwn_NamesTheField()
    {
        var failure = await Assert.ThrowsAsync<ClientResultException>(() =>
            gateway
                .Chat("claude")
                .CompleteChatAsync(
                    [new UserChatMessage("Hello")],
                    new ChatCompletionOptions { IncludeLogProbabilities = true },
                    Token
                )
        );

        Assert.Equal(400, failure.Status);
        Assert.Contains("logprobs", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embeddings_OfAChatModelOfAnthropic_AreRefused()
    {
        var failure = await Assert.ThrowsAsync<ClientResultException>(() =>
            gateway.Embeddings("claude").GenerateEmbeddingAsync("Hello", cancellationToken: Token)
        );

        Assert.Equal(400, failure.Status);
        Assert.Contains("embed", failure.Message, StringComparison.OrdinalIgnoreCase);
    }
}
