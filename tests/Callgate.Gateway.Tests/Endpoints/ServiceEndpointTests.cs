using System.Text.Json;

namespace Callgate.Gateway.Tests.Endpoints;

/// <summary>The endpoints that call no model.</summary>
public class ServiceEndpointTests
{
    private static async Task<JsonElement> GetAsync(GatewayHost gateway, string path, int status = 200)
    {
        using var response = await gateway.Http.GetAsync(path, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)response.StatusCode == status, body);
        return JsonElement.Parse(body);
    }

    [Fact]
    public async Task Models_AreListed_AsFarAsTheKeyMayCallThem()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var client = gateway.NewClient(await gateway.NewKeyAsync("""{"models":["gpt"]}"""));

        var all = await GetAsync(gateway, "/v1/models");
        var own = JsonElement.Parse(await client.GetStringAsync("/v1/models", TestContext.Current.CancellationToken));

        Assert.Equal(
            ["gpt", "claude", "embed"],
            all.GetProperty("data").EnumerateArray().Select(m => m.GetProperty("id").GetString())
        );
        Assert.Equal("gpt", Assert.Single(own.GetProperty("data").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal("claude", (await GetAsync(gateway, "/v1/models/claude")).GetProperty("id").GetString());
        Assert.Equal(
            "model_not_found",
            (await GetAsync(gateway, "/v1/models/nobody", 404)).GetProperty("error").GetProperty("code").GetString()
        );
    }

    [Fact]
    public async Task AListingHook_NarrowsTheList()
    {
        await using var gateway = await GatewayHost.StartAsync(callbacks: new Hider());

        var models = await GetAsync(gateway, "/v1/models");

        Assert.DoesNotContain("claude", models.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModelInfo_HasPricesAndLimits_AndNoKeys()
    {
        await using var gateway = await GatewayHost.StartAsync();

        var info = await GetAsync(gateway, "/model/info");

        var gpt = info.GetProperty("data")
            .EnumerateArray()
            .First(m => m.GetProperty("model_name").GetString() == "gpt");
        Assert.Equal(0.15e-6, gpt.GetProperty("model_info").GetProperty("input_cost_per_token").GetDouble(), 12);
        Assert.True(gpt.GetProperty("model_info").GetProperty("max_input_tokens").GetInt64() > 100_000);
        Assert.DoesNotContain("sk-provider", info.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_NeedsAKey_LivenessAndReadinessDoNot()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var anybody = gateway.NewClient(null);

        foreach (var path in (string[])["/health/liveliness", "/health/readiness"])
        {
            Assert.Contains(
                "healthy",
                await anybody.GetStringAsync(path, TestContext.Current.CancellationToken),
                StringComparison.Ordinal
            );
        }

        using var refused = await anybody.GetAsync("/health", TestContext.Current.CancellationToken);
        Assert.Equal(401, (int)refused.StatusCode);
        Assert.Equal(3, (await GetAsync(gateway, "/health")).GetProperty("healthy_count").GetInt32());
    }

    [Fact]
    public async Task Metrics_CountCalls_AndTheirLabelsAreBounded()
    {
        await using var gateway = await GatewayHost.StartAsync();
        await gateway.SendAsync(
            "/v1/chat/completions",
            """{"model":"gpt","messages":[{"role":"user","content":"Hi"}]}"""
        );
        for (var i = 0; i < 50; i++)
        {
            await gateway.SendAsync("/v1/chat/completions", $$"""{"model":"junk-{{i}}","messages":[]}""");
        }

        var text = await gateway.Http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);

        Assert.Contains(
            "litellm_proxy_total_requests_metric_total{requested_model=\"gpt\",outcome=\"Completed\",status=\"success\"} 1\n",
            text,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "litellm_proxy_total_requests_metric_total{requested_model=\"other\",outcome=\"Rejected\",status=\"failure\"} 50\n",
            text,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("junk", text, StringComparison.Ordinal);
        Assert.Contains("litellm_spend_metric_total{requested_model=\"gpt\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenApi_ListsEveryRouteThatCallsAModel()
    {
        await using var gateway = await GatewayHost.StartAsync();

        var paths = (await GetAsync(gateway, "/openapi.json")).GetProperty("paths");

        foreach (var pattern in Gateway.Endpoints.InferenceRoutes.All.SelectMany(r => r.Patterns))
        {
            Assert.True(paths.TryGetProperty(pattern, out var path), pattern);
            Assert.True(path.GetProperty("post").TryGetProperty("requestBody", out _), pattern);
        }

        Assert.True(paths.TryGetProperty("/key/generate", out _));
    }

    [Fact]
    public async Task CountTokens_Estimates_ForAnyModel()
    {
        await using var gateway = await GatewayHost.StartAsync();

        var (status, body) = await gateway.SendAsync(
            "/v1/messages/count_tokens",
            """{"model":"gpt","messages":[{"role":"user","content":"Hello, how many tokens is this?"}]}"""
        );

        Assert.Equal(200, status);
        Assert.InRange(JsonElement.Parse(body).GetProperty("input_tokens").GetInt32(), 8, 20);
    }

    private sealed class Hider : CustomLogger
    {
        public override ValueTask<IReadOnlyList<string>> FilterListedModelsAsync(
            FilterListedModelsContext context,
            CancellationToken cancellationToken
        ) => new([.. context.ModelNames.Where(n => n != "claude")]);
    }
}
