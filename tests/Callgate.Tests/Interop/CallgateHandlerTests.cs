using Callgate.Testing;
using Microsoft.Extensions.Logging;

namespace Callgate.Tests.Interop;

/// <summary>How a handler is made, what goes along with a call, and what it can be told.</summary>
public sealed class CallgateHandlerTests : IAsyncLifetime
{
    private HandlerFixture _fixture = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _fixture = await HandlerFixture.StartAsync();

    public async ValueTask DisposeAsync() => await _fixture.DisposeAsync();

    [Fact]
    public async Task OptionsOfTheRequestAndOfTheScope_GoAlong()
    {
        using var request = _fixture.Post(HandlerFixture.Ask);
        request.SetCallgate(new CallOptions { Metadata = new Dictionary<string, object?> { ["a"] = 1 } });
        using (CallgateHandler.With(new CallOptions { Tags = ["outer"], SessionId = "s0" }))
        using (CallgateHandler.With(new CallOptions { Tags = ["inner"], SessionId = "s1" }))
        {
            (await _fixture.Http.SendAsync(request, Token)).Dispose();
        }

        (await _fixture.Http.SendAsync(_fixture.Post(HandlerFixture.Ask), Token)).Dispose();
        var calls = (await _fixture.EventsAsync(2)).Select(e => e.Call!).ToList();

        // Which of the two is seen first is open: a logging hook may let a later call's event overtake.
        var inScope = Assert.Single(calls, c => c.LitellmParams.SessionId is not null);
        Assert.Equal(["outer", "inner"], inScope.Tags);
        Assert.Equal("s1", inScope.LitellmParams.SessionId);
        Assert.Equal(1, inScope.Metadata["a"]);
        var outside = Assert.Single(calls, c => c.LitellmParams.SessionId is null);
        Assert.Empty(outside.Tags);
        Assert.Empty(outside.Metadata);
    }

    [Fact]
    public async Task CallbacksOfTheScope_AreCalled()
    {
        var own = new RecordingLogger();
        using (CallgateHandler.With(new CallOptions { Callbacks = [own] }))
        {
            (await _fixture.Http.SendAsync(_fixture.Post(HandlerFixture.Ask), Token)).Dispose();
        }

        await own.WaitForAsync(l => l.Successes.Count == 1, Token);
    }

    [Fact]
    public async Task OwnClient_IsFlushedWithTheHandler()
    {
        var options = new LlmClientOptions { FlushTimeout = Patience.Limit };
        options.Callbacks.Add(_fixture.Log);
        using (var http = new HttpClient(new CallgateHandler(options)))
        {
            (await http.SendAsync(_fixture.Post(HandlerFixture.Ask), Token)).Dispose();
        }

        Assert.Single(_fixture.Log.Successes);
    }

    [Fact]
    public async Task SharedClient_OutlivesTheHandler()
    {
        _fixture.Http.Dispose();
        await _fixture.Client.CompleteAsync("gpt-4o", [Wire.Message.User("Hello")], null, Token);

        await _fixture.EventAsync();
    }

    [Fact]
    public async Task InnerHandler_IsFreeUntilTheFirstRequest()
    {
        // IHttpClientFactory refuses handlers that have one.
        var handler = new CallgateHandler(_fixture.Client);
        Assert.Null(handler.InnerHandler);
        using var http = new HttpClient(handler);
        (await http.SendAsync(_fixture.Post(HandlerFixture.Ask), Token)).Dispose();

        Assert.IsType<HttpClientHandler>(handler.InnerHandler);
    }

