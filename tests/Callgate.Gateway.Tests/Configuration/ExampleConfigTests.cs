using Callgate.Gateway.Configuration;

namespace Callgate.Gateway.Tests.Configuration;

/// <summary>What LiteLLM's documentation shows, in our words: starts as it is, or refuses as it should.</summary>
public class ExampleConfigTests
{
    private static ConfigResult Load(ConfigFolder folder, string name) =>
        folder.LoadFile(Path.Combine(ConfigFolder.Examples, name));

    private static GatewayConfig Good(string name)
    {
        using var folder = new ConfigFolder();
        var result = Load(folder, name);
        Assert.Empty(result.Errors);
        using var client = new LlmClient(result.Config!.ToClientOptions());
        return result.Config;
    }

    private static string[] Errors(string name)
    {
        using var folder = new ConfigFolder();
        var result = Load(folder, name);
        Assert.Null(result.Config);
        return [.. result.Errors.Select(e => $"{Path.GetFileName(e.File)}:{e.Line} {e.KeyPath}")];
    }

    [Fact]
    public void ModelList()
    {
        var config = Good("model-list.yaml");
        Assert.Equal(["gpt-4o", "claude-sonnet", "local-llama", "text-embedding"], config.Models.Names);
        var azure = config.Models.Deployments[1];
        Assert.Equal("azure/gpt-4o-ca", azure.Model);
        Assert.Equal("https://ca.example.openai.azure.com/", azure.ApiBase);
        Assert.Equal(6, azure.Weight);
        Assert.Equal("openai/meta-llama/Llama-3.1-8B", config.Models.Deployments[3].Model);
        Assert.Equal("embedding", config.ModelInfo[config.Models.Deployments[4].Id].GetProperty("mode").GetString());
        Assert.True(config.DropParams);
        Assert.NotNull(config.MasterKey);
    }

    [Theory]
    [InlineData("weight")]
    [InlineData("rpm")]
    public void Weights_that_are_all_0_share_evenly(string key)
    {
        using var folder = new ConfigFolder();
        var config = folder.Good(
            $"model_list: [{{model_name: a, litellm_params: {{model: gpt-4o, {key}: 0}}}}, {{model_name: a, litellm_params: {{model: gpt-4.1, {key}: 0}}}}]"
        );
        Assert.Equal([1, 1], config.Models.Deployments.Select(d => d.Weight));
    }

    [Fact]
    public void LoadBalancing()
    {
        var config = Good("load-balancing.yaml");
        Assert.Equal([900, 100, 9, 1, 3000, 1000], config.Models.Deployments.Take(6).Select(d => d.Weight));
        Assert.Equal("org-other", config.Models.Deployments[3].Headers["OpenAI-Organization"]);
        Assert.Equal(["gpt-3.5-turbo", "weighted", "by-tokens", "gpt-4"], config.Models.Names);
        // An alias is the same deployments by another name: a pause of one holds for both.
        Assert.Equal(
            config.Models.Deployments.Where(d => d.ModelName == "gpt-3.5-turbo").Select(d => d.Id),
            config.Models.Deployments.Where(d => d.ModelName == "gpt-4").Select(d => d.Id)
        );
        Assert.True(config.Models.Find("quiet").IsKnown);
        var options = config.ToClientOptions();
        Assert.Equal(2, options.NumRetries);
        Assert.Equal(3, options.AllowedFails);
        Assert.Equal(TimeSpan.FromSeconds(30), options.Timeout);
        Assert.Equal(TimeSpan.FromSeconds(30), options.CooldownTime);
    }

    [Fact]
    public void Fallbacks()
    {
        var options = Good("fallbacks.yaml").ToClientOptions();
        Assert.Equal(["gpt-3.5-turbo"], options.Fallbacks["zephyr-beta"]);
        Assert.Equal(["gpt-3.5-turbo-16k"], options.ContextWindowFallbacks["gpt-3.5-turbo"]);
        Assert.Equal(["claude-opus"], options.ContentPolicyFallbacks["gpt-3.5-turbo"]);
        Assert.Equal(["claude-opus"], options.DefaultFallbacks);
        Assert.Equal(3, options.NumRetries);
        Assert.Equal(TimeSpan.FromSeconds(10), options.Timeout);
    }

