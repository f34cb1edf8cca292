using System.Globalization;
using Callgate.Testing;

namespace Callgate.Gateway.Tests.Endpoints;

/// <summary>The headers around an answer.</summary>
public class ResponseHeaderTests
{
    private static async Task<Dictionary<string, string>> HeadersOf(GatewayHost gateway, string body)
    {
        using var response = await gateway.PostAsync("/v1/chat/completions", body);
        return response.Headers.ToDictionary(
            h => h.Key,
            h => string.Join(',', h.Value),
            StringComparer.OrdinalIgnoreCase
        );
    }

    [Fact]
    public async Task TheyTell_WhoAnswered_ForHowMuch_AndWithinWhichLimits()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Provider.DefaultReply = FakeReply.Mock() with
        {
            Headers = new Dictionary<string, string>
            {
                ["anthropic-ratelimit-requests-limit"] = "50",
                ["anthropic-ratelimit-tokens-remaining"] = "1234",
                ["anthropic-ratelimit-tokens-reset"] = "2026-01-27T12:00:00Z",
            },
        };

        var headers = await HeadersOf(
            gateway,
            """{"model":"claude","messages":[{"role":"user","content":"Hi"}],"timeout":7.5}"""
        );

        Assert.Equal("claude-sonnet-4-5", headers["x-litellm-model-name"]);
        Assert.Equal("7.5", headers["x-litellm-timeout"]);
        Assert.Equal("50", headers["x-ratelimit-limit-requests"]);
        Assert.Equal("1234", headers["x-ratelimit-remaining-tokens"]);
        Assert.Equal("50", headers["llm_provider-anthropic-ratelimit-requests-limit"]);
        // A time there, and a duration at OpenAI.
        Assert.DoesNotContain("x-ratelimit-reset-tokens", headers.Keys);
        Assert.Equal(
            Usd("x-litellm-response-cost"),
            Usd("x-litellm-response-cost-input") + Usd("x-litellm-response-cost-output")
        );

        decimal Usd(string name) => decimal.Parse(headers[name], CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task NoneOfThem_HoldsTheQueryOfAnAddress()
    {
        await using var gateway = await GatewayHost.StartAsync(configure: o =>
            o.ConfigureClient = client =>
            {
                client.Deployments.Clear();
                client.Deployments.Add(
                    new Deployment
                    {
                        ModelName = "gpt",
                        Model = "mock/gpt-4o",
                        ApiBase = "https://provider.test/v1?signature=swordfish",
                    }
                );
            }
        );

        var headers = await HeadersOf(gateway, """{"model":"gpt","messages":[{"role":"user","content":"Hi"}]}""");

        Assert.Equal("https://provider.test/v1", headers["x-litellm-model-api-base"]);
        Assert.StartsWith(
            "gpt:mock/gpt-4o@https://provider.test/v1?",
            headers["x-litellm-model-id"],
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(headers.Values, v => v.Contains("swordfish", StringComparison.Ordinal));
    }
}