    [Fact]
    public async Task WithoutCallbacks_NothingIsRead()
    {
        await using var client = new LlmClient();
        var reply = new HttpResponseMessage { Content = new StringContent("{}") };
        using var http = new HttpMessageInvoker(new CallgateHandler(client, new StubHandler(_ => reply)));
        using var request = _fixture.Post(HandlerFixture.Ask);
        var given = reply.Content;

        Assert.Same(reply, await http.SendAsync(request, Token));
        Assert.Same(given, reply.Content);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("no JSON")]
    [InlineData("")]
    [InlineData("""{"model":"gpt-4o","messages":[null]}""")]
    [InlineData("""{"model":7,"messages":"x"}""")]
    public async Task RequestThatMakesNoSense_IsSentAndSeen(string body)
    {
        using var reply = await _fixture.Http.SendAsync(_fixture.Post(body), Token);
        using var claude = await _fixture.Http.SendAsync(_fixture.Post(body, "/v1/messages"), Token);

        Assert.Equal([body, body], _fixture.Provider.Requests.Select(r => r.BodyText));
        foreach (var each in await _fixture.EventsAsync(2))
        {
            Assert.Equal(body, each.Call!.AdditionalArgs.CompleteInput);
            Assert.Empty(each.Call.Messages);
        }
    }

    [Theory]
    [InlineData("/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21", "azure", "my gpt")]
    [InlineData("/openai/deployments/my-gpt/chat/completions/", "azure", "my-gpt")]
    [InlineData("/some/proxy/v1/chat/completions", "openai", "gpt-4o")]
    public async Task Address_SaysWhoIsCalled(string path, string provider, string model)
    {
        using var http = new HttpClient(
            new CallgateHandler(
                _fixture.Client,
                new StubHandler(_ => new HttpResponseMessage { Content = new StringContent("{}") })
            )
        );
        (await http.SendAsync(_fixture.Post(HandlerFixture.Ask, path), Token)).Dispose();
        var call = (await _fixture.EventAsync()).Call!;

        Assert.Equal(provider, call.CustomLlmProvider);
        Assert.Equal(model, call.Model);
    }

    [Theory]
    [InlineData("https://api.openai.com/v1/chat/completions", "openai", "https://api.openai.com/v1")]
    [InlineData("https://x.openai.azure.com/openai/v1/embeddings", "azure", "https://x.openai.azure.com/openai/v1")]
    [InlineData("https://api.anthropic.com/v1/messages?beta=true", "anthropic", "https://api.anthropic.com")]
    [InlineData("https://user:secret@proxy.test/a/v1/messages", "anthropic", "https://proxy.test/a")]
    public void Endpoint_IsRecognised(string address, string provider, string apiBase)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        var endpoint = Callgate.Interop.Endpoint.Of(request)!;

        Assert.Equal(provider, endpoint.Provider.Name);
        Assert.Equal(apiBase, endpoint.ApiBase);
        Assert.Null(endpoint.Model);
    }

    [Fact]
    public async Task AnswerThatMakesNoSense_IsReportedOnce()
    {
        var log = new Log();
        await using var fixture = await HandlerFixture.StartAsync(configure: o => o.LoggerFactory = log);
        fixture.Provider.DefaultReply = FakeReply.Json("<html>");
        for (var i = 0; i < 3; i++)
        {
            using var reply = await fixture.Http.SendAsync(fixture.Post(HandlerFixture.Ask), Token);
            Assert.Equal("<html>", await reply.Content.ReadAsStringAsync(Token));
        }

        Assert.All(await fixture.EventsAsync(3), e => Assert.IsType<LlmServerException>(e.Call!.Exception));
        Assert.Single(log.Warnings);
    }

    [Fact]
    public void CallerTimeout_IsChecked() =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new CallgateHandler(_fixture.Client) { CallerTimeout = TimeSpan.Zero }
        );

    private sealed class StubHandler(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        ) => Task.FromResult(answer(request));
    }

    private sealed class Log : ILoggerFactory
    {
        private readonly Callbacks.CollectedLog _log = new(LogLevel.Warning);

        public IEnumerable<string> Warnings => _log.Warnings;

        public ILogger CreateLogger(string categoryName) => _log;

        public void AddProvider(ILoggerProvider provider) { }

        public void Dispose() { }
    }
}
