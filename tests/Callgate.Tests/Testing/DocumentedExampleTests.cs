using Callgate.Testing;
using Callgate.Wire;

namespace Callgate.Tests.Testing;

/// <summary>The examples of docs/testing-callbacks.md.</summary>
public sealed class DocumentedExampleTests : IAsyncLifetime
{
    private readonly RecordingLogger _recorder = new();
    private FakeProvider _provider = null!;
    private LlmClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _provider = await FakeProvider.StartAsync(cancellationToken: Token);
        _client = new LlmClient(
            new LlmClientOptions
            {
                ApiKeys = { ["openai"] = "test", ["anthropic"] = "test" },
                ApiBases = { ["openai"] = _provider.OpenAiBase, ["anthropic"] = _provider.AnthropicBase },
                Callbacks = [_recorder],
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task ARetry_IsAnAttemptOfTheSameCall()
    {
        _provider.Enqueue(FakeReply.Error(429, retryAfter: TimeSpan.Zero), FakeReply.Mock());

        await _client.CompleteAsync("openai/gpt-4o", [Message.User("Hello")], cancellationToken: Token);
        await _recorder.WaitForAsync(r => r.Successes.Count == 1, Token);

        Assert.Equal(2, _recorder.Successes[0].Call!.Attempts.Count);
        Assert.Equal(2, _provider.Requests.Count);
    }

    [Fact]
    public async Task AStreamThatIsBrokenOff_IsAFailure()
    {
        _provider.DefaultReply = FakeReply.Mock() with { StallAfterBytes = 600 };
        await foreach (
            var chunk in _client.CompleteStreamingAsync(
                "openai/gpt-4o",
                [Message.User("Hello")],
                cancellationToken: Token
            )
        )
        {
            break;
        }

        await _provider.Requests[0].Aborted.WaitAsync(Token);
        await _recorder.WaitForAsync(r => r.Failures.Count == 1, Token);
        Assert.Equal(CallOutcome.ClientAborted, _recorder.Failures[0].Call!.Outcome);
    }

    [Theory]
    [InlineData("openai/gpt-4o", "Hello from gpt-4o (mock).")]
    [InlineData("anthropic/claude-sonnet-4-5", "Hello from claude-sonnet-4-5 (mock).")]
    public async Task BothWires_AreReadByTheClient(string model, string text)
    {
        var completion = await _client.CompleteAsync(model, [Message.User("Hello")], cancellationToken: Token);
        var streamed = "";
        await foreach (
            var chunk in _client.CompleteStreamingAsync(model, [Message.User("Hello")], cancellationToken: Token)
        )
        {
            streamed += chunk.Text;
        }

        Assert.Equal(text, completion.Text);
        Assert.Equal(text, streamed);
        await _recorder.WaitForAsync(r => r.Successes.Count == 2, Token);
        Assert.Equal(_recorder.Successes[0].Call!.Usage.TotalTokens, _recorder.Successes[1].Call!.Usage.TotalTokens);
    }
}
