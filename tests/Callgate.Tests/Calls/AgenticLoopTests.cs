using Callgate.Testing;
using Callgate.Wire;

namespace Callgate.Tests.Calls;

public sealed class AgenticLoopTests : IAsyncLifetime
{
    private readonly RecordingLogger _recorder = new();
    private FakeProvider _provider = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _provider = await FakeProvider.StartAsync(cancellationToken: Token);

    public ValueTask DisposeAsync() => _provider.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_handler_answers_the_tool_calls_and_the_caller_gets_the_last_answer(bool isSync)
    {
        _provider.Enqueue(Asks("Rome"), Asks("Oslo"), Says("Sunny in both."));
        var runner = new ToolRunner();
        await using var client = Client(runner);

        var answer = isSync
            ? await Task.Run(() => client.Complete("openai/gpt-4o", [Message.User("Weather?")]), Token)
            : await client.CompleteAsync("openai/gpt-4o", [Message.User("Weather?")], cancellationToken: Token);
        await client.FlushPatientlyAsync();

        Assert.Equal("Sunny in both.", answer.Text);
        Assert.Equal(
            ["should 0", "plan 0", "post 1", "should 1", "plan 1", "post 2", "should 2", "cleanup completed"],
            runner.Log
        );
        Assert.Equal(3, _provider.Requests.Count);
        Assert.Contains("sunny", _provider.Requests[2].BodyText, StringComparison.Ordinal);

        var events = SuccessesByDepth();
        Assert.Equal([0, 1, 2], events.Select(e => e.Call!.AgenticLoopDepth));
        Assert.Equal(3, events.Select(e => e.CallId).Distinct().Count());
        Assert.Equal(answer.HiddenParams.CallId, events[2].CallId);
        Assert.Single(events.Select(e => e.Call!.LitellmTraceId).Distinct());
        Assert.All(events, e => Assert.Equal(CostStatus.Computed, e.Call!.Cost!.Status));
        Assert.All(events, e => Assert.Equal(isSync ? "completion" : "acompletion", e.Call!.CallType));
        Assert.Empty(_recorder.Failures);
    }

    [Fact]
    public async Task The_events_tell_which_hooks_ran()
    {
        _provider.Enqueue(Asks("Rome"), Says("Sunny."));
        await using var client = Client(new ToolRunner());

        await AskAsync(client);
        await client.FlushPatientlyAsync();

        string[] HooksOf(int i) =>
            [.. SuccessesByDepth()[i].Call!.HookRuns.Where(r => r.Handler == nameof(ToolRunner)).Select(r => r.Hook)];
        Assert.Equal(["ShouldRunAgenticLoopAsync", "BuildAgenticLoopPlanAsync"], HooksOf(0));
        Assert.Equal(["PostAgenticLoopResponseHookAsync", "ShouldRunAgenticLoopAsync"], HooksOf(1));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(null, 4)]
    public async Task The_loop_ends_at_its_limit_with_the_answer_at_hand(int? limit, int calls)
    {
        _provider.Respond = _ => Asks($"city {_provider.Requests.Count}");
        var runner = new ToolRunner();
        await using var client = Client(o => o.MaxAgenticLoops = limit ?? o.MaxAgenticLoops, runner);

        var answer = await AskAsync(client);

        Assert.Equal(calls, _provider.Requests.Count);
        Assert.Contains(
            $"city {calls}",
            answer.Choices[0].Message!.ToolCalls![0].Function!.Arguments,
            StringComparison.Ordinal
        );
        Assert.Equal(calls - 1, runner.Log.Count(l => l.StartsWith("plan", StringComparison.Ordinal)));
        Assert.Equal(limit == 0 ? [] : ["max_loops"], runner.Cleanups.Select(c => c.StopReason));
    }

    [Fact]
    public async Task The_same_tool_calls_again_end_the_loop()
    {
        _provider.Enqueue(Asks("Rome"), Asks("Oslo"), Asks("Rome"));
        var runner = new ToolRunner();
        await using var client = Client(runner);

        await AskAsync(client);

        Assert.Equal(3, _provider.Requests.Count);
        var cleanup = Assert.Single(runner.Cleanups);
        Assert.Equal("repeated_tool_calls", cleanup.StopReason);
        Assert.Equal(2, cleanup.Depth);
        Assert.DoesNotContain("plan 2", runner.Log);
    }

