using Callgate.Testing;
using Callgate.Wire;

namespace Callgate.Gateway.Tests.Configuration;

/// <summary>From a file to the request that a provider gets.</summary>
public sealed class ConfiguredClientTests : IAsyncDisposable
{
    private readonly ConfigFolder _folder = new();
    private FakeProvider _provider = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _folder.Dispose();
        await _provider.DisposeAsync();
    }

    private async Task<LlmClient> ClientAsync(string yaml)
    {
        _provider = await FakeProvider.StartAsync(cancellationToken: Token);
        _folder.Variables["BASE"] = _provider.OpenAiBase;
        return new LlmClient(_folder.Good(yaml).ToClientOptions());
    }

    private static Task<ChatCompletion> AskAsync(LlmClient client, string model) =>
        client.CompleteAsync(model, [Message.User("Hi")], null, Token);

    private string ModelSent() => _provider.Requests[^1].ReadJson().GetProperty("model").GetString()!;

    [Fact]
    public async Task Key_headers_and_wildcard_arrive()
    {
        await using var client = await ClientAsync(
            """
            model_list:
              - model_name: "team/*"
                litellm_params:
                  model: openai/org/*
                  api_base: os.environ/BASE
                  api_key: os.environ/OPENAI_API_KEY
                  organization: org-1
                  extra_headers: {x-team: search}
            router_settings:
              model_group_alias: {best: team/large}
            """
        );
        await AskAsync(client, "team/small");
        Assert.Equal("org/small", ModelSent());
        Assert.Equal("Bearer sk-openai-geheim", _provider.Requests[0].Headers["Authorization"]);
        Assert.Equal("org-1", _provider.Requests[0].Headers["OpenAI-Organization"]);
        Assert.Equal("search", _provider.Requests[0].Headers["x-team"]);

        await AskAsync(client, "best");
        Assert.Equal("org/large", ModelSent());
    }

    [Fact]
    public async Task A_key_that_is_not_set_fails_its_calls_and_says_so()
    {
        await using var client = await ClientAsync(
            """
            model_list:
              - model_name: a
                litellm_params: {model: openai/a, api_base: os.environ/BASE, api_key: os.environ/NOT_SET}
            litellm_settings: {num_retries: 0}
            """
        );
        var e = await Assert.ThrowsAsync<LlmAuthenticationException>(() => AskAsync(client, "a"));
        Assert.Contains(
            "api_key needs the environment variable NOT_SET, which is not set",
            e.Message,
            StringComparison.Ordinal
        );
        // Above all: no other key went there in its place.
        Assert.Empty(_provider.Requests);
    }

    [Fact]
    public async Task Fallbacks_of_a_model_of_a_pattern_and_of_any()
    {
        await using var client = await ClientAsync(
            """
            model_list:
              - model_name: own
                litellm_params: {model: openai/own, api_base: os.environ/BASE, api_key: k}
              - model_name: "p/*"
                litellm_params: {model: "openai/p-*", api_base: os.environ/BASE, api_key: k}
              - model_name: other
                litellm_params: {model: openai/other, api_base: os.environ/BASE, api_key: k}
              - model_name: last
                litellm_params: {model: openai/last, api_base: os.environ/BASE, api_key: k}
            litellm_settings:
              num_retries: 0
              fallbacks: [{own: [other]}, {"p/*": [other]}]
              default_fallbacks: [last]
            """
        );
        _provider.Respond = r =>
            r.ReadJson().GetProperty("model").GetString() is "other" or "last" ? null : FakeReply.Error(500);
        await AskAsync(client, "own");
        Assert.Equal("other", ModelSent());
        await AskAsync(client, "p/x");
        Assert.Equal("other", ModelSent());

        _provider.Respond = r => r.ReadJson().GetProperty("model").GetString() is "last" ? null : FakeReply.Error(500);
        await AskAsync(client, "other");
        Assert.Equal("last", ModelSent());
    }
}
