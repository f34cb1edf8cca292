using System.Text.Json;

namespace Callgate.Gateway.Tests.Endpoints;

/// <summary>The endpoints that call no model.</summary>
public class ServiceEndpointTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

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
    public async Task WhatAListingHookHides_IsHiddenEverywhere()
    {
        await using var gateway = await GatewayHost.StartAsync(callbacks: new Hider());

        await GetAsync(gateway, "/v1/models/claude", 404);
        var info = await GetAsync(gateway, "/model/info");

        Assert.Equal(
            ["gpt", "embed"],
            info.GetProperty("data").EnumerateArray().Select(m => m.GetProperty("model_name").GetString())
        );
    }

    [Theory]
    [InlineData("openai/gpt-4o")]
    [InlineData("openai%2Fgpt-4o")]
    public async Task AModelOfAPattern_IsThere_ForTheKeyThatNamesIt(string inPath)
    {
        await using var gateway = await GatewayHost.StartAsync(
            """
            model_list:
              - model_name: openai/*
                litellm_params: {model: openai/*, api_base: PROVIDER/v1, api_key: sk-provider-openai}
              - model_name: other
                litellm_params: {model: openai/gpt-4o-mini, api_base: PROVIDER/v1, api_key: sk-provider-openai}
            """
        );
        using var client = gateway.NewClient(await gateway.NewKeyAsync("""{"models":["openai/gpt-4o"]}"""));

        var listed = JsonElement.Parse(await client.GetStringAsync("/v1/models", Token)).GetProperty("data");
        var shown = JsonElement.Parse(await client.GetStringAsync($"/v1/models/{inPath}", Token));
        var info = JsonElement.Parse(await client.GetStringAsync("/model/info", Token)).GetProperty("data");
        var health = JsonElement.Parse(await client.GetStringAsync("/health", Token));

        Assert.Equal("openai/gpt-4o", Assert.Single(listed.EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal("openai/gpt-4o", shown.GetProperty("id").GetString());
        Assert.Equal("openai/*", Assert.Single(info.EnumerateArray()).GetProperty("model_name").GetString());
        Assert.Equal(1, health.GetProperty("healthy_count").GetInt32());
        if (inPath.Contains('%', StringComparison.Ordinal))
        {
            var (status, body) = await gateway.SendAsync(
                $"/openai/deployments/{inPath}/chat/completions",
                """{"messages":[{"role":"user","content":"Hi"}]}""",
                client
            );
            Assert.True(status == 200, body);
        }
    }

    [Fact]
    public async Task Metrics_AreForTheMasterKey()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var client = gateway.NewClient(await gateway.NewKeyAsync());

        using var refused = await client.GetAsync("/metrics", Token);

        Assert.Equal(403, (int)refused.StatusCode);
    }

    [Fact]
    public async Task Readiness_EndsWhenTheGatewayBeginsToStop()
    {
        await using var gateway = await GatewayHost.StartAsync();

        await gateway.Server.StoppingAsync(Token);

        await GetAsync(gateway, "/health/readiness", 503);
    }

    [Fact]
    public async Task ACost_BeyondAllMeasure_CostsNoCallItsEvent()
    {
        await using var gateway = await GatewayHost.StartAsync(
            """
            model_list:
              - model_name: gpt
                litellm_params: {model: openai/gpt-4o, api_base: PROVIDER/v1, api_key: sk-provider-openai, input_cost_per_token: 1000000000}
            """
        );
        using var client = gateway.NewClient(await gateway.NewKeyAsync());
        for (var i = 0; i < 2; i++)
        {
            var (status, body) = await gateway.SendAsync(
                "/v1/chat/completions",
                """{"model":"gpt","messages":[{"role":"user","content":"A prompt of some ten or twenty tokens, or a few more"}]}""",
                client
            );
            Assert.True(status == 200, body);
        }

        Assert.Matches(
            "litellm_spend_metric_total{requested_model=\"gpt\".*} [1-9][0-9]{10}",
            await gateway.Http.GetStringAsync("/metrics", Token)
        );
        Assert.Equal(2, (await gateway.EndsAsync()).Count(c => c.ResponseCost > 1e10m));
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