    [Theory]
    [InlineData("anthropic/claude-sonnet-4-5", "anthropic/*")]
    [InlineData("openai/gpt-4o", "openai/gpt-4*")]
    [InlineData("openai/o3", "*")]
    [InlineData("fo::hi::static::hi", "fo::*:static::*")]
    [InlineData("whatever", "*")]
    public void Wildcards(string model, string pattern) =>
        Assert.Equal(new ModelMatch(pattern, null), Good("wildcards.yaml").Models.Find(model));

    [Fact]
    public void A_wildcard_of_a_missing_provider_is_listed_but_not_served()
    {
        var config = Good("wildcards.yaml");
        Assert.Contains("gemini/*", config.Models.Names);
        var match = config.Models.Find("gemini/gemini-2.5-pro");
        Assert.Equal("gemini/*", match.Group);
        Assert.Contains("gemini isn't built in yet", match.Unsupported!.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(config.Models.Deployments, d => d.ModelName == "gemini/*");
    }

    [Fact]
    public void CustomCallbacks()
    {
        var config = Good("custom-callbacks.yaml");
        Assert.True(config.TurnOffMessageLogging);
        Assert.Equal(
            [
                ("custom_callbacks.proxy_handler_instance", CallbackEvents.All, 8, 14),
                ("langfuse", CallbackEvents.Success | CallbackEvents.Failure, 9, 22),
                ("audit", CallbackEvents.Success, 9, 34),
            ],
            config.Callbacks.Select(c => (c.Name, c.Events, c.Line, c.Column))
        );
        Assert.Equal(
            """{"callback_type":"generic_api","endpoint":"https://audit.example/v1/events","headers":{"Authorization":"Bearer geheim"},"event_types":["llm_api_success","llm_api_failure"],"timeout":2.5,"verify":"yes"}""",
            config.Callbacks[2].Settings!.Value.GetRawText()
        );
        Assert.Null(config.Callbacks[0].Settings);
        Assert.EndsWith("custom-callbacks.yaml", config.Callbacks[0].File, StringComparison.Ordinal);
    }

    [Fact]
    public void KeySettings_refuse() =>
        Assert.Equal(
            [
                "key-settings.yaml:9 litellm_settings.max_budget",
                "key-settings.yaml:10 litellm_settings.budget_duration",
                "key-settings.yaml:11 litellm_settings.default_internal_user_params",
                "key-settings.yaml:14 litellm_settings.upperbound_key_generate_params",
                "key-settings.yaml:18 litellm_settings.key_generation_settings",
                "key-settings.yaml:25 general_settings.custom_key_generate",
                "key-settings.yaml:26 general_settings.allowed_ips",
            ],
            Errors("key-settings.yaml")
        );

    [Fact]
    public void KeySettings_start_when_that_is_accepted()
    {
        using var folder = new ConfigFolder();
        folder.Options = folder.Options with
        {
            AcceptUnenforced = new HashSet<string>
            {
                "max_budget",
                "budget_duration",
                "litellm_settings.default_internal_user_params",
                "upperbound_key_generate_params",
                "key_generation_settings",
                "custom_key_generate",
                "general_settings.allowed_ips",
            },
        };
        Assert.NotNull(Load(folder, "key-settings.yaml").Config);
    }

    [Fact]
    public void Guardrails_refuse() =>
        Assert.Equal(
            [
                "guardrails.yaml:6 guardrails",
                "guardrails.yaml:13 general_settings.enable_jwt_auth",
                "guardrails.yaml:14 general_settings.enforce_user_param",
                "guardrails.yaml:15 general_settings.global_max_parallel_requests",
            ],
            Errors("guardrails.yaml")
        );

    [Fact]
    public async Task AzureWithBaseModelAndPrices()
    {
        var config = Good("azure-base-model.yaml");
        var azure = config.Models.Deployments[0];
        Assert.Equal("azure-eu-1", azure.Id);
        Assert.Equal("azure/gpt-4o", azure.BaseModel);
        Assert.Equal("2024-10-21", azure.ApiVersion);
        Assert.Equal(TimeSpan.FromSeconds(300), azure.Timeout);
        Assert.Equal(TimeSpan.FromSeconds(60), azure.StreamTimeout);
        Assert.Null(azure.Price);

        var priced = config.Models.Deployments[1];
        var price = priced.Price!;
        Assert.Equal(
            "421 520 100",
            $"{price.InputPerMillionTokens} {price.OutputPerMillionTokens} {price.CachedInputPerMillionTokens}"
        );
        Assert.Equal("search", priced.Headers["x-team"]);
        Assert.True(priced.ApiKey!.IsToken);
        Assert.Equal("token-geheim", await priced.ApiKey.RevealAsync(TestContext.Current.CancellationToken));

        var half = config.Models.Deployments[2].Price!;
        var listed = PriceCatalogue.Default.Find("openai", "gpt-4o", TimeProvider.System.GetUtcNow())!;
        Assert.Equal(1, half.InputPerMillionTokens);
        Assert.Equal(listed.OutputPerMillionTokens, half.OutputPerMillionTokens);
        Assert.Null(half.CatalogueVersion);
    }

    [Fact]
    public async Task EnvironmentVariables()
    {
        var config = Good("environment-variables.yaml");
        Assert.Equal(
            ["OPENAI_API_KEY", "AZURE_API_BASE", "REDIS_PORT", "COPY_OF_MASTER"],
            config.Variables.Values.Keys
        );
        var deployment = config.Models.Deployments[0];
        Assert.Equal("https://eu.example.openai.azure.com", deployment.ApiBase);
        // The file's own value wins over the process's.
        Assert.Equal("sk-in-the-file", await deployment.ApiKey!.RevealAsync(TestContext.Current.CancellationToken));
        Assert.Equal("sk-master-geheim", await config.MasterKey!.RevealAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Caching()
    {
        var config = Good("caching.yaml");
        Assert.Equal(new CacheSettings(TimeSpan.FromSeconds(600), DefaultOff: true, null), config.Cache);
        Assert.IsType<InMemoryCallCache>(config.ToClientOptions().Cache);
        var kept = new InMemoryCallCache();
        Assert.Same(kept, config.ToClientOptions(cache: kept).Cache);
    }

    [Fact]
    public void CachingInRedis_refuses() =>
        Assert.Equal(["caching-redis.yaml:9 litellm_settings.cache_params.type"], Errors("caching-redis.yaml"));

    [Fact]
    public void Include()
    {
        using var folder = new ConfigFolder();
        var result = Load(folder, "include.yaml");
        Assert.Equal(["first", "second"], result.Config!.Models.Names);
        Assert.NotNull(result.Config.MasterKey);
        Assert.Equal(2, result.Files.Count);
        var warning = Assert.Single(result.Diagnostics);
        Assert.EndsWith("models.yaml", warning.File, StringComparison.Ordinal);
        Assert.Equal("general_settings.database_connection_pool_limit", warning.KeyPath);
    }

    [Fact]
    public void Anchors()
    {
        using var folder = new ConfigFolder();
        var result = Load(folder, "anchors.yaml");
        var deployments = result.Config!.Models.Deployments;
        Assert.All(deployments, d => Assert.Equal("https://eu.example.openai.azure.com", d.ApiBase));
        Assert.Equal([30, 60], deployments.Select(d => d.Timeout!.Value.TotalSeconds));
        Assert.Equal("2024-10-21", deployments[1].ApiVersion);
        Assert.Equal("defaults", Assert.Single(result.Diagnostics).KeyPath);
    }

    [Fact]
    public void Every_example_is_tested()
    {
        var text = File.ReadAllText(
            Path.Combine(ConfigFolder.Root, "tests/Callgate.Gateway.Tests/Configuration/ExampleConfigTests.cs")
        );
        Assert.All(
            Directory.GetFiles(ConfigFolder.Examples, "*.yaml"),
            f => Assert.Contains($"\"{Path.GetFileName(f)}\"", text, StringComparison.Ordinal)
        );
    }
}
