namespace Callgate.Gateway.Node.Tests;

/// <summary>
/// Clients of Node.js against the gateway: OpenAI's and Anthropic's SDKs, the Vercel AI SDK and LangChain.js. Each script of
/// <c>Scripts</c> runs once and tells how its cases went; each case is a test here.
/// </summary>
public class NodeTests
{
    private static readonly Lazy<Task<IReadOnlyDictionary<string, string?>>> s_outcomes = new(() =>
        NodeScripts.RunAsync("openai", "anthropic", "vercel", "langchain")
    );

    public static async Task<IEnumerable<TheoryDataRow<string>>> Cases() =>
        (await s_outcomes.Value).Keys.Select(id => new TheoryDataRow<string>(id));

    [Theory]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public async Task Case(string id)
    {
        var error = (await s_outcomes.Value)[id];
        Assert.True(error is null, error);
    }
}
