using Callgate.Testing;
using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Tests.Interop;

public sealed class AsIChatClientTests : IAsyncLifetime
{
    private readonly RecordingLogger _log = new();
    private FakeProvider _provider = null!;
    private LlmClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _provider = await FakeProvider.StartAsync(cancellationToken: Token);
        _client = new LlmClient(
            new LlmClientOptions
            {
                Callbacks = [_log],
                ApiKeys = { ["openai"] = new Secret("k") },
                ApiBases = { ["openai"] = _provider.OpenAiBase },
                NumRetries = 0,
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task ACall_GoesOutAsOpenAIsJson()
    {
        var chat = _client.AsIChatClient("openai/gpt-4o", new CallOptions { Tags = ["always"] });

        var response = await chat.GetResponseAsync(
            "Hello",
            new ChatOptions { Temperature = 0.2f, ConversationId = "c1" }.WithCallgate(tags: ["now"]),
            Token
        );
        await _client.FlushPatientlyAsync();

        JsonText.Same(
            """{"model":"gpt-4o","messages":[{"role":"user","content":"Hello"}],"temperature":0.2}""",
            _provider.Requests[0].BodyText
        );
        Assert.Equal("Hello from gpt-4o (mock).", response.Text);
        Assert.NotNull(response.Usage);
        var completion = Assert.IsType<ChatCompletion>(response.RawRepresentation);
        Assert.True(completion.HiddenParams.ResponseCost > 0);
        var call = Assert.Single(_log.Successes).Call!;
        Assert.Equal(["always", "now"], call.Tags);
        Assert.Equal("c1", call.LitellmParams.SessionId);
    }

    [Fact]
    public async Task AStream_AddsUpToTheSameAnswer()
    {
        var chat = _client.AsIChatClient("openai/gpt-4o");

        var updates = await chat.GetStreamingResponseAsync("Hello", cancellationToken: Token).ToListAsync(Token);

        Assert.Equal("Hello from gpt-4o (mock).", updates.ToChatResponse().Text);
        Assert.Equal(ChatFinishReason.Stop, updates.ToChatResponse().FinishReason);
        Assert.All(updates, u => Assert.IsType<ChatChunk>(u.RawRepresentation));
    }

    [Fact]
    public async Task AStream_ReportsItsUsage()
    {
        var response = await _client
            .AsIChatClient("openai/gpt-4o")
            .GetStreamingResponseAsync("Hello", cancellationToken: Token)
            .ToChatResponseAsync(Token);

        Assert.True(response.Usage?.OutputTokenCount > 0);
    }

    [Fact]
    public async Task AStreamThatIsBrokenOff_EndsItsCall()
    {
        await foreach (
            var _ in _client.AsIChatClient("openai/gpt-4o").GetStreamingResponseAsync("Hello", cancellationToken: Token)
        )
        {
            break;
        }

        await _client.FlushPatientlyAsync();

        Assert.Equal(CallOutcome.ClientAborted, Assert.Single(_log.Failures).Call!.Outcome);
    }

    [Fact]
    public async Task FunctionInvocation_Works()
    {
        _provider.Enqueue(
            FakeReply.Json(
                """
                {"id":"1","object":"chat.completion","created":1,"model":"gpt-4o","choices":[{"index":0,"finish_reason":"tool_calls",
                 "message":{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"weather","arguments":"{ \"city\": \"Köln\" }"}}]}}],
                 "usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}
                """
            )
        );
        var chat = _client.AsIChatClient("openai/gpt-4o").AsBuilder().UseFunctionInvocation().Build();

        await chat.GetResponseAsync(
            "Weather?",
            new ChatOptions { Tools = [AIFunctionFactory.Create((string city) => $"sunny in {city}", "weather")] },
            Token
        );

        using var second = System.Text.Json.JsonDocument.Parse(_provider.Requests[1].BodyText);
        JsonText.Same(
            """
            [{"role":"user","content":"Weather?"},
             {"role":"assistant","tool_calls":[{"id":"call_1","type":"function","function":{"name":"weather","arguments":"{ \"city\": \"Köln\" }"}}]},
             {"role":"tool","content":"sunny in Köln","tool_call_id":"call_1"}]
            """,
            second.RootElement.GetProperty("messages").GetRawText()
        );
    }

    [Fact]
    public async Task AnotherModel_MayBeNamedPerCall()
    {
        await _client
            .AsIChatClient("openai/gpt-4o")
            .GetResponseAsync("Hello", new ChatOptions { ModelId = "openai/gpt-4o-mini" }, Token);

        Assert.Contains("\"gpt-4o-mini\"", _provider.Requests[0].BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AValueThatItsFieldCannotHold_IsTheCallersError()
    {
        var options = new ChatOptions { AdditionalProperties = new() { ["n"] = "many" } };

        var exception = await Assert.ThrowsAsync<ArgumentException>(() =>
            _client.AsIChatClient("openai/gpt-4o").GetResponseAsync("Hello", options, Token)
        );

        Assert.Contains("$.n", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposing_LeavesTheClientRunning()
    {
        var chat = _client.AsIChatClient("mock/gpt-4o");
        chat.Dispose();

        Assert.Equal(
            "Hello from gpt-4o (mock).",
            (await chat.GetResponseAsync("Hello", cancellationToken: Token)).Text
        );
    }

    [Fact]
    public void Services()
    {
        var chat = _client.AsIChatClient("openai/gpt-4o");

        Assert.Same(_client, chat.GetService<LlmClient>());
        Assert.Same(chat, chat.GetService<IChatClient>());
        var metadata = chat.GetService<ChatClientMetadata>()!;
        Assert.Equal(("openai", "openai/gpt-4o"), (metadata.ProviderName, metadata.DefaultModelId));
        Assert.Null(chat.GetService<LlmClient>("key"));
        Assert.Same(_client, _client.AsIEmbeddingGenerator("e").GetService<LlmClient>());
    }

    [Fact]
    public async Task Embeddings()
    {
        var generator = _client.AsIEmbeddingGenerator("openai/text-embedding-3-small");

        var embeddings = await generator.GenerateAsync(
            ["a", "b"],
            new EmbeddingGenerationOptions().WithCallgate(tags: ["t"]),
            Token
        );
        await _client.FlushPatientlyAsync();

        Assert.Equal(2, embeddings.Count);
        Assert.NotEqual(0, embeddings[0].Vector.Length);
        Assert.Equal(["t"], Assert.Single(_log.Successes).Call!.Tags);
        Assert.Empty(await generator.GenerateAsync([], cancellationToken: Token));
    }
}
