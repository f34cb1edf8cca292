using System.ClientModel;
using System.ClientModel.Primitives;
using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;
using Callgate.Testing;
using Callgate.Wire;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;

namespace Callgate.Tests.Interop;

/// <summary>The vendors' own SDKs get what they would get without us, and our callbacks see their calls.</summary>
public sealed class CallgateHandlerSdkTests : IAsyncLifetime
{
    private HandlerFixture _fixture = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static MessageCreateParams Ask =>
        new()
        {
            Model = "claude-sonnet-4-5",
            MaxTokens = 100,
            System = "Be brief.",
            Messages = [new UserMessageParam("Hello")],
        };

    private OpenAIClientOptions OpenAi =>
        new()
        {
            Endpoint = new Uri(_fixture.Provider.OpenAiBase),
            Transport = new HttpClientPipelineTransport(_fixture.Http),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        };

    private ChatClient Chat => new("gpt-4o", new ApiKeyCredential("sk-secret"), OpenAi);

    private AnthropicClient Claude =>
        new()
        {
            ApiKey = "sk-secret",
            BaseUrl = _fixture.Provider.AnthropicBase,
            MaxRetries = 0,
            HttpClient = _fixture.Http,
        };

    public async ValueTask InitializeAsync() => _fixture = await HandlerFixture.StartAsync();

