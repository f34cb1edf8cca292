using Callgate.Testing;
using Callgate.Wire;

namespace Callgate.Tests.Testing;

public sealed class RecordingLoggerTests
{
    private const Hooks GatewayOnly = Hooks.GatewayOnly;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Both_OverridesEveryHookOfAClient()
    {
        var all = Enum.GetValues<Hooks>().Aggregate((a, b) => a | b) & ~GatewayOnly;

        Assert.Equal(all, HookScan.HooksOf(new RecordingLogger()));
    }

    [Fact]
    public void EveryHookThatIsClaimed_IsOverridden()
    {
        // The logger tells its hooks itself: this holds it to what it says.
        var overridden = typeof(RecordingLogger)
            .GetMethods()
            .Where(m =>
                m.IsVirtual && m.DeclaringType == typeof(RecordingLogger) && Enum.TryParse<Hooks>(m.Name, out _)
            )
            .Aggregate(Hooks.None, (hooks, m) => hooks | Enum.Parse<Hooks>(m.Name));

        Assert.Equal(overridden, HookScan.HooksOf(new RecordingLogger()));
    }

    [Theory]
    [InlineData(RecordingMode.SyncOnly, true, "LogSuccessEvent")]
    [InlineData(RecordingMode.SyncOnly, false, "LogSuccessEvent")]
    [InlineData(RecordingMode.AsyncOnly, true, "LogSuccessEventAsync")]
    [InlineData(RecordingMode.AsyncOnly, false, "LogSuccessEventAsync")]
    [InlineData(RecordingMode.Both, true, "LogSuccessEvent")]
    [InlineData(RecordingMode.Both, false, "LogSuccessEventAsync")]
    public async Task Mode_DecidesWhichOfAPairIsCalled(RecordingMode mode, bool isSync, string expected)
    {
        var logger = new RecordingLogger(mode);
        await Fire(logger, ObserverEventKind.Success, isSync);

        Assert.Equal(expected, Assert.Single(logger.Names));
        Assert.Single(logger.Successes);
        Assert.Empty(logger.Failures);
    }

    [Fact]
    public async Task Records_HoldWhatTheHookWasGiven()
    {
        var logger = new RecordingLogger();
        await Fire(logger, ObserverEventKind.PreApi, isSync: true);
        await Fire(logger, ObserverEventKind.Failure, isSync: false);
        var failure = Assert.Single(logger.Failures);

        Assert.Equal(1, failure.Index);
        Assert.Equal("call-1", failure.CallId);
        Assert.Equal("answer", failure.Response!.Text);
        Assert.Equal(DateTimeOffset.UnixEpoch, failure.Start);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(1), failure.End);

        logger.Clear();
        await Fire(logger, ObserverEventKind.Success, isSync: false);
        Assert.Equal(2, Assert.Single(logger.Records).Index);
    }

    [Fact]
    public async Task Interceptors_PassThrough()
    {
        var logger = new RecordingLogger();
        var request = new ChatRequest { Model = "m", Messages = [] };
        var deployments = new List<Deployment>();
        var prompt = await logger.GetChatCompletionPromptAsync(
            new PromptContext { Request = request, LitellmCallId = "c" },
            Token
        );
        var filtered = await logger.FilterDeploymentsAsync(
            new FilterDeploymentsContext
            {
                Model = "m",
                HealthyDeployments = deployments,
                Request = request,
            },
            Token
        );

        Assert.Equal(HookDecision.Continue, prompt.Decision);
        Assert.Same(deployments, filtered);
        Assert.Equal(["GetChatCompletionPromptAsync", "FilterDeploymentsAsync"], logger.Names);
        Assert.Equal("c", logger.Records[0].CallId);
        Assert.Same(request, Assert.IsType<PromptContext>(logger.Records[0].Context).Request);
    }

    [Fact]
    public async Task WaitFor_EndsWithTheHookThatFulfilsIt()
    {
        var logger = new RecordingLogger();
        var waiting = logger.WaitForAsync(l => l.Records.Count == 2, Token);
        Assert.False(waiting.IsCompleted);

        await Fire(logger, ObserverEventKind.PreApi, isSync: true);
        await Fire(logger, ObserverEventKind.Success, isSync: true);
        await waiting;
        await logger.WaitForAsync(l => l.Successes.Count == 1, Token);
    }

    [Fact]
    public async Task WaitFor_CanBeCancelled()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = new RecordingLogger().WaitForAsync(_ => false, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task ManyThreads_GetAnIndexEach()
    {
        var logger = new RecordingLogger();
        var waiting = logger.WaitForAsync(l => l.Records.Count == 400, Token);
        await Parallel.ForAsync(
            0,
            400,
            Token,
            async (_, _) => await Fire(logger, ObserverEventKind.Success, isSync: true)
        );
        await waiting;

        Assert.Equal(Enumerable.Range(0, 400), logger.Records.Select(r => r.Index));
    }

    private static ValueTask Fire(RecordingLogger logger, ObserverEventKind kind, bool isSync)
    {
        var request = new ChatRequest { Model = "m", Messages = [] };
        var call = new CallDetails
        {
            LitellmCallId = "call-1",
            LitellmTraceId = "trace-1",
            LogEventType = "event",
            CallType = isSync ? "completion" : "acompletion",
            Model = "m",
            ModelGroup = "m",
            Request = request,
        };
        var observed = new ObserverEvent(kind, call, isSync)
        {
            Response = new ChatCompletion
            {
                Choices =
                [
                    new Choice
                    {
                        Message = new Message { Role = "assistant", Content = "answer" },
                    },
                ],
            },
            Start = DateTimeOffset.UnixEpoch,
            End = DateTimeOffset.UnixEpoch.AddSeconds(1),
        };
        return ObserverDispatch.Dispatch(new Registration(logger, new CallbackOptions()), observed, Token);
    }
}
