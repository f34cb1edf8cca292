using System.ClientModel;
using System.ClientModel.Primitives;
using Anthropic;
using Callgate.Testing;
using Microsoft.Extensions.AI;
using OpenAI;

namespace Callgate.Tests.ExtensionsAI;

/// <summary>UseCallgate around the vendors' own packages, which talk to a fake provider over HTTP.</summary>
public sealed class OfficialSdkTests : IAsyncLifetime
{
    private readonly RecordingLogger _log = new();
    private FakeProvider _provider = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private OpenAIClient OpenAi =>
        new(
            new ApiKeyCredential("k"),
            new OpenAIClientOptions
            {
                Endpoint = new Uri(_provider.OpenAiBase),
                RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            }
        );

    public async ValueTask InitializeAsync() => _provider = await FakeProvider.StartAsync(cancellationToken: Token);

    public async ValueTask DisposeAsync() => await _provider.DisposeAsync();

    private IChatClient Chat(IChatClient inner) => inner.AsBuilder().UseCallgate(Recorded).Build();

    private void Recorded(CallgateBuilder callgate)
    {
        callgate.FlushTimeout = Patience.Limit;
        callgate.AddCallback(_log);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OpenAi_Success(bool streamed)
    {
        string text;
        using (var client = Chat(OpenAi.GetChatClient("gpt-4o").AsIChatClient()))
        {
            text = await Ask(client, streamed);
        }

        Assert.Equal("Hello from gpt-4o (mock).", text);
        var success = Assert.Single(_log.Successes);
        Assert.Equal(text, success.Response!.Text);
        Assert.Equal(("openai", "gpt-4o"), (success.Call!.CustomLlmProvider, success.Call.Model));
        Assert.Equal(CostStatus.Computed, success.Call.Cost!.Status);
        Assert.True(success.Call.ResponseCost > 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OpenAi_CachedTokens_SetThePrice(bool streamed)
    {
        _provider.DefaultReply = FakeReply.Mock() with
        {
            UsageOverride =
                """{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"prompt_tokens_details":{"cached_tokens":800}}""",
        };
        using (var client = Chat(OpenAi.GetChatClient("gpt-4o").AsIChatClient()))
        {
            await Ask(client, streamed);
        }

        // $2.50 a million in, $1.25 cached, $10 out.
        Assert.Equal(0.0005m + 0.001m + 0.001m, Assert.Single(_log.Successes).Call!.ResponseCost);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OpenAi_Failure_KeepsTheSdksException(bool streamed)
    {
        _provider.DefaultReply = FakeReply.Error(429);
        Exception? thrown;
        using (var client = Chat(OpenAi.GetChatClient("gpt-4o").AsIChatClient()))
        {
            thrown = await Record.ExceptionAsync(() => Ask(client, streamed));
        }

        Assert.Equal(429, Assert.IsType<ClientResultException>(thrown).Status);
        var failure = Assert.Single(_log.Failures);
        Assert.Same(thrown, failure.Call!.Exception);
        Assert.Empty(_log.Successes);
    }

    [Fact]
    public async Task OpenAi_AStreamThatBreaks_IsAFailureWithWhatCame()
    {
        _provider.DefaultReply = FakeReply.Mock() with { ResetAfterBytes = 600, SplitEvery = 100 };
        using (var client = Chat(OpenAi.GetChatClient("gpt-4o").AsIChatClient()))
        {
            Assert.NotNull(await Record.ExceptionAsync(() => Ask(client, streamed: true)));
        }

        Assert.NotEmpty(Assert.Single(_log.Failures).Response!.Text);
        Assert.Empty(_log.Successes);
    }

    [Fact]
    public async Task OpenAi_Embeddings()
    {
        var generator = OpenAi
            .GetEmbeddingClient("text-embedding-3-small")
            .AsIEmbeddingGenerator()
            .AsBuilder()
            .UseCallgate(Recorded)
            .Build();
        GeneratedEmbeddings<Embedding<float>> embeddings;
        using (generator)
        {
            embeddings = await generator.GenerateAsync(
                ["a", "b"],
                new EmbeddingGenerationOptions().WithCallgate(tags: ["t"]),
                Token
            );
        }

        Assert.Equal(2, embeddings.Count);
        var success = Assert.Single(_log.Successes);
        Assert.Equal(("aembedding", "openai"), (success.Call!.CallType, success.Call.CustomLlmProvider));
        Assert.Equal(["a", "b"], success.Call.Input);
        Assert.Equal(["t"], success.Call.Tags);
        Assert.True(success.Call.ResponseCost > 0);
        Assert.Equal(2, Assert.IsType<Wire.EmbeddingResponse>(success.Response).Data.Count);
        Assert.DoesNotContain("callgate", _provider.Requests[0].BodyText, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Anthropic_CacheWrites_SetThePrice(bool streamed)
    {
        _provider.DefaultReply = FakeReply.Mock() with
        {
            UsageOverride =
                """{"input_tokens":100,"output_tokens":10,"cache_read_input_tokens":1000,"cache_creation_input_tokens":2000}""",
        };
        using var anthropic = new AnthropicClient
        {
            ApiKey = "k",
            BaseUrl = _provider.AnthropicBase,
            MaxRetries = 0,
        };
        using (var client = Chat(anthropic.AsIChatClient("claude-sonnet-4-5")))
        {
            await Ask(client, streamed);
        }

        var call = Assert.Single(_log.Successes).Call!;
        Assert.Equal(("anthropic", "claude-sonnet-4-5"), (call.CustomLlmProvider, call.Model));
        // $3 a million in, $0.30 read, $3.75 written, $15 out.
        Assert.Equal(0.0003m + 0.0003m + 0.0075m + 0.00015m, call.ResponseCost);
    }

    private static async Task<string> Ask(IChatClient client, bool streamed) =>
        streamed
            ? (
                await client.GetStreamingResponseAsync("Hello", cancellationToken: Token).ToChatResponseAsync(Token)
            ).Text
            : (await client.GetResponseAsync("Hello", cancellationToken: Token)).Text;
}
