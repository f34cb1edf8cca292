using System.ClientModel;
using System.ClientModel.Primitives;
using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;
using Callgate.Testing;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;

namespace Callgate.Tests.Testing;

/// <summary>The fake provider passes for the real ones with their own SDKs.</summary>
public sealed class FakeProviderSdkTests : IAsyncLifetime
{
    private FakeProvider _provider = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static MessageCreateParams Ask =>
        new()
        {
            Model = "claude-sonnet-4-5",
            MaxTokens = 100,
            Messages = [new UserMessageParam("Hello")],
        };

    private OpenAIClientOptions OpenAi =>
        new() { Endpoint = new Uri(_provider.OpenAiBase), RetryPolicy = new ClientRetryPolicy(maxRetries: 0) };

    private ChatClient Chat => new("gpt-4o", new ApiKeyCredential("k"), OpenAi);

    private AnthropicClient Claude =>
        new()
        {
            ApiKey = "k",
            BaseUrl = _provider.AnthropicBase,
            MaxRetries = 0,
        };

    public async ValueTask InitializeAsync() => _provider = await FakeProvider.StartAsync(cancellationToken: Token);

    public async ValueTask DisposeAsync() => await _provider.DisposeAsync();

    [Fact]
    public async Task OpenAi_Unary()
    {
        OpenAI.Chat.ChatCompletion completion = await Chat.CompleteChatAsync(["Hello"], cancellationToken: Token);

        Assert.Equal("Hello from gpt-4o (mock).", completion.Content[0].Text);
        Assert.Equal("Bearer k", _provider.Requests[0].Headers["Authorization"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    [InlineData(5)]
    public async Task OpenAi_Stream(int? splitEvery)
    {
        _provider.DefaultReply = FakeReply.Mock(new MockOptions { Response = "Grüße 👋🏽" }) with
        {
            SplitEvery = splitEvery,
        };
        var text = "";
        long tokens = 0;
        await foreach (var update in Chat.CompleteChatStreamingAsync(["Hello"], cancellationToken: Token))
        {
            text += string.Concat(update.ContentUpdate.Select(p => p.Text));
            tokens += update.Usage?.TotalTokenCount ?? 0;
        }

        Assert.Equal("Grüße 👋🏽", text);
        Assert.Equal(5, tokens);
    }

    [Fact]
    public async Task OpenAi_Tools()
    {
        _provider.Respond = request =>
            FakeReply.Mock(
                new MockOptions
                {
                    ToolCalls =
                    [
                        new Wire.ToolCall
                        {
                            Function = new Wire.FunctionCall
                            {
                                Name = request
                                    .ReadJson()
                                    .GetProperty("tools")[0]
                                    .GetProperty("function")
                                    .GetProperty("name")
                                    .GetString(),
                                Arguments = "{}",
                            },
                        },
                    ],
                }
            );
        var options = new ChatCompletionOptions { Tools = { ChatTool.CreateFunctionTool("weather") } };
        OpenAI.Chat.ChatCompletion completion = await Chat.CompleteChatAsync(["Hello"], options, Token);

        Assert.Equal("weather", Assert.Single(completion.ToolCalls).FunctionName);
    }

    [Fact]
    public async Task OpenAi_Embeddings()
    {
        var client = new EmbeddingClient("text-embedding-3-small", new ApiKeyCredential("k"), OpenAi);
        OpenAIEmbedding vector = await client.GenerateEmbeddingAsync("Hello", cancellationToken: Token);

        Assert.Equal(8, vector.ToFloats().Length);
    }

    [Fact]
    public async Task OpenAi_Error()
    {
        _provider.Enqueue(FakeReply.Error(400, "context_length_exceeded"));
        var exception = await Assert.ThrowsAsync<ClientResultException>(() =>
            Chat.CompleteChatAsync(["Hello"], cancellationToken: Token)
        );

        Assert.Equal(400, exception.Status);
        Assert.Contains("context_length_exceeded", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAi_AbortedStream_IsNoticed()
    {
        _provider.DefaultReply = FakeReply.Mock() with { StallAfterBytes = 600 };
        await foreach (var update in Chat.CompleteChatStreamingAsync(["Hello"], cancellationToken: Token))
        {
            break;
        }

        await _provider.Requests[0].Aborted.WaitAsync(Token);
    }

    [Fact]
    public async Task Anthropic_Unary()
    {
        var message = await Claude.Messages.Create(Ask, Token);

        Assert.True(message.Content[0].TryPickText(out var text));
        Assert.Equal("Hello from claude-sonnet-4-5 (mock).", text.Text);
        Assert.Equal("/v1/messages", _provider.Requests[0].Path);
        Assert.Equal("Bearer k", _provider.Requests[0].Headers["Authorization"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Anthropic_Stream(int? splitEvery)
    {
        _provider.DefaultReply = FakeReply.Mock(new MockOptions { Response = "Grüße 👋🏽" }) with
        {
            SplitEvery = splitEvery,
        };
        var text = "";
        await foreach (var e in Claude.Messages.CreateStreaming(Ask, Token))
        {
            if (e.TryPickContentBlockDelta(out var delta) && delta.Delta.TryPickText(out var piece))
            {
                text += piece.Text;
            }
        }

        Assert.Equal("Grüße 👋🏽", text);
    }

    [Fact]
    public async Task Anthropic_Error()
    {
        _provider.Enqueue(FakeReply.Error(529));
        var exception = await Assert.ThrowsAnyAsync<AnthropicApiException>(() => Claude.Messages.Create(Ask, Token));

        Assert.Equal(529, (int)exception.StatusCode);
        Assert.Contains("overloaded_error", exception.ResponseBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Anthropic_StreamThatFails_Throws()
    {
        _provider.Enqueue(FakeReply.Mock(new MockOptions { FailAfterChunks = 1 }));
        await Assert.ThrowsAnyAsync<AnthropicException>(async () =>
        {
            await foreach (var _ in Claude.Messages.CreateStreaming(Ask, Token)) { }
        });
    }
}