    [Fact]
    public async Task Answers_without_tool_calls_are_not_taken_for_repeated_ones()
    {
        _provider.Enqueue(Says("Hm."), Says("Hm."), Says("Yes."));
        await using var client = Client(
            new ToolRunner
            {
                Wants = c => c.Response.Text == "Hm.",
                Plan = c => new AgenticLoopPlan { Request = c.Request with { Temperature = 1 } },
            }
        );

        Assert.Equal("Yes.", (await AskAsync(client)).Text);
    }

    [Fact]
    public async Task A_rerun_of_the_same_request_asks_the_provider_and_not_the_cache()
    {
        _provider.Enqueue(Says("no"), Says("yes"));
        var runner = new ToolRunner { Wants = c => c.Response.Text == "no", Plan = _ => new AgenticLoopPlan() };
        await using var client = Client(o => o.Cache = new InMemoryCallCache(), runner);

        Assert.Equal("yes", (await AskAsync(client)).Text);
        Assert.Equal(2, _provider.Requests.Count);
        Assert.Equal(_provider.Requests[0].BodyText, _provider.Requests[1].BodyText);
    }

    [Fact]
    public async Task An_answer_of_the_cache_is_asked_about_too()
    {
        _provider.Enqueue(Asks("Rome"), Says("Sunny."));
        var runner = new ToolRunner();
        await using var client = Client(o => o.Cache = new InMemoryCallCache(), runner);

        await AskAsync(client);
        var again = await AskAsync(client);

        Assert.Equal("Sunny.", again.Text);
        Assert.Equal(2, _provider.Requests.Count);
        Assert.Equal(2, runner.Cleanups.Count);
    }

    [Fact]
    public async Task An_override_is_what_the_caller_and_the_event_get_and_what_was_used_is_billed()
    {
        _provider.Enqueue(Asks("Rome"));
        var runner = new ToolRunner
        {
            Plan = c => new AgenticLoopPlan
            {
                ResponseOverride = (ChatCompletion)c.Response.WithText("No tools here.") with { Usage = null },
                StopReason = "tools_off",
            },
        };
        await using var client = Client(runner);

        var answer = await AskAsync(client);
        await client.FlushPatientlyAsync();

        Assert.Equal("No tools here.", answer.Text);
        Assert.Single(_provider.Requests);
        Assert.Equal("tools_off", Assert.Single(runner.Cleanups).StopReason);
        var success = Assert.Single(_recorder.Successes);
        Assert.Equal("No tools here.", success.Response!.Text);
        Assert.True(success.Call!.ResponseCost > 0);
    }

    [Fact]
    public async Task Terminate_ends_the_loop_and_nobody_else_is_asked()
    {
        _provider.Enqueue(Asks("Rome"));
        var first = new ToolRunner { Plan = _ => new AgenticLoopPlan { Terminate = true } };
        var second = new ToolRunner();
        await using var client = Client(first, second);

        var answer = await AskAsync(client);

        Assert.NotEmpty(answer.Choices[0].Message!.ToolCalls!);
        Assert.Equal(["should 0", "plan 0", "cleanup terminated"], first.Log);
        Assert.Empty(second.Log);
    }

    [Fact]
    public async Task The_first_handler_with_a_plan_wins_and_all_that_wanted_to_are_cleaned_up_after()
    {
        _provider.Enqueue(Asks("Rome"), Says("Sunny."));
        var without = new ToolRunner { Plan = _ => null };
        var back = new ToolRunner { Plan = _ => new AgenticLoopPlan { RunAgenticLoop = false } };
        var winner = new ToolRunner();
        var late = new ToolRunner();
        await using var client = Client(without, back, winner, late);

        await AskAsync(client);

        Assert.Equal(["should 0", "plan 0", "should 1", "cleanup completed"], without.Log);
        Assert.Equal(["should 0", "plan 0", "should 1", "cleanup completed"], back.Log);
        Assert.Equal(["should 0", "plan 0", "post 1", "should 1", "cleanup completed"], winner.Log);
        Assert.Equal(["should 1"], late.Log);
    }

