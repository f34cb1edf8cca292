using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;
using Callgate.Providers.Mock;
using Callgate.Wire;

namespace Callgate.Tests.Providers.Mock;

/// <summary>The mock in Anthropic's wire, as Anthropic's own SDK reads it.</summary>
public sealed class MockHandlerAnthropicTests : IDisposable
{
    private readonly List<HttpClient> _clients = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static MessageCreateParams Ask =>
        new()
        {
            Model = "claude-sonnet-4-5",
            MaxTokens = 100,
            System = "1234",
            Messages = [new UserMessageParam("12345678")],
        };

    [Fact]
    public async Task Unary_IsWholeByTheSdksOwnCheck()
    {
        var message = await Client(new MockOptions()).Messages.Create(Ask, Token);
        message.Validate();

        Assert.True(message.Content[0].TryPickText(out var text));
        Assert.Equal("Hello from claude-sonnet-4-5 (mock).", text.Text);
        Assert.Equal(StopReason.EndTurn, message.StopReason!.Value());
        Assert.StartsWith("msg_mock_", message.ID, StringComparison.Ordinal);
        Assert.Equal(3, message.Usage.InputTokens);
        Assert.Equal(9, message.Usage.OutputTokens);
    }

    [Fact]
    public async Task Usage_CountsCachedTokensApart()
    {
        var options = new MockOptions
        {
            PromptTokens = 100,
            CompletionTokens = 50,
            CachedTokens = 40,
            ReasoningTokens = 30,
        };
        var message = await Client(options).Messages.Create(Ask, Token);

        Assert.Equal(60, message.Usage.InputTokens);
        Assert.Equal(40, message.Usage.CacheReadInputTokens);
        Assert.Equal(0, message.Usage.CacheCreationInputTokens);
        Assert.Equal(50, message.Usage.OutputTokens);
        Assert.Equal(30, message.Usage.OutputTokensDetails!.ThinkingTokens);
    }

    [Fact]
    public async Task Stream_AddsUpToTheUnaryAnswer()
    {
        var options = new MockOptions
        {
            Response = "Grüße 👋🏽 aus 東京",
            ChunkSize = 1,
            CachedTokens = 1,
        };
        var text = "";
        var stops = 0;
        MessageDeltaUsage? usage = null;
        await foreach (var e in Client(options).Messages.CreateStreaming(Ask, Token))
        {
            e.Validate();
            if (e.TryPickContentBlockDelta(out var delta) && delta.Delta.TryPickText(out var piece))
            {
                text += piece.Text;
            }
            else if (e.TryPickDelta(out var end))
            {
                usage = end.Usage;
            }

            stops += e.TryPickStop(out _) ? 1 : 0;
        }

        Assert.Equal(options.Response, text);
        Assert.Equal(1, stops);
        Assert.Equal(2, usage!.InputTokens);
        Assert.Equal(1, usage.CacheReadInputTokens);
    }

    [Fact]
    public async Task ToolCalls_ComeUnaryAndStreamed()
    {
        var options = new MockOptions
        {
            Response = "Let me look.",
            ChunkSize = 4,
            ToolCalls =
            [
                new ToolCall
                {
                    Function = new FunctionCall { Name = "weather", Arguments = """{"city":"Rome"}""" },
                },
            ],
        };
        var message = await Client(options).Messages.Create(Ask, Token);

        Assert.Equal(StopReason.ToolUse, message.StopReason!.Value());
        Assert.Equal(2, message.Content.Count);
        Assert.True(message.Content[1].TryPickToolUse(out var call));
        Assert.Equal("weather", call.Name);
        Assert.Equal("Rome", call.Input["city"].GetString());

        var json = "";
        var starts = new List<long>();
        await foreach (var e in Client(options).Messages.CreateStreaming(Ask, Token))
        {
            if (e.TryPickContentBlockStart(out var start))
            {
                starts.Add(start.Index);
            }
            else if (e.TryPickContentBlockDelta(out var delta) && delta.Delta.TryPickInputJson(out var piece))
            {
                json += piece.PartialJson;
            }
        }

        Assert.Equal([0, 1], starts);
        Assert.Equal("""{"city":"Rome"}""", json);
    }

    [Theory]
    [InlineData(400, "context_length_exceeded", "invalid_request_error")]
    [InlineData(429, null, "rate_limit_error")]
    [InlineData(529, null, "overloaded_error")]
    [InlineData(500, "timeout_error", "timeout_error")]
    public async Task Error_IsInAnthropicsFormat(int status, string? code, string type)
    {
        var exception = await Assert.ThrowsAnyAsync<AnthropicApiException>(() =>
            Client(new MockOptions { ErrorStatus = status, ErrorCode = code }).Messages.Create(Ask, Token)
        );

        Assert.Equal(status, (int)exception.StatusCode);
        Assert.Contains($"\"type\":\"{type}\"", exception.ResponseBody, StringComparison.Ordinal);
        Assert.NotNull(exception.RequestID);
    }

    [Fact]
    public async Task FailAfterChunks_BreaksOffWithAnErrorEvent()
    {
        var body = """{"model":"m","stream":true,"max_tokens":9,"messages":[]}""";
        var text = await MockRequests.Text(new MockOptions { FailAfterChunks = 1 }, "/v1/messages", body, Token);

        Assert.Equal(1, text.Split("event: content_block_delta").Length - 1);
        Assert.EndsWith("\n\n", text, StringComparison.Ordinal);
        Assert.Contains("event: error\ndata: {\"type\":\"error\",\"error\":{", text, StringComparison.Ordinal);
        Assert.DoesNotContain("message_stop", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model":"m","messages":[]}""", "max_tokens: Field required")]
    [InlineData("""{"model":"m","max_tokens":1}""", "messages: Field required")]
    public async Task Request_IsCheckedAsTheProviderWould(string body, string message)
    {
        var error = await MockRequests.Json(new MockOptions(), "/v1/messages", body, Token);
        Assert.Equal(message, error.GetProperty("error").GetProperty("message").GetString());
    }

    public void Dispose() => _clients.ForEach(c => c.Dispose());

    private AnthropicClient Client(MockOptions options)
    {
        var http = new HttpClient(new MockHandler(options, new ManualTimeProvider()));
        _clients.Add(http);
        return new AnthropicClient
        {
            ApiKey = "k",
            HttpClient = http,
            MaxRetries = 0,
        };
    }
}
