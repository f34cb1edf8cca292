using System.Text.Json;

namespace Callgate.Gateway.Tests.Configuration;

/// <summary>Configs after LiteLLM's documentation start the gateway as they are, or refuse with what to do.</summary>
public class ExampleStartTests
{
    /// <summary>Those that refuse, and the key or name that they refuse for.</summary>
    private static readonly Dictionary<string, string> s_refused = new(StringComparer.Ordinal)
    {
        ["caching-redis.yaml"] = "cache_params.type",
        ["guardrails.yaml"] = "guardrails",
        ["key-settings.yaml"] = "--accept-unenforced",
        ["custom-callbacks.yaml"] = "'langfuse' is built into LiteLLM",
    };

    public static TheoryData<string> Examples =>
        new(Directory.GetFiles(ConfigFolder.Examples, "*.yaml").Select(f => Path.GetFileName(f)!));

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task AnExample_Starts_OrSaysWhyNot(string name)
    {
        var file = Path.Combine(ConfigFolder.Examples, name);
        if (s_refused.TryGetValue(name, out var why))
        {
            var refused = await Assert.ThrowsAsync<GatewayStartException>(async () =>
            {
                await using var never = await StartAsync(file);
            });
            Assert.Contains(why, refused.Message, StringComparison.Ordinal);
            Assert.Matches(@"\.yaml:\d+:\d+: error: ", refused.Message);
            return;
        }

        await using var gateway = await StartAsync(file);

        using var client = gateway.NewClient(
            gateway.Server.Current.Config.MasterKey is { } own
                ? await own.RevealAsync(TestContext.Current.CancellationToken)
                : GatewayHost.MasterKey
        );
        var models = await client.GetStringAsync("/v1/models", TestContext.Current.CancellationToken);
        Assert.NotEmpty(JsonElement.Parse(models).GetProperty("data").EnumerateArray());
    }

    // Every variable is set: addresses to an address, keys to something like a key.
    private static Task<GatewayHost> StartAsync(string file) =>
        GatewayHost.StartAsync(configure: o =>
        {
            o.ConfigFile = file;
            o.Environment = name =>
                name.Contains("BASE", StringComparison.Ordinal) || name.Contains("URL", StringComparison.Ordinal)
                    ? "http://127.0.0.1:1"
                    : $"sk-of-the-variable-{name}";
        });
}
