using System.Collections.Concurrent;
using Callgate.Tests.Callbacks;
using Callgate.Tests.Events;
using Callgate.Wire;

namespace Callgate.Tests.BadInput;

/// <summary>A client whose provider is in memory, and whose events, log and exceptions are searched for what must not be there.</summary>
internal sealed class Trial : IAsyncDisposable
{
    public const string Key = "sk-canarykey0123456789";
    public const string Content = "canary-of-the-prompt";

    private readonly StubHandler _provider;
    private readonly ConcurrentQueue<CallDetails> _ends = new();

    public Trial(
        Func<HttpRequestMessage, HttpResponseMessage>? answer = null,
        Action<LlmClientOptions>? configure = null
    )
    {
        _provider = new StubHandler(answer ?? (_ => StubHandler.Json(Good)));
        var options = new LlmClientOptions
        {
            HttpMessageHandler = _provider,
            LoggerFactory = Log,
            NumRetries = 0,
            ApiKeys =
            {
                ["openai"] = Key,
                ["azure"] = Key,
                ["anthropic"] = Key,
            },
            ApiBases = { ["azure"] = "https://resource.test" },
        };
        options.SuccessCallbacks.Add((call, _, _, _) => _ends.Enqueue(call));
        options.FailureCallbacks.Add((call, _, _, _) => _ends.Enqueue(call));
        configure?.Invoke(options);
        Client = new LlmClient(options);
    }

    /// <summary>An answer with nothing wrong.</summary>
    public const string Good =
        """{"id":"1","object":"chat.completion","model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":"Yes"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}""";

    public static IReadOnlyList<Message> Messages { get; } = [Message.User(Content)];

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public LlmClient Client { get; }

    public CollectedLog Log { get; } = new();

    /// <summary>How many requests reached the provider.</summary>
    public int Requests => _provider.Count;

    public Task<ChatCompletion> CompleteAsync(CallOptions? options = null) =>
        Client.CompleteAsync("openai/gpt-4o", Messages, options, Token);

    public async Task<string> StreamAsync(string model = "openai/gpt-4o", CallOptions? options = null)
    {
        var text = "";
        await foreach (var chunk in Client.CompleteStreamingAsync(model, Messages, options, Token))
        {
            text += chunk.Text;
        }

        return text;
    }

    /// <summary>The call fails with just this type, and has just one event.</summary>
    public async Task<T> FailsAsync<T>(
        Func<Task> call,
        string? says = null,
        CallOutcome outcome = CallOutcome.UpstreamFailed
    )
        where T : Exception
    {
        var exception = await Assert.ThrowsAsync<T>(call);
        AssertSafe(exception.ToString());
        if (says is not null)
        {
            Assert.Contains(says, exception.Message, StringComparison.Ordinal);
        }

        var end = await EndAsync();
        Assert.Equal(outcome, end.Outcome);
        Assert.Equal("failure", end.StandardLoggingPayload.Status);
        return exception;
    }

    /// <summary>The one event so far.</summary>
    public async Task<CallDetails> EndAsync()
    {
        var counts = await Client.FlushPatientlyAsync();
        Assert.Equal(0, counts.Pending);
        var end = Assert.Single(_ends);
        AssertValid(end);
        _ends.Clear();
        return end;
    }

    /// <summary>No call was made: there is no event.</summary>
    public async Task<T> ThrowsBeforeTheCallAsync<T>(Func<Task> call, string says)
        where T : Exception
    {
        var exception = await Assert.ThrowsAsync<T>(call);
        AssertSafe(exception.ToString());
        Assert.Contains(says, exception.Message, StringComparison.Ordinal);
        await Client.FlushPatientlyAsync();
        Assert.Empty(_ends);
        Assert.Equal(0, Requests);
        return exception;
    }

    private void AssertValid(CallDetails end)
    {
        var payload = end.StandardLoggingPayload;
        PayloadSchemaTests.Valid(payload);
        Assert.Empty(payload.Callgate.Unavailable);
        Assert.DoesNotContain(Key, payload.ToJson(), StringComparison.Ordinal);
        Assert.DoesNotContain(Content, payload.ErrorStr ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain(Key, string.Join('\n', Log.Lines), StringComparison.Ordinal);
        Assert.DoesNotContain(Content, string.Join('\n', Log.Lines), StringComparison.Ordinal);
    }

    public static void AssertSafe(string text)
    {
        Assert.DoesNotContain(Key, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Content, text, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        _provider.Dispose();
    }
}
