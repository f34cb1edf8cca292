using System.Runtime.CompilerServices;
using Callgate.Testing;
using Callgate.Tests;
using Callgate.Wire;

namespace Callgate.Gateway.Tests.Endpoints;

/// <summary>Where hooks meet limits, failures and each other.</summary>
public class HookEdgeTests
{
    private const string Hello = """{"model":"gpt","messages":[{"role":"user","content":"Hello"}],"user":"ann"}""";

    private const string HelloStreamed =
        """{"model":"gpt","messages":[{"role":"user","content":"Hello"}],"stream":true}""";

    [Fact]
    public async Task WhatAPromptHookBuilds_IsWhatTheProviderGets()
    {
        await using var gateway = await GatewayHost.StartAsync(callbacks: new Prompter());

        var (status, _) = await gateway.SendAsync("/v1/chat/completions", Hello);

        Assert.Equal(200, status);
        var sent = Assert.Single(gateway.Provider.Requests).BodyText;
        Assert.Contains("Built by the hook", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("Hello", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AModelThatOneHookHasSet_IsStillSet_AfterTheNextHooksChange()
    {
        await using var gateway = await GatewayHost.StartAsync(
            callbacks:
            [
                new PreCall(r => ((ChatRequest)r) with { Temperature = 0.5 }),
                new PreCall(r => r with { Model = "claude" }),
                new PreCall(r => ((ChatRequest)r) with { Temperature = 0.7 }),
            ]
        );

        var (status, _) = await gateway.SendAsync("/v1/chat/completions", Hello);

        Assert.Equal(200, status);
        Assert.Equal("/v1/messages", Assert.Single(gateway.Provider.Requests).Path);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnAnswerThatOnlyItsClientCanRead_HasItsEvent(bool isRedacted)
    {
        await using var gateway = await GatewayHost.StartAsync(configure: o =>
            o.ConfigureClient += c => c.TurnOffMessageLogging = isRedacted
        );
        gateway.Provider.DefaultReply = FakeReply.Json(
            """
            {"id":"c1","object":"chat.completion","created":1718.5,"model":"gpt-4o-mini",
             "choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],
             "usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6}}
            """
        );

        var (status, body) = await gateway.SendAsync("/v1/chat/completions", Hello);

        Assert.Equal(200, status);
        Assert.Contains("1718.5", body, StringComparison.Ordinal);
        var call = Assert.Single(await gateway.EndsAsync());
        Assert.Equal(CallOutcome.Completed, call.Outcome);
        Assert.Equal(5, call.Usage.PromptTokens);
        Assert.Equal("c1", call.Response!.Id);
        Assert.Equal("ann", ((ChatRequest)call.Request).User);
    }

    [Fact]
    public async Task TheIdleLimit_CountsTheProvidersTime_NotTheHooks()
    {
        var time = new ManualTimeProvider();
        await using var gateway = await GatewayHost.StartAsync(
            configure: o =>
                o.ConfigureClient += c =>
                {
                    c.TimeProvider = time;
                    c.IdleTimeout = TimeSpan.FromSeconds(5);
                },
            callbacks: new Gatherer(() => time.Advance(TimeSpan.FromSeconds(6)))
        );
        gateway.Provider.DefaultReply = FakeReply.Mock(new MockOptions { Response = "One two three" }) with
        {
            SplitEvery = 20,
        };

        var (status, body) = await gateway.SendAsync("/v1/chat/completions", HelloStreamed);

        Assert.Equal(200, status);
        Assert.EndsWith("data: [DONE]\n\n", body, StringComparison.Ordinal);
        Assert.Equal(CallOutcome.Completed, Assert.Single(await gateway.EndsAsync()).Outcome);
    }

    [Fact]
    public async Task AModeratorThatTakesLongerThanTheCall_DoesNotKeepTheClientWaiting()
    {
        var time = new ManualTimeProvider();
        var answered = new Answered();
        await using var gateway = await GatewayHost.StartAsync(
            configure: o =>
                o.ConfigureClient += c =>
                {
                    c.TimeProvider = time;
                    c.Timeout = TimeSpan.FromSeconds(2);
                },
            callbacks: [new SlowModerator(), answered]
        );

        var sending = gateway.SendAsync("/v1/chat/completions", Hello);
        await answered.Seen.Task.WaitAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(408, (await sending).Status);
        Assert.Equal(CallOutcome.TimedOut, Assert.Single(await gateway.EndsAsync()).Outcome);
    }

    [Fact]
    public async Task AStreamsFailure_IsTheProviders_HoweverAHookHasWrappedIt()
    {
        await using var gateway = await GatewayHost.StartAsync(callbacks: new Wrapper());
        gateway.Provider.DefaultReply = FakeReply.Sse(
            """
            data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"}}]}

            data: {"error":{"message":"Too many requests.","type":"requests","code":"rate_limit_exceeded"}}


            """
        );

        var (_, body) = await gateway.SendAsync("/v1/chat/completions", HelloStreamed);

        Assert.Contains("Too many requests.", body, StringComparison.Ordinal);
        var call = Assert.Single(await gateway.EndsAsync());
        Assert.Equal(CallOutcome.UpstreamFailed, call.Outcome);
        Assert.IsType<LlmServerException>(call.Exception);
    }

    [Fact]
    public async Task AHeadersHookThatRefuses_LeavesAFailureWhatItIs()
    {
        await using var gateway = await GatewayHost.StartAsync(callbacks: new RefusingHeaders());
        gateway.Provider.DefaultReply = FakeReply.Error(500);

        var (status, body) = await gateway.SendAsync("/v1/chat/completions", Hello);

        Assert.Equal((418, true), (status, body.Contains("No headers today.", StringComparison.Ordinal)));
        var call = Assert.Single(await gateway.EndsAsync());
        Assert.Equal(CallOutcome.UpstreamFailed, call.Outcome);
        Assert.Null(call.Rejection);
    }

    private sealed class Prompter : CustomLogger
    {
        public override ValueTask<HookResult> GetChatCompletionPromptAsync(
            PromptContext context,
            CancellationToken cancellationToken
        ) => Replace(context.Request with { Messages = [Message.User("Built by the hook")] });
    }

    private sealed class PreCall(Func<LlmRequest, LlmRequest> change) : CustomLogger
    {
        public override ValueTask<HookResult> PreCallHookAsync(
            PreCallContext context,
            CancellationToken cancellationToken
        ) => Replace(change(context.Data));
    }

    /// <summary>Gives nothing before it has all, and takes its time for each piece.</summary>
    private sealed class Gatherer(Action takeTime) : CustomLogger
    {
        public override async IAsyncEnumerable<LlmChunk> PostCallStreamingIteratorHook(
            StreamContext context,
            IAsyncEnumerable<LlmChunk> chunks,
            [EnumeratorCancellation] CancellationToken cancellationToken
        )
        {
            var all = new List<LlmChunk>();
            await foreach (var chunk in chunks.WithCancellation(cancellationToken))
            {
                takeTime();
                all.Add(chunk);
            }

            foreach (var chunk in all)
            {
                yield return chunk;
            }
        }
    }

    private sealed class SlowModerator : CustomLogger
    {
        public override async ValueTask<HookResult> ModerationHookAsync(
            ModerationContext context,
            CancellationToken cancellationToken
        )
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return default;
        }
    }

    /// <summary>Tells when the provider's answer is there.</summary>
    private sealed class Answered : CustomLogger
    {
        public TaskCompletionSource Seen { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ValueTask<HookResult> PostCallSuccessDeploymentHookAsync(
            PostCallSuccessDeploymentContext context,
            CancellationToken cancellationToken
        )
        {
            Seen.TrySetResult();
            return default;
        }
    }

    private sealed class Wrapper : CustomLogger
    {
        public override async IAsyncEnumerable<LlmChunk> PostCallStreamingIteratorHook(
            StreamContext context,
            IAsyncEnumerable<LlmChunk> chunks,
            [EnumeratorCancellation] CancellationToken cancellationToken
        )
        {
            await using var source = chunks.GetAsyncEnumerator(cancellationToken);
            while (await NextAsync(source))
            {
                yield return source.Current;
            }
        }

        private static async ValueTask<bool> NextAsync(IAsyncEnumerator<LlmChunk> source)
        {
            try
            {
                return await source.MoveNextAsync();
            }
            catch (LlmException failure)
            {
                throw new InvalidOperationException("Something went wrong.", failure);
            }
        }
    }

    private sealed class RefusingHeaders : CustomLogger
    {
        public override ValueTask<IReadOnlyDictionary<string, string>?> PostCallResponseHeadersHookAsync(
            ResponseHeadersContext context,
            CancellationToken cancellationToken
        ) => throw new RejectException(418, "No headers today.");
    }
}
