using System.Collections.Concurrent;
using Callgate.Wire;

namespace Callgate.Tests.Events;

/// <summary>The events of real calls, answered by the mock.</summary>
public sealed class PayloadPipelineTests : IAsyncDisposable
{
    private readonly ConcurrentQueue<CallDetails> _ends = new();
    private readonly LlmClient _client;

    public PayloadPipelineTests()
    {
        var options = new LlmClientOptions { NumRetries = 0 };
        options.SuccessCallbacks.Add((call, _, _, _) => _ends.Enqueue(call));
        options.FailureCallbacks.Add((call, _, _, _) => _ends.Enqueue(call));
        _client = new LlmClient(options);
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    public async Task Completion_IsPricedAndValid()
    {
        await _client.CompleteAsync(
            "openai/gpt-4o",
            [Message.User("Why is the sky blue?")],
            new CallOptions
            {
                Mock = new MockOptions { PromptTokens = 1000, CompletionTokens = 100 },
            },
            TestContext.Current.CancellationToken
        );

        var payload = await EndAsync();

        Assert.Equal(CallOutcome.Completed, payload.Callgate.Outcome);
        Assert.Equal(CostStatus.Computed, payload.ResponseCostStatus);
        Assert.True(payload.ResponseCost > 0);
        var value = payload.ModelMapInformation.ModelMapValue!;
        Assert.Equal(payload.ResponseCost, (value.InputCostPerToken * 1000) + (value.OutputCostPerToken * 100));
    }

    [Fact]
    public async Task Stream_IsValid()
    {
        await foreach (
            var chunk in _client.CompleteStreamingAsync(
                "openai/gpt-4o",
                [Message.User("hi")],
                new CallOptions { Mock = new MockOptions { Response = "Hello there" } },
                TestContext.Current.CancellationToken
            )
        )
        {
            Assert.NotNull(chunk);
        }

        var payload = await EndAsync();

        Assert.True(payload.Stream);
        Assert.Contains("Hello there", payload.Response!.Value.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failure_IsValid()
    {
        await Assert.ThrowsAnyAsync<LlmException>(() =>
            _client.CompleteAsync(
                "openai/gpt-4o",
                [Message.User("hi")],
                new CallOptions { Mock = new MockOptions { ErrorStatus = 429 } },
                TestContext.Current.CancellationToken
            )
        );

        var payload = await EndAsync();

        Assert.Equal("failure", payload.Status);
        Assert.Equal("RateLimitError", payload.ErrorInformation!.ErrorClass);
        Assert.Equal("429", payload.ErrorInformation.ErrorCode);
        Assert.Equal(0, payload.ResponseCost);
    }

    private async Task<StandardLoggingPayload> EndAsync()
    {
        await _client.FlushPatientlyAsync();
        var payload = Assert.Single(_ends).StandardLoggingPayload;
        PayloadSchemaTests.Valid(payload);
        Assert.Empty(payload.Callgate.Unavailable);
        return payload;
    }
}
