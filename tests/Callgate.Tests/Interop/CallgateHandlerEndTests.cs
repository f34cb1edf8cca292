using System.Runtime.CompilerServices;
using Callgate.Calls;
using Callgate.Testing;
using Callgate.Wire;

namespace Callgate.Tests.Interop;

/// <summary>However an exchange ends, it ends in exactly one event that says how.</summary>
public sealed class CallgateHandlerEndTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private HandlerFixture _fixture = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _fixture = await HandlerFixture.StartAsync(_time);

    public async ValueTask DisposeAsync() => await _fixture.DisposeAsync();

    [Theory]
    [InlineData(false, 0, CallOutcome.Cancelled)]
    [InlineData(true, 0, CallOutcome.Cancelled)]
    [InlineData(false, 5, CallOutcome.TimedOut)]
    [InlineData(true, 5, CallOutcome.TimedOut)]
    public async Task CancelledBeforeTheAnswer(bool isStream, int seconds, CallOutcome outcome)
    {
        _fixture.Provider.DefaultReply = FakeReply.Mock() with { DelayHeaders = Timeout.InfiniteTimeSpan };
        using var cancel = new CancellationTokenSource();
        var sending = _fixture.Http.SendAsync(
            _fixture.Post(isStream ? HandlerFixture.AskStream : HandlerFixture.Ask),
            HttpCompletionOption.ResponseHeadersRead,
            cancel.Token
        );
        await _fixture.Provider.WaitForRequestsAsync(1, Token);
        _time.Advance(TimeSpan.FromSeconds(seconds));
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        var call = (await _fixture.EventAsync()).Call!;
        Assert.Equal(outcome, call.Outcome);
        Assert.Equal(
            outcome == CallOutcome.TimedOut,
            call.Exception is LlmTimeoutException { Provider: "openai", Model: "gpt-4o" }
        );
        // Nobody answered: nothing is known of what it cost.
        Assert.Equal(UsageSource.None, call.Usage.Source);
    }

    [Theory]
    [InlineData(0, CallOutcome.Cancelled)]
    [InlineData(5, CallOutcome.TimedOut)]
    public async Task CancelledInMidStream(int seconds, CallOutcome outcome)
    {
        _fixture.Provider.DefaultReply = FakeReply.Mock() with { StallAfterBytes = 400 };
        using var cancel = new CancellationTokenSource();
        using var reply = await SendAsync(HandlerFixture.AskStream);
        var stream = await reply.Content.ReadAsStreamAsync(Token);
        await stream.ReadExactlyAsync(new byte[400], Token);
        var reading = stream.ReadAsync(new byte[1], cancel.Token);
        _time.Advance(TimeSpan.FromSeconds(seconds));
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.AsTask());
        var call = (await _fixture.EventAsync()).Call!;
        Assert.Equal(outcome, call.Outcome);
        Assert.Equal(UsageSource.Estimated, call.Usage.Source);
    }

    [Fact]
    public async Task CancelledInMidBody_GivesNoReply()
    {
        _fixture.Provider.DefaultReply = FakeReply.Mock() with { StallAfterBytes = 20 };
        using var cancel = new CancellationTokenSource();
        var sending = _fixture.Http.SendAsync(
            _fixture.Post(HandlerFixture.Ask),
            HttpCompletionOption.ResponseHeadersRead,
            cancel.Token
        );
        var request = (await _fixture.Provider.WaitForRequestsAsync(1, Token))[0];
        await request.Stalled.WaitAsync(Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Equal(CallOutcome.Cancelled, (await _fixture.EventAsync()).Call!.Outcome);
        await request.Aborted.WaitAsync(Token);
    }

    [Fact]
    public async Task NoConnection_IsRethrownAsItIs()
    {
        _fixture.Provider.DefaultReply = FakeReply.Disconnect();
        using var plain = new HttpClient();
        var expected = await Assert.ThrowsAsync<HttpRequestException>(() =>
            plain.SendAsync(_fixture.Post(HandlerFixture.Ask), Token)
        );
        var actual = await Assert.ThrowsAsync<HttpRequestException>(() =>
            _fixture.Http.SendAsync(_fixture.Post(HandlerFixture.Ask), Token)
        );

        var call = (await _fixture.EventAsync()).Call!;
        Assert.Equal(expected.Message, actual.Message);
        Assert.Equal(expected.HttpRequestError, actual.HttpRequestError);
        Assert.Equal(CallOutcome.UpstreamFailed, call.Outcome);
        Assert.Same(actual, Assert.IsType<LlmConnectionException>(call.Exception).InnerException);
    }

    [Theory]
    [InlineData(HttpCompletionOption.ResponseContentRead)]
    [InlineData(HttpCompletionOption.ResponseHeadersRead)]
    public async Task ConnectionLostInMidBody_FailsWhereItWouldWithoutUs(HttpCompletionOption completion)
    {
        _fixture.Provider.DefaultReply = FakeReply.Mock() with { ResetAfterBytes = 30 };
        using var plain = new HttpClient();
        var expected = await ReadAsync(plain);
        var actual = await ReadAsync(_fixture.Http);

        Assert.Equal(expected.Bytes, actual.Bytes);
        Assert.Equal(expected.Error, actual.Error);
        var call = (await _fixture.EventAsync()).Call!;
        Assert.Equal(CallOutcome.UpstreamFailed, call.Outcome);
        Assert.IsType<LlmConnectionException>(call.Exception);

        async Task<(string Bytes, string Error)> ReadAsync(HttpClient http)
        {
            var bytes = new MemoryStream();
            var exception = await Record.ExceptionAsync(async () =>
            {
                using var reply = await http.SendAsync(_fixture.Post(HandlerFixture.Ask), completion, Token);
                await (await reply.Content.ReadAsStreamAsync(Token)).CopyToAsync(bytes, 1, Token);
            });
            return (
                Convert.ToHexString(bytes.ToArray()),
                $"{exception!.GetType().Name}: {exception.Message} {exception.InnerException?.GetType().Name}"
            );
        }
    }

    [Fact]
    public async Task StreamLostInMidEvent_Fails()
    {
        _fixture.Provider.DefaultReply = FakeReply.Mock() with { ResetAfterBytes = 400 };
        using var reply = await SendAsync(HandlerFixture.AskStream);
        await Assert.ThrowsAnyAsync<IOException>(() => ReadAllAsync(reply));

        var call = (await _fixture.EventAsync()).Call!;
        Assert.Equal(CallOutcome.UpstreamFailed, call.Outcome);
        Assert.IsType<LlmConnectionException>(call.Exception);
    }

    [Fact]
    public async Task StreamThatEndsTooSoon_Fails()
    {
        _fixture.Provider.DefaultReply = FakeReply.Mock() with { CutAfterBytes = 400 };
        using var reply = await SendAsync(HandlerFixture.AskStream);
        Assert.Equal(400, (await ReadAllAsync(reply)).Length);

        var call = (await _fixture.EventAsync()).Call!;
        Assert.Equal(CallOutcome.UpstreamFailed, call.Outcome);
        Assert.IsType<LlmConnectionException>(call.Exception);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DisposedInMidStream_IsClientAborted(bool hasRead)
    {
        _fixture.Provider.DefaultReply = FakeReply.Mock() with { StallAfterBytes = 400 };
        using (var reply = await SendAsync(HandlerFixture.AskStream))
        {
            if (hasRead)
            {
                var stream = await reply.Content.ReadAsStreamAsync(Token);
                await stream.ReadExactlyAsync(new byte[400], Token);
            }
        }

        var call = (await _fixture.EventAsync()).Call!;
        Assert.Equal(CallOutcome.ClientAborted, call.Outcome);
        Assert.Null(call.Attempts[0].Exception);
        Assert.Equal(hasRead, call.Response is not null);
    }

    [Fact]
    public async Task DisposedAfterTheAnswerButBeforeTheEndMarker_IsCompleted()
    {
        const string Sse = """
            data: {"id":"1","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}


            """;
        _fixture.Provider.DefaultReply = FakeReply.Sse(Sse + "data: [DONE]\n\n") with { StallAfterBytes = Sse.Length };
        using (var reply = await SendAsync(HandlerFixture.AskStream))
        {
            var stream = await reply.Content.ReadAsStreamAsync(Token);
            await stream.ReadExactlyAsync(new byte[Sse.Length], Token);
        }

        Assert.Equal(CallOutcome.Completed, (await _fixture.EventAsync()).Call!.Outcome);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ForgottenStream_IsAbandoned(bool hasRead)
    {
        _fixture.Provider.DefaultReply = FakeReply.Mock() with { StallAfterBytes = 400 };
        await ForgetAsync(hasRead);
        while (_fixture.Client.Runtime.OpenCalls.Count > 0)
        {
            Token.ThrowIfCancellationRequested();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield();
        }

        Assert.Equal(CallOutcome.Abandoned, (await _fixture.EventAsync()).Call!.Outcome);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task ForgetAsync(bool hasRead)
    {
        var reply = await SendAsync(HandlerFixture.AskStream);
        if (hasRead)
        {
            var stream = await reply.Content.ReadAsStreamAsync(Token);
            await stream.ReadExactlyAsync(new byte[400], Token);
        }
    }

    [Fact]
    public async Task DisposedClient_LeavesTheSdkAlone()
    {
        _fixture.Provider.DefaultReply = FakeReply.Mock() with { StallAfterBytes = 400 };
        using var reply = await SendAsync(HandlerFixture.AskStream);
        await _fixture.Client.DisposeAsync();
        _fixture.Provider.Requests[0].Release();
        var rest = await ReadAllAsync(reply);
        using var another = await SendAsync(HandlerFixture.Ask);

        Assert.Contains("[DONE]", System.Text.Encoding.UTF8.GetString(rest), StringComparison.Ordinal);
        Assert.True(another.IsSuccessStatusCode);
        Assert.Equal(CallOutcome.Terminated, Assert.Single(_fixture.Log.Failures).Call!.Outcome);
        Assert.Empty(_fixture.Log.Successes);
    }

    [Fact]
    public async Task WithinAnObservedCall_ExchangesAreItsAttempts()
    {
        _fixture.Provider.Enqueue(FakeReply.Error(429));
        var observed = ObservedCall.Begin(
            _fixture.Client.Runtime,
            new ChatRequest { Model = "gpt-4o", Messages = [Message.User("Hello")] },
            CallOptions.Default,
            CallKind.Chat(isSync: false, isStream: false, isObserved: true),
            "openai",
            ""
        );
        ObservedCall.Enter(observed);
        (await SendAsync(HandlerFixture.Ask)).Dispose();
        (await SendAsync(HandlerFixture.Ask)).Dispose();
        (await SendAsync(HandlerFixture.Ask)).Dispose();
        ObservedCall.Enter(null);
        observed.Complete(
            new ChatCompletion
            {
                Usage = new Wire.Usage { PromptTokens = 1, CompletionTokens = 1 },
            }
        );

        var call = (await _fixture.EventAsync()).Call!;
        Assert.Equal(["first", "retry", "next"], call.Attempts.Select(a => a.Reason));
        Assert.Equal([429, 200, 200], call.Attempts.Select(a => a.StatusCode));
        Assert.IsType<LlmRateLimitException>(call.Attempts[0].Exception);
        Assert.Equal(UsageSource.Reported, call.Attempts[1].Usage.Source);
        // Each exchange's own report, not the client's summary besides.
        Assert.Equal(2 * call.Attempts[1].Usage.TotalTokens, call.Usage.TotalTokens);
        Assert.Equal(call.Attempts.Sum(a => a.Cost!.Total), call.ResponseCost);
        Assert.Equal(HandlerFixture.Ask, call.AdditionalArgs.CompleteInput);
    }

    [Fact]
    public async Task ObservedStreamThatIsRefused_CostsNothing()
    {
        _fixture.Provider.Enqueue(FakeReply.Error(401));
        var observed = ObservedCall.Begin(
            _fixture.Client.Runtime,
            new ChatRequest { Model = "gpt-4o", Messages = [Message.User("Hello")] },
            CallOptions.Default,
            CallKind.Chat(isSync: false, isStream: true, isObserved: true),
            "openai",
            ""
        );
        ObservedCall.Enter(observed);
        (await SendAsync(HandlerFixture.AskStream)).Dispose();
        ObservedCall.Enter(null);
        observed.Fail(new InvalidOperationException("The SDK's own."), Token);

        var call = (await _fixture.EventAsync()).Call!;
        Assert.Equal(0, call.ResponseCost);
        Assert.Equal(UsageSource.None, call.Usage.Source);
        Assert.IsType<LlmAuthenticationException>(call.Attempts[0].Exception);
    }

    [Fact]
    public async Task BelowAnLlmClient_MakesNoSecondEvent()
    {
        var options = new LlmClientOptions
        {
            HttpMessageHandler = new CallgateHandler(_fixture.Client, new HttpClientHandler()),
            ApiKeys = { ["openai"] = "k" },
            ApiBases = { ["openai"] = _fixture.Provider.OpenAiBase },
        };
        options.Callbacks.Add(_fixture.Log);
        await using var client = new LlmClient(options);
        await client.CompleteAsync("gpt-4o", [Message.User("Hello")], null, Token);
        await client.FlushPatientlyAsync();

        await _fixture.EventAsync();
    }

    [Fact]
    public async Task TwoHandlersInARow_MakeOneEvent()
    {
        using var http = new HttpClient(new CallgateHandler(_fixture.Client, new CallgateHandler(_fixture.Client)));
        (await http.SendAsync(_fixture.Post(HandlerFixture.Ask), Token)).Dispose();

        await _fixture.EventAsync();
    }

    private Task<HttpResponseMessage> SendAsync(string body) =>
        _fixture.Http.SendAsync(_fixture.Post(body), HttpCompletionOption.ResponseHeadersRead, Token);

    private static async Task<byte[]> ReadAllAsync(HttpResponseMessage reply)
    {
        var bytes = new MemoryStream();
        await (await reply.Content.ReadAsStreamAsync(Token)).CopyToAsync(bytes, Token);
        return bytes.ToArray();
    }
}