    public async ValueTask DisposeAsync() => await _fixture.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OpenAi_Unary(bool isSync)
    {
        OpenAI.Chat.ChatCompletion completion = isSync
            ? Chat.CompleteChat(["Hello"], cancellationToken: Token)
            : await Chat.CompleteChatAsync(["Hello"], cancellationToken: Token);
        var call = (await _fixture.EventAsync()).Call!;

        Assert.Equal("Hello from gpt-4o (mock).", completion.Content[0].Text);
        Assert.Equal(CallOutcome.Completed, call.Outcome);
        Assert.Equal(isSync ? "completion" : "acompletion", call.CallType);
        Assert.Equal("gpt-4o", call.Model);
        Assert.Equal("openai", call.CustomLlmProvider);
        Assert.Equal("Hello", Assert.Single(call.Messages).Text);
        Assert.Equal(_fixture.Provider.Requests[0].BodyText, call.AdditionalArgs.CompleteInput);
        Assert.Equal(completion.Usage.TotalTokenCount, call.Usage.TotalTokens);
        Assert.True(call.ResponseCost > 0);
        Assert.Contains("Hello from gpt-4o", call.OriginalResponse, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-secret", string.Concat(call.AdditionalArgs.Headers.Values), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OpenAi_Stream(bool isSync)
    {
        _fixture.Provider.DefaultReply = FakeReply.Mock(new MockOptions { Response = "Grüße 👋🏽" }) with
        {
            SplitEvery = 3,
        };
        var text = "";
        if (isSync)
        {
            foreach (var update in Chat.CompleteChatStreaming(["Hello"], cancellationToken: Token))
            {
                text += string.Concat(update.ContentUpdate.Select(p => p.Text));
            }
        }
        else
        {
            await foreach (var update in Chat.CompleteChatStreamingAsync(["Hello"], cancellationToken: Token))
            {
                text += string.Concat(update.ContentUpdate.Select(p => p.Text));
            }
        }

        var call = (await _fixture.EventAsync()).Call!;
        Assert.Equal("Grüße 👋🏽", text);
        Assert.Equal(CallOutcome.Completed, call.Outcome);
        Assert.Equal("Grüße 👋🏽", call.Response!.Text);
        Assert.Equal(UsageSource.Reported, call.Usage.Source);
        Assert.True(call.Stream);
        Assert.Equal("Grüße 👋🏽", string.Concat(_fixture.Log.Records.Select(r => r.Chunk?.Text)));
    }

    [Fact]
    public async Task OpenAi_Tools()
    {
        _fixture.Provider.DefaultReply = FakeReply.Mock(Tool);
        var options = new ChatCompletionOptions { Tools = { ChatTool.CreateFunctionTool("weather") } };
        OpenAI.Chat.ChatCompletion completion = await Chat.CompleteChatAsync(["Hello"], options, Token);
        var call = (await _fixture.EventAsync()).Call!;

        Assert.Equal("weather", Assert.Single(completion.ToolCalls).FunctionName);
        Assert.True(call.OptionalParams.ContainsKey("tools"));
        Assert.Equal("weather", ToolCallOf(call.Response!).Function!.Name);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OpenAi_Embeddings(bool isSync)
    {
        var client = new EmbeddingClient("text-embedding-3-small", new ApiKeyCredential("k"), OpenAi);
        OpenAIEmbedding vector = isSync
            ? client.GenerateEmbedding("Hello", cancellationToken: Token)
            : await client.GenerateEmbeddingAsync("Hello", cancellationToken: Token);
        var call = (await _fixture.EventAsync()).Call!;

        Assert.Equal(8, vector.ToFloats().Length);
        Assert.Equal(isSync ? "embedding" : "aembedding", call.CallType);
        Assert.Equal(["Hello"], call.Input);
        Assert.Equal(vector.ToFloats().ToArray(), ((EmbeddingResponse)call.Response!).Data[0].Embedding.ToArray());
    }

    [Fact]
    public async Task OpenAi_EmbeddingsOfTokens_HaveNoTexts()
    {
        var client = new EmbeddingClient("text-embedding-3-small", new ApiKeyCredential("k"), OpenAi);
        await client.GenerateEmbeddingsAsync([new ReadOnlyMemory<int>([1, 2])], cancellationToken: Token);
        var call = (await _fixture.EventAsync()).Call!;

        Assert.Empty(call.Input);
        Assert.Equal("text-embedding-3-small", call.Model);
        Assert.Equal(CallOutcome.Completed, call.Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OpenAi_Error(bool isSync)
    {
        _fixture.Provider.Enqueue(FakeReply.Error(400, "context_length_exceeded"));
        var exception = isSync
            ? Assert.Throws<ClientResultException>(() => Chat.CompleteChat(["Hello"], cancellationToken: Token))
            : await Assert.ThrowsAsync<ClientResultException>(() =>
                Chat.CompleteChatAsync(["Hello"], cancellationToken: Token)
            );
        var call = (await _fixture.EventAsync()).Call!;

        Assert.Equal(400, exception.Status);
        Assert.Contains("context_length_exceeded", exception.Message, StringComparison.Ordinal);
        var failure = Assert.IsType<ContextWindowExceededException>(call.Exception);
        Assert.Equal(call.LitellmCallId, failure.CallId);
        Assert.Equal(CallOutcome.UpstreamFailed, call.Outcome);
        Assert.Equal(0, call.ResponseCost);
    }

    [Fact]
    public async Task OpenAi_Retries_AreCallsOfTheirOwn()
    {
        _fixture.Provider.Enqueue(FakeReply.Error(429, retryAfter: TimeSpan.Zero));
        var options = OpenAi;
        options.RetryPolicy = new ClientRetryPolicy(maxRetries: 1);
        await new ChatClient("gpt-4o", new ApiKeyCredential("k"), options).CompleteChatAsync(
            ["Hello"],
            cancellationToken: Token
        );
        var events = await _fixture.EventsAsync(2);

        Assert.Equal([CallOutcome.Completed, CallOutcome.UpstreamFailed], events.Select(e => e.Call!.Outcome!.Value));
    }

    [Fact]
    public async Task OpenAi_BrokenOffInMidStream_IsClientAborted()
    {
        _fixture.Provider.DefaultReply = FakeReply.Mock() with { StallAfterBytes = 600 };
        await foreach (var update in Chat.CompleteChatStreamingAsync(["Hello"], cancellationToken: Token))
        {
            break;
        }

        var call = (await _fixture.EventAsync()).Call!;
        Assert.Equal(CallOutcome.ClientAborted, call.Outcome);
        Assert.Equal(UsageSource.Estimated, call.Usage.Source);
        Assert.True(call.ResponseCost > 0);
        await _fixture.Provider.Requests[0].Aborted.WaitAsync(Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Anthropic_Unary(bool asHandler)
    {
        var client = asHandler
            ? new AnthropicClient
            {
                ApiKey = "k",
                BaseUrl = _fixture.Provider.AnthropicBase,
                MaxRetries = 0,
                Handlers = [new CallgateHandler(_fixture.Client)],
            }
            : Claude;
        var message = await client.Messages.Create(Ask, Token);
        var call = (await _fixture.EventAsync()).Call!;

        Assert.True(message.Content[0].TryPickText(out var text));
        Assert.Equal("Hello from claude-sonnet-4-5 (mock).", text.Text);
        Assert.Equal(CallOutcome.Completed, call.Outcome);
        Assert.Equal("anthropic", call.CustomLlmProvider);
        Assert.Equal(["system", "user"], call.Messages.Select(m => m.Role));
        Assert.Equal(["Be brief.", "Hello"], call.Messages.Select(m => m.Text));
        Assert.Equal(100, call.OptionalParams["max_tokens"].GetInt32());
        Assert.Equal(text.Text, call.Response!.Text);
        Assert.Equal(message.Usage.OutputTokens, call.Usage.CompletionTokens);
        Assert.True(call.ResponseCost > 0);
        Assert.Equal(_fixture.Provider.Requests[0].BodyText, call.AdditionalArgs.CompleteInput);
        Assert.Equal(_fixture.Provider.AnthropicBase, call.AdditionalArgs.ApiBase);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task Anthropic_Stream(int splitEvery)
    {
        _fixture.Provider.DefaultReply = FakeReply.Mock(new MockOptions { Response = "Grüße 👋🏽" }) with
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

        var call = (await _fixture.EventAsync()).Call!;
        Assert.Equal("Grüße 👋🏽", text);
        Assert.Equal(CallOutcome.Completed, call.Outcome);
        Assert.Equal("Grüße 👋🏽", call.Response!.Text);
        Assert.Equal(UsageSource.Reported, call.Usage.Source);
        Assert.True(call.Stream);
    }

    [Fact]
    public async Task Anthropic_ToolsAndTheirResults()
    {
        _fixture.Provider.DefaultReply = FakeReply.Mock(Tool);
        var message = await Claude.Messages.Create(
            Ask with
            {
                Tools = [new Anthropic.Models.Messages.Tool { Name = "weather", InputSchema = new InputSchema() }],
                Messages =
                [
                    new UserMessageParam("Hello"),
                    new AssistantMessageParam(
                        new List<ContentBlockParam>
                        {
                            new ToolUseBlockParam
                            {
                                ID = "t1",
                                Name = "weather",
                                Input = new Dictionary<string, System.Text.Json.JsonElement>(),
                            },
                        }
                    ),
                    new UserMessageParam(
                        new List<ContentBlockParam>
                        {
                            new ToolResultBlockParam { ToolUseID = "t1", Content = "Rain" },
                        }
                    ),
                ],
            },
            Token
        );
        var call = (await _fixture.EventAsync()).Call!;

        Assert.Contains(message.Content, b => b.TryPickToolUse(out var _));
        Assert.Equal(["system", "user", "assistant", "tool"], call.Messages.Select(m => m.Role));
        Assert.Equal("t1", call.Messages[3].ToolCallId);
        Assert.Equal("Rain", call.Messages[3].Text);
        Assert.Equal("weather", ToolCallOf(call.Response!).Function!.Name);
    }

    [Fact]
    public async Task Anthropic_Error()
    {
        _fixture.Provider.Enqueue(FakeReply.Error(529));
        var exception = await Assert.ThrowsAnyAsync<AnthropicApiException>(() => Claude.Messages.Create(Ask, Token));
        var call = (await _fixture.EventAsync()).Call!;

        Assert.Contains("overloaded_error", exception.ResponseBody!, StringComparison.Ordinal);
        Assert.IsType<LlmServiceUnavailableException>(call.Exception);
        Assert.Equal(529, Assert.Single(call.Attempts).StatusCode);
    }

    [Fact]
    public async Task Anthropic_StreamThatFails_ReachesTheSdkAndTheEvent()
    {
        _fixture.Provider.Enqueue(FakeReply.Mock(new MockOptions { FailAfterChunks = 1 }));
        await Assert.ThrowsAnyAsync<AnthropicException>(async () =>
        {
            await foreach (var _ in Claude.Messages.CreateStreaming(Ask, Token)) { }
        });
        var call = (await _fixture.EventAsync()).Call!;

        Assert.Equal(CallOutcome.UpstreamFailed, call.Outcome);
        Assert.IsAssignableFrom<LlmException>(call.Exception);
        Assert.Equal(UsageSource.Partial, call.Usage.Source);
    }

    private static MockOptions Tool =>
        new()
        {
            ToolCalls =
            [
                new ToolCall
                {
                    Function = new FunctionCall { Name = "weather", Arguments = "{}" },
                },
            ],
        };

    private static ToolCall ToolCallOf(LlmResponse response) =>
        Assert.Single(((Wire.ChatCompletion)response).Choices[0].Message!.ToolCalls!);
}