    [Fact]
    public async Task The_answer_of_a_rerun_can_be_replaced()
    {
        _provider.Enqueue(Asks("Rome"), Says("sunny"));
        await using var client = Client(
            new ToolRunner { Post = c => ToolRunner.Replaced(c.Response.WithText(c.Response.Text + "!")) }
        );

        var answer = await AskAsync(client);
        await client.FlushPatientlyAsync();

        Assert.Equal("sunny!", answer.Text);
        Assert.Equal("sunny!", SuccessesByDepth()[1].Response!.Text);
    }

    [Fact]
    public async Task A_rerun_that_fails_is_thrown_after_the_cleanup_with_an_event_of_its_own()
    {
        _provider.Enqueue(Asks("Rome"), FakeReply.Error(500));
        var runner = new ToolRunner();
        await using var client = Client(runner);

        var thrown = await Assert.ThrowsAnyAsync<LlmException>(() => AskAsync(client));
        var cleanup = Assert.Single(runner.Cleanups);
        await client.FlushPatientlyAsync();

        Assert.Same(thrown, cleanup.Exception);
        Assert.Equal("failed", cleanup.StopReason);
        var success = Assert.Single(_recorder.Successes);
        var failure = Assert.Single(_recorder.Failures);
        Assert.NotEqual(success.CallId, failure.CallId);
        Assert.Equal(thrown.CallId, failure.CallId);
        Assert.Equal(success.Call!.LitellmTraceId, failure.Call!.LitellmTraceId);
    }

    [Fact]
    public async Task A_caller_that_leaves_during_a_rerun_is_cleaned_up_after()
    {
        _provider.Enqueue(Asks("Rome"), Says("late") with { DelayHeaders = Timeout.InfiniteTimeSpan });
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var runner = new ToolRunner();
        await using var client = Client(runner);

        var call = client.CompleteAsync("openai/gpt-4o", [Message.User("Weather?")], cancellationToken: source.Token);
        await _provider.WaitForRequestsAsync(2, Token);
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.IsType<OperationCanceledException>(Assert.Single(runner.Cleanups).Exception, exactMatch: false);
    }

