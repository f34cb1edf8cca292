using Callgate.Interop;
using Callgate.Testing;
using Callgate.Wire;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Callgate.Tests.ExtensionsAI;

public sealed class UseCallgateTests
{
    private static readonly ChatMessage[] s_hi = [new(ChatRole.User, "Hi")];
    private readonly ScriptedChatClient _inner = new();
    private readonly RecordingLogger _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IChatClient Observed() => _inner.AsBuilder().UseCallgate(Recorded).Build();

    private void Recorded(CallgateBuilder callgate)
    {
        callgate.FlushTimeout = Patience.Limit;
        callgate.AddCallback(_log);
    }

    [Fact]
    public async Task TheExample_RunsAsWritten()
    {
        var output = new StringWriter();
        var client = new ScriptedChatClient()
            .AsBuilder()
            .UseCallgate(c => c.OnSuccess(call => output.WriteLine($"{call.Model} ${call.ResponseCost}")))
            .Build();

        await client.GetResponseAsync("Hi", cancellationToken: Token);
        client.Dispose();

        // gpt-4o: $2.50 and $10 a million.
        Assert.Equal("gpt-4o $0.0035", output.ToString().TrimEnd().TrimEnd('0'));
    }

    [Fact]
    public async Task AUnaryCall_IsOneSuccess()
    {
        using (var client = Observed())
        {
            var response = await client.GetResponseAsync(s_hi, cancellationToken: Token);
            Assert.Equal("Hi.", response.Text);
        }

        var success = Assert.Single(_log.Successes);
        Assert.Empty(_log.Failures);
        var call = success.Call!;
        Assert.Equal(
            ("acompletion", false, "gpt-4o", "openai"),
            (call.CallType, call.Stream, call.Model, call.CustomLlmProvider)
        );
        Assert.Equal("https://api.openai.com/v1", call.AdditionalArgs.ApiBase);
        Assert.Equal("Hi", Assert.Single(call.Messages).Text);
        Assert.Equal((1000, 100), (call.Usage.PromptTokens, call.Usage.CompletionTokens));
        Assert.Equal(0.0035m, call.ResponseCost);
        Assert.Equal(CallOutcome.Completed, call.Outcome);
        Assert.Equal(("Hi.", "r1"), (success.Response!.Text, success.Response.Id));
        Assert.Single(_log.Names, nameof(CustomLogger.LogPreApiCallAsync));
    }

    [Fact]
    public async Task AStreamedCall_IsOneSuccessAndAnEventPerChunk()
    {
        List<ChatResponseUpdate> updates;
        using (var client = Observed())
        {
            updates = await client.GetStreamingResponseAsync(s_hi, cancellationToken: Token).ToListAsync(Token);
        }

        var call = Assert.Single(_log.Successes).Call!;
        Assert.True(call.Stream);
        Assert.Equal(0.0035m, call.ResponseCost);
        Assert.Equal("Hi.", _log.Successes[0].Response!.Text);
        Assert.Equal("Hi.", updates.ToChatResponse().Text);
        Assert.Equal(updates.Count, _log.Names.Count(n => n == nameof(CustomLogger.LogStreamEventAsync)));
        Assert.Equal(1, _inner.StreamsEnded);
    }

