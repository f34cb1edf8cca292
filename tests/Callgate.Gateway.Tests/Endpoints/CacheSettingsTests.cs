namespace Callgate.Gateway.Tests.Endpoints;

/// <summary>What the config says of the cache holds for requests that say nothing of it.</summary>
public class CacheSettingsTests
{
    private static string Ask(string cache = "") =>
        $$"""{"model":"gpt","messages":[{"role":"user","content":"Hi"}]{{(cache.Length > 0 ? $",\"cache\":{cache}" : "")}}}""";

    private static Task<GatewayHost> StartAsync(string parameters) =>
        GatewayHost.StartAsync($"{GatewayHost.Models()}\n  cache: true\n  cache_params: {{{parameters}}}");

    /// <summary>Sends the requests one after the other, and tells which of them came to the provider.</summary>
    private static async Task<bool[]> SentOnAsync(GatewayHost gateway, params string[] requests)
    {
        var sentOn = new List<bool>();
        foreach (var request in requests)
        {
            var before = gateway.Provider.RequestCount;
            Assert.Equal(200, (await gateway.SendAsync("/v1/chat/completions", request)).Status);
            sentOn.Add(gateway.Provider.RequestCount > before);
        }

        return [.. sentOn];
    }

    [Fact]
    public async Task OffByDefault_ItIsUsedByWhoAsksForIt()
    {
        await using var gateway = await StartAsync("mode: default_off");

        var sentOn = await SentOnAsync(
            gateway,
            Ask(),
            // Nothing was kept of the first.
            Ask("""{"use-cache":true}"""),
            Ask("""{"use-cache":true}"""),
            Ask(),
            Ask("""{"no-store":true,"use-cache":true}""")
        );

        Assert.Equal([true, true, false, true, false], sentOn);
    }

    [Fact]
    public async Task TheNamespace_IsEveryRequests_UnlessItBringsItsOwn()
    {
        await using var gateway = await StartAsync("namespace: ours");

        var sentOn = await SentOnAsync(
            gateway,
            Ask(),
            Ask(),
            Ask("""{"namespace":"ours"}"""),
            Ask("""{"namespace":"theirs"}""")
        );

        Assert.Equal([true, false, false, true], sentOn);
    }
}