    [Theory]
    [InlineData("should")]
    [InlineData("plan")]
    [InlineData("post")]
    [InlineData("cleanup")]
    public async Task A_hook_that_fails_leaves_the_answer_as_it_is(string failing)
    {
        _provider.Enqueue(Asks("Rome"), Says("Sunny."));
        var log = new Callbacks.CollectedLog();
        await using var client = Client(o => o.LoggerFactory = log, Failing(failing));

        var answer = await AskAsync(client);

        Assert.Equal(failing is "should" or "plan" ? "" : "Sunny.", answer.Text);
        Assert.Contains(log.Warnings, w => w.Contains("ToolRunner failed in", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_a_hook_that_fails_the_next_handler_is_asked()
    {
        _provider.Enqueue(Asks("Rome"), Says("Sunny."));
        await using var client = Client(Failing("plan"), new ToolRunner());

        Assert.Equal("Sunny.", (await AskAsync(client)).Text);
    }

    [Theory]
    [InlineData("should", 0)]
    [InlineData("plan", 1)]
    [InlineData("post", 1)]
    public async Task A_hook_that_fails_refuses_the_answer_where_its_registration_says_so(string failing, int cleanups)
    {
        _provider.Enqueue(Asks("Rome"), Says("Sunny."));
        var runner = Failing(failing);
        await using var client = Client();
        client.Callbacks.Add(runner, new CallbackOptions { OnFailure = OnHookFailure.Deny });

        await Assert.ThrowsAsync<RejectException>(() => AskAsync(client));
        await client.FlushPatientlyAsync();

        Assert.Equal(cleanups, runner.Cleanups.Count);
        var failure = Assert.Single(_recorder.Failures).Call!;
        Assert.Equal(CallOutcome.Rejected, failure.Outcome);
        Assert.True(failure.ResponseCost > 0);
    }

    [Fact]
    public async Task The_plan_adds_metadata_and_the_loops_hooks_share_their_items()
    {
        _provider.Enqueue(Asks("Rome"), Says("Sunny."));
        var runner = new ToolRunner
        {
            Plan = c =>
            {
                c.Items.Set(new Uri("https://tool.example/"));
                return ToolRunner.Answered(c) with
                {
                    Metadata = new Dictionary<string, object?> { ["step"] = "tool", ["who"] = "loop" },
                };
            },
        };
        await using var client = Client(runner);

        await client.CompleteAsync(
            "openai/gpt-4o",
            [Message.User("Weather?")],
            new CallOptions
            {
                Metadata = new Dictionary<string, object?> { ["team"] = "a", ["who"] = "caller" },
            },
            Token
        );
        await client.FlushPatientlyAsync();

        var events = SuccessesByDepth();
        Assert.Equal("caller", events[0].Call!.Metadata["who"]);
        Assert.Equal(
            [("step", "tool"), ("team", "a"), ("who", "loop")],
            events[1].Call!.Metadata.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => (m.Key, (string?)m.Value))
        );
        Assert.True(Assert.Single(runner.Cleanups).Items.TryGet<Uri>(out _));
    }

    [Fact]
    public async Task A_prompt_is_built_once()
    {
        _provider.Enqueue(Asks("Rome"), Says("Sunny."));
        await using var client = Client(new ToolRunner());

        await AskAsync(client);

        Assert.Single(_recorder.Names, nameof(CustomLogger.GetChatCompletionPromptAsync));
    }

    [Fact]
    public async Task Streams_and_embeddings_have_no_loop()
    {
        _provider.Enqueue(Asks("Rome"));
        var runner = new ToolRunner { Wants = _ => true };
        await using var client = Client(runner);

        await foreach (
            var chunk in client.CompleteStreamingAsync(
                "openai/gpt-4o",
                [Message.User("Weather?")],
                cancellationToken: Token
            )
        )
        {
            Assert.NotNull(chunk);
        }

        await client.EmbedAsync("openai/text-embedding-3-small", ["Hi"], cancellationToken: Token);

        Assert.Empty(runner.Log);
    }

    [Fact]
    public void A_limit_out_of_range_is_refused() =>
        Assert.Contains(
            nameof(LlmClientOptions.MaxAgenticLoops),
            Assert
                .Throws<ArgumentOutOfRangeException>(() => new LlmClient(new LlmClientOptions { MaxAgenticLoops = -1 }))
                .Message,
            StringComparison.Ordinal
        );

    /// <summary>The recorder has a logging hook, and that may let a later call's event overtake an earlier one's.</summary>
    private List<RecordedHook> SuccessesByDepth() => [.. _recorder.Successes.OrderBy(s => s.Call!.AgenticLoopDepth)];

    private static Task<ChatCompletion> AskAsync(LlmClient client) =>
        client.CompleteAsync("openai/gpt-4o", [Message.User("Weather?")], cancellationToken: Token);

    private static ToolRunner Failing(string hook)
    {
        static T Fail<T>() => throw new InvalidOperationException("The tool is broken.");
        return hook switch
        {
            "should" => new ToolRunner { Wants = _ => Fail<bool>() },
            "plan" => new ToolRunner { Plan = _ => Fail<AgenticLoopPlan>() },
            "post" => new ToolRunner { Post = _ => Fail<HookResult>() },
            _ => new ToolRunner { Cleanup = _ => Fail<bool>() },
        };
    }

    private static FakeReply Says(string text) => FakeReply.Mock(new MockOptions { Response = text });

    private static FakeReply Asks(string city) =>
        FakeReply.Mock(
            new MockOptions
            {
                ToolCalls =
                [
                    new ToolCall
                    {
                        Id = $"call_{Guid.NewGuid():N}",
                        Type = "function",
                        Function = new FunctionCall { Name = "weather", Arguments = $$"""{"city":"{{city}}"}""" },
                    },
                ],
            }
        );

    private LlmClient Client(params ToolRunner[] runners) => Client(_ => { }, runners);

    private LlmClient Client(Action<LlmClientOptions> configure, params ToolRunner[] runners)
    {
        var options = new LlmClientOptions
        {
            NumRetries = 0,
            Callbacks = [_recorder, .. runners],
            ApiBases = { ["openai"] = _provider.OpenAiBase },
            ApiKeys = { ["openai"] = "sk-test" },
        };
        configure(options);
        return new LlmClient(options);
    }
}
