namespace Callgate.Tests.BadInput;

/// <summary>What can be wrong about where a call goes: addresses, keys, headers, model names.</summary>
public class BadTargetTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [Documented(
        "An address that is no absolute http or https URL, or holds credentials",
        nameof(LlmBadRequestException)
    )]
    [InlineData("")]
    [InlineData("localhost:8080")]
    [InlineData("ftp://example.com")]
    [InlineData("http://")]
    [InlineData("http://[::1")]
    [InlineData("http://host:99999/v1")]
    [InlineData("/v1")]
    [InlineData("https://user:" + Trial.Key + "@example.com/v1")]
    public async Task BadUrl(string url)
    {
        await using var trial = new Trial();
        var e = await trial.FailsAsync<LlmBadRequestException>(
            () => trial.CompleteAsync(new CallOptions { ApiBase = url }),
            "absolute http or https",
            CallOutcome.Rejected
        );
        Assert.Equal("invalid_api_base", e.Code);

        var atStart = Assert.Throws<LlmBadRequestException>(() =>
            new LlmClient(
                new LlmClientOptions
                {
                    Deployments =
                    {
                        new Deployment
                        {
                            ModelName = "m",
                            Model = "openai/m",
                            ApiBase = url,
                        },
                    },
                }
            )
        );
        Trial.AssertSafe(atStart.ToString());
    }

    [Fact]
    [Documented("A provider whose address is nowhere set", nameof(LlmBadRequestException))]
    public async Task NoUrl()
    {
        Assert.SkipWhen(
            Environment.GetEnvironmentVariable("AZURE_API_BASE") is { Length: > 0 },
            "The environment has one."
        );
        await using var trial = new Trial(configure: o => o.ApiBases.Clear());
        await trial.FailsAsync<LlmBadRequestException>(
            () => trial.Client.CompleteAsync("azure/x", Trial.Messages, null, Token),
            "AZURE_API_BASE",
            CallOutcome.Rejected
        );
    }

    [Fact]
    [Documented("No key", nameof(LlmAuthenticationException))]
    public async Task NoKey()
    {
        Assert.SkipWhen(
            Environment.GetEnvironmentVariable("OPENAI_API_KEY") is { Length: > 0 },
            "The environment has one."
        );
        await using var trial = new Trial(configure: o => o.ApiKeys.Clear());
        var e = await trial.FailsAsync<LlmAuthenticationException>(
            () => trial.CompleteAsync(),
            "OPENAI_API_KEY",
            CallOutcome.Rejected
        );
        Assert.Equal("missing_api_key", e.Code);
        Assert.Equal(0, trial.Requests);
    }

    [Theory]
    [Documented("A key that no header can carry", nameof(LlmAuthenticationException))]
    [InlineData(Trial.Key + "\nX-Injected: yes")]
    [InlineData(Trial.Key + "\r")]
    [InlineData("ключ-" + Trial.Key)]
    public async Task UnusableKey(string key)
    {
        await using var trial = new Trial();
        foreach (var model in (string[])["openai/gpt-4o", "azure/gpt-4o", "anthropic/claude-sonnet-4-5"])
        {
            var e = await trial.FailsAsync<LlmAuthenticationException>(
                () => trial.Client.CompleteAsync(model, Trial.Messages, new CallOptions { ApiKey = key }, Token),
                "key"
            );
            Assert.Equal("invalid_api_key", e.Code);
        }

        Assert.Equal(0, trial.Requests);
    }

    [Fact]
    [Documented("A delegate for the token that fails, or gives nothing", nameof(LlmAuthenticationException))]
    public async Task FailingToken()
    {
        await using var trial = new Trial();
        foreach (
            var secret in (Secret[])
                [
                    new(_ => throw new InvalidOperationException("No token.")),
                    new(_ => ValueTask.FromResult<string>(null!)),
                    new(_ => ValueTask.FromResult(" ")),
                ]
        )
        {
            var e = await trial.FailsAsync<LlmAuthenticationException>(
                () => trial.CompleteAsync(new CallOptions { ApiKey = secret }),
                "token",
                CallOutcome.Rejected
            );
            Assert.Equal("token_unavailable", e.Code);
        }

        Assert.Equal(0, trial.Requests);
    }

    [Theory]
    [Documented("A header that cannot be sent", nameof(LlmBadRequestException))]
    [InlineData("X-Trace", "a\r\nX-Injected: " + Trial.Key)]
    [InlineData("X-Trace", "a\nb")]
    [InlineData("X-Trace", "a\0b")]
    [InlineData("X-Trace", null)]
    [InlineData("X Trace", "a")]
    [InlineData("", "a")]
    [InlineData("X-Trace:", "a")]
    [InlineData("Content-Type", "text/plain")]
    [InlineData("Content-Length", "3")]
    public async Task BadHeader(string name, string? value)
    {
        await using var trial = new Trial();
        var e = await trial.FailsAsync<LlmBadRequestException>(
            () => trial.CompleteAsync(new CallOptions { Headers = new Dictionary<string, string> { [name] = value! } }),
            "header"
        );
        Assert.Equal("invalid_header", e.Code);
        Assert.Equal(0, trial.Requests);
    }

    [Theory]
    [Documented("A deployment name of Azure's that is . or ..", nameof(LlmBadRequestException))]
    [InlineData(".")]
    [InlineData("..")]
    public async Task AzureDots(string model)
    {
        await using var trial = new Trial();
        await trial.FailsAsync<LlmBadRequestException>(
            () => trial.Client.CompleteAsync($"azure/{model}", Trial.Messages, null, Token),
            "deployment",
            CallOutcome.Rejected
        );
        Assert.Equal(0, trial.Requests);
    }

    [Theory]
    [Documented("A model name with /, ?, # or line breaks", "No error: it is sent escaped")]
    [InlineData("../admin")]
    [InlineData("a/../../admin")]
    [InlineData("x?api-version=evil&y")]
    [InlineData("x#fragment")]
    [InlineData("x\r\ny")]
    [InlineData("%2e%2e")]
    [InlineData("..%2f..")]
    [InlineData("x y")]
    [InlineData("\ud83d")]
    public async Task HostileModelName(string model)
    {
        Uri? url = null;
        await using var trial = new Trial(request =>
        {
            url = request.RequestUri;
            return StubHandler.Json(Trial.Good);
        });
        await trial.Client.CompleteAsync($"azure/{model}", Trial.Messages, null, Token);
        await trial.EndAsync();

        var path = url!.AbsolutePath;
        Assert.StartsWith("/openai/deployments/", path, StringComparison.Ordinal);
        Assert.EndsWith("/chat/completions", path, StringComparison.Ordinal);
        Assert.Equal(5, path.Count(c => c == '/'));
        Assert.Equal("?api-version=2024-10-21", url.Query);
        Assert.Equal("", url.Fragment);
        Assert.Equal("resource.test", url.Host);

        await trial.Client.CompleteAsync($"openai/{model}", Trial.Messages, null, Token);
        await trial.EndAsync();
        Assert.Equal("https://api.openai.com/v1/chat/completions", url.AbsoluteUri);
    }
}