    [Fact]
    public async Task TheCaller_GetsTheInnerClientsOwnObjects()
    {
        var response = new ChatResponse(new ChatMessage(ChatRole.Assistant, "x"));
        _inner.Answer = _ => response;
        using var client = Observed();
        var options = new ChatOptions();

        Assert.Same(response, await client.GetResponseAsync(s_hi, options, Token));

        Assert.Same(s_hi, _inner.Calls[0].Messages);
        Assert.Same(options, _inner.Calls[0].Options);
        Assert.Equal(Token, _inner.Calls[0].Token);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnException_ReachesTheCallerAsItIs(bool streamed)
    {
        var thrown = new InvalidOperationException("no");
        _inner.Before = _ => throw thrown;
        using (var client = Observed())
        {
            Assert.Same(thrown, await Record.ExceptionAsync(() => Run(client, streamed, Token)));
        }

        var failure = Assert.Single(_log.Failures);
        Assert.Empty(_log.Successes);
        Assert.Same(thrown, failure.Call!.Exception);
        Assert.Equal(CallOutcome.UpstreamFailed, failure.Call.Outcome);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancellation_KeepsTheCallersToken(bool streamed)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        _inner.Before = async token =>
        {
            await cancel.CancelAsync();
            token.ThrowIfCancellationRequested();
        };
        using (var client = Observed())
        {
            var exception = await Assert.ThrowsAsync<OperationCanceledException>(() =>
                Run(client, streamed, cancel.Token)
            );
            Assert.Equal(cancel.Token, exception.CancellationToken);
        }

        Assert.Equal(CallOutcome.Cancelled, Assert.Single(_log.Failures).Call!.Outcome);
    }

    [Fact]
    public async Task AStreamThatIsBrokenOff_IsAFailureWithWhatCame()
    {
        _inner.Answer = _ => new ChatResponse([
            new ChatMessage(ChatRole.Assistant, "one"),
            new ChatMessage(ChatRole.Assistant, "two"),
        ]);
        using (var client = Observed())
        {
            await foreach (var update in client.GetStreamingResponseAsync(s_hi, cancellationToken: Token))
            {
                Assert.Equal("one", update.Text);
                break;
            }
        }

        var failure = Assert.Single(_log.Failures);
        Assert.Equal(CallOutcome.ClientAborted, failure.Call!.Outcome);
        Assert.Equal("one", failure.Response!.Text);
        Assert.Equal(1, _inner.StreamsEnded);
    }

    [Fact]
    public async Task AStreamThatIsNeverRead_IsNoCall()
    {
        using (var client = Observed())
        {
            _ = client.GetStreamingResponseAsync(s_hi, cancellationToken: Token);
        }

        Assert.Empty(_log.Records);
        Assert.Empty(_inner.Calls);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task AStreamThatIsReadTwice_IsTwoCalls()
    {
        using (var client = Observed())
        {
            var stream = client.GetStreamingResponseAsync(s_hi, cancellationToken: Token);
            await stream.ToListAsync(Token);
            await stream.ToListAsync(Token);
        }

        Assert.Equal(2, _log.Successes.Count);
        Assert.Equal(2, _inner.Calls.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WithCallgate_ReachesTheCallbacksAndNotTheInnerClient(bool streamed)
    {
        var options = new ChatOptions
        {
            Temperature = 0.5f,
            AdditionalProperties = new() { ["user"] = "u" },
        };
        var tagged = options.WithCallgate(
            tags: ["a"],
            metadata: new Dictionary<string, object?> { ["team"] = "blue" },
            traceId: "t1",
            sessionId: "s1"
        );
        using (var client = Observed())
        {
            await Run(client, streamed, Token, tagged);
        }

        var call = Assert.Single(_log.Successes).Call!;
        Assert.Equal(["a"], call.Tags);
        Assert.Equal("blue", call.Metadata["team"]);
        Assert.Equal(("t1", "s1"), (call.LitellmTraceId, call.LitellmParams.SessionId));
        Assert.Equal(("u", 0.5), (call.User, ((ChatRequest)call.Request).Temperature));
        var given = _inner.Calls[0].Options!;
        Assert.Equal(["user"], given.AdditionalProperties!.Keys);
        Assert.Equal(0.5f, given.Temperature);
        Assert.Equal(["user"], options.AdditionalProperties.Keys);
    }

    [Fact]
    public async Task MessagesThatCanBeReadOnce_AreReadOnce()
    {
        var times = 0;
        using (var client = Observed())
        {
            await client.GetResponseAsync(Once(), cancellationToken: Token);
        }

        Assert.Equal(1, times);
        Assert.Equal("Hi", _log.Successes[0].Call!.Messages[0].Text);

        IEnumerable<ChatMessage> Once()
        {
            times++;
            yield return s_hi[0];
        }
    }

    [Fact]
    public async Task OptionsThatCannotBeDescribed_DoNotHarmTheCall()
    {
        var options = new ChatOptions
        {
            AdditionalProperties = new() { ["stop"] = 5, ["n"] = "many" },
        };
        using (var client = Observed())
        {
            await client.GetResponseAsync(s_hi, options, Token);
        }

        Assert.Equal("Hi", Assert.Single(_log.Successes).Call!.Messages[0].Text);
        Assert.Same(options, _inner.Calls[0].Options);
    }

    [Fact]
    public async Task RoundTripsOfATurn_AreCallsThatShareATrace()
    {
        var asked = 0;
        _inner.Answer = messages =>
            messages[^1].Role == ChatRole.Tool
                ? new ChatResponse(new ChatMessage(ChatRole.Assistant, "Sunny."))
                : new ChatResponse(
                    new ChatMessage(ChatRole.Assistant, [new FunctionCallContent($"call_{asked++}", "weather")])
                );
        var options = new ChatOptions { Tools = [AIFunctionFactory.Create(() => "sunny", "weather")] };
        using (var client = _inner.AsBuilder().UseFunctionInvocation().UseCallgate(Recorded).Build())
        {
            Assert.Equal("Sunny.", (await client.GetResponseAsync(s_hi, options, Token)).Text);
            Assert.Equal(
                "Sunny.",
                (await client.GetStreamingResponseAsync(s_hi, options, Token).ToChatResponseAsync(Token)).Text
            );
        }

        // A logging hook may let a later call's event overtake an earlier one's.
        var turns = _log.Successes.Select(r => r.Call!).ToLookup(c => c.LitellmTraceId);
        Assert.Equal(2, turns.Count);
        foreach (var calls in turns)
        {
            Assert.Equal([1, 3], calls.Select(c => c.Messages.Count).Order());
            Assert.Contains(calls, c => c.Messages[^1] is { Role: "tool", Text: "sunny" });
        }
    }

    [Fact]
    public async Task ANewQuestionAfterATurn_IsANewTrace()
    {
        var history = new List<ChatMessage>(s_hi);
        var tool = new FunctionCallContent("call_1", "weather");
        _inner.Answer = messages =>
            messages.Count == 1
                ? new ChatResponse(new ChatMessage(ChatRole.Assistant, [tool]))
                : new ChatResponse(new ChatMessage(ChatRole.Assistant, "ok"));
        using (var client = Observed())
        {
            history.AddMessages(await client.GetResponseAsync(history, cancellationToken: Token));
            history.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent("call_1", "sunny")]));
            history.AddMessages(await client.GetResponseAsync(history, cancellationToken: Token));
            history.Add(new ChatMessage(ChatRole.User, "And tomorrow?"));
            await client.GetResponseAsync(history, cancellationToken: Token);
        }

        var traces = _log
            .Successes.Select(r => r.Call!)
            .OrderBy(c => c.Messages.Count)
            .Select(c => c.LitellmTraceId)
            .ToList();
        Assert.Equal(traces[0], traces[1]);
        Assert.NotEqual(traces[1], traces[2]);
    }

    [Fact]
    public void BeforeFunctionInvocation_AWarningSaysSo()
    {
        var warnings = new WarningList();

        using var outside = _inner
            .AsBuilder()
            .UseCallgate(c => c.LoggerFactory = warnings)
            .UseFunctionInvocation()
            .Build();
        Assert.Contains("CALLGATE104", Assert.Single(warnings.Messages), StringComparison.Ordinal);

        using var inside = _inner
            .AsBuilder()
            .UseFunctionInvocation()
            .UseCallgate(c => c.LoggerFactory = warnings)
            .Build();
        Assert.Single(warnings.Messages);
    }

    [Fact]
    public async Task AHandlerThatWouldSteer_IsWarnedOfOnce()
    {
        var warnings = new WarningList();
        using var client = _inner
            .AsBuilder()
            .UseCallgate(c =>
            {
                c.LoggerFactory = warnings;
                c.AddCallback(new Guard());
            })
            .Build();

        await client.GetResponseAsync(s_hi, cancellationToken: Token);
        await client.GetResponseAsync(s_hi, cancellationToken: Token);

        var warning = Assert.Single(warnings.Messages);
        Assert.Contains("CALLGATE103: Guard overrides PreCallDeploymentHookAsync", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheServicesOwnLogging_IsUsed()
    {
        var warnings = new WarningList();
        var services = new ServiceCollection().AddSingleton<ILoggerFactory>(warnings);
        services.AddChatClient(_inner).UseCallgate(c => c.AddCallback(new Guard()));
        await using var provider = services.BuildServiceProvider();

        await provider.GetRequiredService<IChatClient>().GetResponseAsync(s_hi, cancellationToken: Token);

        Assert.Single(warnings.Messages);
    }

    [Fact]
    public async Task ASharedClient_SeesItsOwnCallsAndTheObservedOnes()
    {
        await using var shared = new LlmClient(new LlmClientOptions { Callbacks = [_log] });
        using (var client = _inner.AsBuilder().UseCallgate(shared).Build())
        {
            await client.GetResponseAsync(s_hi, cancellationToken: Token);
        }

        await shared.CompleteAsync("mock/gpt-4o", [Message.User("Hi")], cancellationToken: Token);
        await shared.FlushPatientlyAsync();

        Assert.Equal(2, _log.Successes.Count);
    }

    [Fact]
    public async Task Dispose_DisposesTheInnerClientAndFlushes()
    {
        var seen = 0;
        var gate = new TaskCompletionSource();
        var client = _inner
            .AsBuilder()
            .UseCallgate(c =>
            {
                c.FlushTimeout = Patience.Limit;
                c.OnSuccess(async _ =>
                {
                    await gate.Task;
                    seen++;
                });
            })
            .Build();
        await client.GetResponseAsync(s_hi, cancellationToken: Token);

        gate.SetResult();
        client.Dispose();

        Assert.Equal((1, 1), (_inner.Disposed, seen));
    }

    [Fact]
    public async Task Dispose_WaitsNoLongerThanItsBound()
    {
        var never = new TaskCompletionSource();
        var client = _inner
            .AsBuilder()
            .UseCallgate(c =>
            {
                c.FlushTimeout = TimeSpan.Zero;
                c.OnSuccess(_ => never.Task);
            })
            .Build();
        await client.GetResponseAsync(s_hi, cancellationToken: Token);

        client.Dispose();

        Assert.Equal(1, _inner.Disposed);
        never.SetResult();
    }

    [Fact]
    public void Services_AreForwarded()
    {
        using var client = Observed();

        Assert.Same(_inner, client.GetService<ScriptedChatClient>());
        Assert.Equal("gpt-4o", client.GetService<ChatClientMetadata>()!.DefaultModelId);
        Assert.IsType<CallgateChatClient>(client.GetService<IChatClient>());
        Assert.Null(client.GetService<ScriptedChatClient>("key"));
    }

    [Fact]
    public async Task LambdasOfEachForm_BindAndRun()
    {
        var seen = new List<string>();
        var failing = new ScriptedChatClient { Before = _ => throw new InvalidOperationException() };
        Action<CallgateBuilder> all = c =>
        {
            c.FlushTimeout = Patience.Limit;
            c.OnInput(call => Add(seen, "input"))
                .OnInput(async call =>
                {
                    await Task.Yield();
                    Add(seen, "input async");
                })
                .OnSuccess((call, response, start, end) => Add(seen, response!.Text))
                .OnSuccess(
                    async (call, response, start, end) =>
                    {
                        await Task.Yield();
                        Add(seen, "success async");
                    }
                )
                .OnFailure(call => Add(seen, $"{call.Outcome}"))
                .OnFailure(
                    (call, response, start, end) => Task.Run(() => Add(seen, "failure async"), CancellationToken.None)
                );
        };
        using (var client = _inner.AsBuilder().UseCallgate(all).Build())
        {
            await client.GetResponseAsync(s_hi, cancellationToken: Token);
        }

        Assert.Equal(["Hi.", "input", "input async", "success async"], seen.Order(StringComparer.Ordinal));
        seen.Clear();
        using (var client = failing.AsBuilder().UseCallgate(all).Build())
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() =>
                client.GetResponseAsync(s_hi, cancellationToken: Token)
            );
        }

        Assert.Equal(["UpstreamFailed", "failure async", "input", "input async"], seen.Order(StringComparer.Ordinal));

        static void Add(List<string> list, string text)
        {
            lock (list)
            {
                list.Add(text);
            }
        }
    }

    [Theory]
    [InlineData("openai", "https://api.openai.com/v1", "openai")]
    [InlineData("openai", "https://me.openai.azure.com/", "azure")]
    [InlineData("openai", "https://openrouter.ai/api/v1", "openrouter")]
    [InlineData("openai", "http://localhost:1234/v1", "openai")]
    [InlineData("azure.ai.openai", null, "azure")]
    [InlineData("anthropic", "https://api.anthropic.com", "anthropic")]
    [InlineData("Ollama", null, "ollama")]
    [InlineData(null, null, "unknown")]
    public void Providers_HaveLiteLLMsNames(string? name, string? address, string expected) =>
        Assert.Equal(expected, ProviderNames.Of(name, address is null ? null : new Uri(address)));

    private static async Task Run(
        IChatClient client,
        bool streamed,
        CancellationToken token,
        ChatOptions? options = null
    )
    {
        if (streamed)
        {
            await client.GetStreamingResponseAsync(s_hi, options, token).ToListAsync(CancellationToken.None);
        }
        else
        {
            await client.GetResponseAsync(s_hi, options, token);
        }
    }

    private sealed class Guard : CustomLogger
    {
        public override ValueTask<HookResult> PreCallDeploymentHookAsync(
            PreCallDeploymentContext context,
            CancellationToken cancellationToken
        ) => Reject(403, "no");
    }
}
