using Callgate.Testing;
using Callgate.Wire;
using CsCheck;

namespace Callgate.Tests.Calls;

/// <summary>Retries and fallbacks against a provider that fails after a script: the event tells each request that was made.</summary>
public sealed class FaultScriptTests
{
    private static readonly Message[] s_messages = [Message.User("Hello")];

    private enum Fault
    {
        RateLimit,
        Overloaded,
        Server,
        BadRequest,
        Disconnect,
        NoJson,
        None,
    }

    [Fact]
    public async Task Call_AnyFaults_TellsEveryRequestOnce()
    {
        var token = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken: token);
        var events = new TerminalEvents();
        await using var client = new LlmClient(Options(provider, events, o => o.NumRetries = 2));
        await Tape.Gen(10)
            .SampleAsync(
                async choices =>
                {
                    events.Clear();
                    provider.ClearRequests();
                    var tape = new Tape(choices);
                    var isStream = tape.Once(2);
                    var fallbacks = tape.Next(3);
                    var script = Enumerable.Range(0, 9).Select(_ => (Fault)tape.Next(7)).ToList();
                    provider.Respond = _ => Reply(script[provider.Requests.Count - 1]);
                    var options = new CallOptions
                    {
                        Fallbacks = [.. new[] { "openai/gpt-4o", "anthropic/claude-haiku-4-5" }.Take(fallbacks)],
                    };
                    var isAnswered = await TryAsync(client, isStream, options, token);
                    var expected = Expect(script, fallbacks + 1);
                    var call = Assert.Single(await events.SettledAsync(client));
                    Assert.Equal(expected, call.Attempts.Select(a => a.Exception is null));
                    Assert.Equal(expected.Count, provider.Requests.Count);
                    Assert.Equal(expected[^1], isAnswered);
                    Assert.Equal(isAnswered ? CallOutcome.Completed : CallOutcome.UpstreamFailed, call.Outcome);
                    Assert.Equal(call.Attempts.Sum(a => a.Cost?.Total ?? 0), call.Cost!.Total ?? 0);
                    Assert.Equal(
                        provider.Requests.Select(r => r.ReadJson().GetProperty("model").GetString()),
                        call.Attempts.Select(a => a.Model)
                    );
                },
                iter: 300,
                threads: 1
            );
    }

    /// <summary>Which attempts are made, and which of them answers.</summary>
    private static List<bool> Expect(List<Fault> script, int models)
    {
        List<bool> attempts = [];
        for (var model = 0; model < models; model++)
        {
            for (var tries = 0; tries < 3; tries++)
            {
                var fault = script[attempts.Count];
                attempts.Add(fault == Fault.None);
                if (fault == Fault.None)
                {
                    return attempts;
                }

                if (fault is Fault.BadRequest or Fault.NoJson)
                {
                    break;
                }
            }
        }

        return attempts;
    }

    private static FakeReply Reply(Fault fault) =>
        fault switch
        {
            Fault.RateLimit => FakeReply.Error(429, retryAfter: TimeSpan.Zero),
            Fault.Overloaded => FakeReply.Error(503),
            Fault.Server => FakeReply.Error(500),
            Fault.BadRequest => FakeReply.Error(400),
            Fault.Disconnect => FakeReply.Disconnect(),
            Fault.NoJson => FakeReply.Sse("data: <html>\n\n"),
            _ => FakeReply.Mock(),
        };

    [Fact]
    public async Task ContextWindow_Exceeded_GoesToTheLargerModel()
    {
        var call = await FailFirstAsync(
            FakeReply.Error(400, "context_length_exceeded"),
            o => o.ContextWindowFallbacks["openai/gpt-5.4"] = ["openai/gpt-4o"]
        );
        Assert.Equal(["first", "context_window_fallback"], call.Attempts.Select(a => a.Reason));
        Assert.Equal("gpt-4o", call.Attempts[1].Model);
    }

    [Fact]
    public async Task ContentPolicy_Refused_GoesToTheOtherModel()
    {
        var call = await FailFirstAsync(
            FakeReply.Error(400, "content_policy_violation"),
            o => o.ContentPolicyFallbacks["openai/gpt-5.4"] = ["openai/gpt-4o"]
        );
        Assert.Equal(["first", "content_policy_fallback"], call.Attempts.Select(a => a.Reason));
    }

    [Fact]
    public async Task Fallbacks_AreTriedInOrder()
    {
        var call = await FailFirstAsync(
            FakeReply.Error(401),
            o => o.Fallbacks["openai/gpt-5.4"] = ["openai/gpt-4o", "openai/gpt-4o-mini"],
            FakeReply.Error(401)
        );
        Assert.Equal(["gpt-5.4", "gpt-4o", "gpt-4o-mini"], call.Attempts.Select(a => a.Model));
        Assert.Equal(["first", "fallback", "fallback"], call.Attempts.Select(a => a.Reason));
    }

    [Fact]
    public async Task Deployment_ThatIsRateLimited_GetsNoCallsUntilItHasCooledDown()
    {
        var token = TestContext.Current.CancellationToken;
        var time = new ManualTimeProvider();
        await using var sick = await FakeProvider.StartAsync(cancellationToken: token);
        await using var well = await FakeProvider.StartAsync(cancellationToken: token);
        sick.DefaultReply = FakeReply.Error(429);
        var events = new TerminalEvents();
        await using var client = new LlmClient(
            Options(
                sick,
                events,
                o =>
                {
                    o.TimeProvider = time;
                    o.NumRetries = 1;
                    o.CooldownTime = TimeSpan.FromSeconds(30);
                    // The sick one is by far the likelier choice, while it is one.
                    o.Deployments.Add(Serving(sick, 1e9));
                    o.Deployments.Add(Serving(well, 1));
                }
            )
        );
        for (var i = 0; i < 20; i++)
        {
            await client.CompleteAsync("group", s_messages, cancellationToken: token);
        }

        Assert.Single(sick.Requests);
        Assert.Equal(20, well.Requests.Count);
        sick.DefaultReply = FakeReply.Mock();
        time.Advance(TimeSpan.FromSeconds(31));
        await client.CompleteAsync("group", s_messages, cancellationToken: token);
        Assert.Equal(2, sick.Requests.Count);
        var all = await events.SettledAsync(client);
        Assert.Equal(21, all.Count);
        Assert.All(all, e => Assert.Equal(CallOutcome.Completed, e.Outcome));
        Assert.Equal(22, all.Sum(e => e.Attempts.Count));
    }

    [Fact]
    public async Task CacheHit_UnaryAndStreamed_IsAFreeEventWithoutARequest()
    {
        var token = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken: token);
        var events = new TerminalEvents();
        await using var client = new LlmClient(Options(provider, events, o => o.Cache = new InMemoryCallCache()));
        // Kept from a stream, so that what is given again was put together from chunks.
        var text = string.Concat(
            await client
                .CompleteStreamingAsync("openai/gpt-4o", s_messages, cancellationToken: token)
                .Select(c => c.Text)
                .ToListAsync(token)
        );
        var completion = await client.CompleteAsync("openai/gpt-4o", s_messages, cancellationToken: token);
        var replayed = client.CompleteStreaming("openai/gpt-4o", s_messages, cancellationToken: token).ToList();
        Assert.Equal(text, completion.Text);
        Assert.Equal(text, string.Concat(replayed.Select(c => c.Text)));
        Assert.Equal("stop", replayed[^1].FinishReason);
        Assert.Single(provider.Requests);
        var all = await events.SettledAsync(client);
        Assert.Equal(
            [CallOutcome.Completed, CallOutcome.CacheHit, CallOutcome.CacheHit],
            all.Select(e => e.Outcome!.Value)
        );
        Assert.All(
            all.Skip(1),
            e =>
            {
                Assert.True(e.CacheHit);
                Assert.Empty(e.Attempts);
                Assert.Equal(0, e.ResponseCost);
                Assert.Equal(CostStatus.Free, e.Cost!.Status);
                Assert.Equal(all[0].Usage.TotalTokens, e.Usage.TotalTokens);
            }
        );
    }

    private static Deployment Serving(FakeProvider provider, double weight) =>
        new()
        {
            ModelName = "group",
            Model = "openai/gpt-4o",
            ApiBase = provider.OpenAiBase,
            Weight = weight,
        };

    private static async Task<CallDetails> FailFirstAsync(
        FakeReply failure,
        Action<LlmClientOptions> set,
        params FakeReply[] more
    )
    {
        var token = TestContext.Current.CancellationToken;
        await using var provider = await FakeProvider.StartAsync(cancellationToken: token);
        provider.Enqueue([failure, .. more]);
        var events = new TerminalEvents();
        await using var client = new LlmClient(Options(provider, events, set));
        await client.CompleteAsync("openai/gpt-5.4", s_messages, cancellationToken: token);
        var call = Assert.Single(await events.SettledAsync(client));
        Assert.Equal(provider.Requests.Count, call.Attempts.Count);
        Assert.Equal(CallOutcome.Completed, call.Outcome);
        return call;
    }

    private static async Task<bool> TryAsync(
        LlmClient client,
        bool isStream,
        CallOptions options,
        CancellationToken token
    )
    {
        try
        {
            if (isStream)
            {
                await foreach (var chunk in client.CompleteStreamingAsync("openai/gpt-5.4", s_messages, options, token))
                {
                    Assert.NotNull(chunk);
                }
            }
            else
            {
                await client.CompleteAsync("openai/gpt-5.4", s_messages, options, token);
            }

            return true;
        }
        catch (LlmException)
        {
            return false;
        }
    }

    private static LlmClientOptions Options(FakeProvider provider, CustomLogger events, Action<LlmClientOptions> set)
    {
        var options = new LlmClientOptions
        {
            RetryDelay = TimeSpan.FromMilliseconds(1),
            Callbacks = [events],
            ApiKeys = { ["openai"] = "k", ["anthropic"] = "k" },
            ApiBases = { ["openai"] = provider.OpenAiBase, ["anthropic"] = provider.AnthropicBase },
        };
        set(options);
        return options;
    }
}
