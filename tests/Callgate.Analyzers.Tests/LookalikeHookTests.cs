namespace Callgate.Analyzers.Tests;

public sealed class LookalikeHookTests
{
    private const string SuccessAsync =
        "public override ValueTask LogSuccessEventAsync(CallDetails call, LlmResponse? response, DateTimeOffset startTime, DateTimeOffset endTime, CancellationToken cancellationToken)";

    private const string Success =
        "public override void LogSuccessEvent(CallDetails call, LlmResponse? response, DateTimeOffset startTime, DateTimeOffset endTime)";

    [Fact]
    public async Task The_message_names_the_hook_and_its_signature()
    {
        var messages = await Snippet.Report<LookalikeHookAnalyzer>(
            """
            public class H : CustomLogger
            {
                public Task [|LogSuccessEventAsync|](CallDetails call, LlmResponse response, DateTime start, DateTime end) => Task.CompletedTask;
            }
            """
        );

        Assert.Equal(
            [
                "'H.LogSuccessEventAsync' looks like the hook LogSuccessEventAsync but overrides nothing, so it is never called; "
                    + $"declare it as '{SuccessAsync}'",
            ],
            messages
        );
    }

    [Theory]
    [InlineData("void log_success_event()", "log_success_event", "LogSuccessEvent")]
    [InlineData("Task async_log_success_event()", "async_log_success_event", "LogSuccessEventAsync")]
    [InlineData("void async_log_success_event()", "async_log_success_event", "LogSuccessEventAsync")]
    [InlineData("Task AsyncLogFailureEvent()", "AsyncLogFailureEvent", "LogFailureEventAsync")]
    [InlineData("Task LogFailureEvent()", "LogFailureEvent", "LogFailureEventAsync")]
    [InlineData("void logfailureevent()", "logfailureevent", "LogFailureEvent")]
    [InlineData("void LogSuccessEvents()", "LogSuccessEvents", "LogSuccessEvent")]
    [InlineData("void LogSucessEvnt()", "LogSucessEvnt", "LogSuccessEvent")]
    [InlineData("void LogFialureEvent()", "LogFialureEvent", "LogFailureEvent")]
    [InlineData("ValueTask<HookResult> PreCallHook()", "PreCallHook", "PreCallHookAsync")]
    [InlineData("ValueTask<HookResult> async_pre_call_hook()", "async_pre_call_hook", "PreCallHookAsync")]
    [InlineData("ValueTask<HookResult> async_pre_request_hook()", "async_pre_request_hook", "PreRequestHookAsync")]
    [InlineData(
        "object async_post_call_streaming_iterator_hook()",
        "async_post_call_streaming_iterator_hook",
        "PostCallStreamingIteratorHook"
    )]
    [InlineData("static void LogPreApiCall()", "LogPreApiCall", "LogPreApiCall")]
    public async Task A_public_method_that_looks_like_a_hook_is_reported(string declaration, string name, string hook)
    {
        var marked = declaration.Replace(name, $"[|{name}|]", StringComparison.Ordinal);

        var messages = await Snippet.Report<LookalikeHookAnalyzer>(
            $$"""public class H : CustomLogger { public {{marked}} => throw new Exception(); }"""
        );

        Assert.StartsWith(
            $"'H.{name}' looks like the hook {hook} but overrides nothing",
            Assert.Single(messages),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_method_whose_public_override_was_forgotten_is_reported()
    {
        var messages = await Snippet.Report<LookalikeHookAnalyzer>(
            """
            public class H : CustomLogger
            {
                void [|LogSuccessEvent|](CallDetails call, LlmResponse? response, DateTimeOffset startTime, DateTimeOffset endTime) { }
            }
            """
        );

        Assert.EndsWith($"declare it as '{Success}'", Assert.Single(messages), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_override_with_a_wrong_signature_is_told_the_right_one()
    {
        var messages = await Snippet.Report<LookalikeHookAnalyzer>(
            """
            public class H : CustomLogger
            {
                public override void [|LogSuccessEvent|](CallDetails call) { }
            }
            """,
            "CS0115"
        );

        Assert.EndsWith($"declare it as '{Success}'", Assert.Single(messages), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_base_class_reports_its_lookalike_once_and_at_its_own_place()
    {
        await Snippet.Report<LookalikeHookAnalyzer>(
            """
            public abstract class Base : CustomLogger { public virtual void [|log_success_event|]() { } }
            public class H : Base { public override void log_success_event() { } }
            """
        );
    }

    [Fact]
    public async Task Overrides_helpers_and_other_methods_are_left_alone()
    {
        var messages = await Snippet.Report<LookalikeHookAnalyzer>(
            """
            public interface IOther { void log_failure_event(); }

            public class H : CustomLogger, IOther
            {
                public override void LogSuccessEvent(CallDetails call, LlmResponse? response, DateTimeOffset startTime, DateTimeOffset endTime) =>
                    LogSuccessEvent(call);
                public void LogSuccessEvent(CallDetails call) { }
                public void LogSuccessEvents(IEnumerable<CallDetails> calls) { }
                private Task LogSuccessEventAsync() => Task.CompletedTask;
                private void LogFailureEvents() { }
                public void log_failure_event() { }
                public void LogSuccess() { }
                public void PreCall() { }
                public override string ToString() => "";
            }

            public class NoHandler { public void log_success_event() { } }
            """
        );

        Assert.Empty(messages);
    }

    [Fact]
    public async Task A_public_namesake_of_the_other_of_a_pair_is_reported()
    {
        await Snippet.Report<LookalikeHookAnalyzer>(
            """
            public class H : CustomLogger
            {
                public override void LogSuccessEvent(CallDetails call, LlmResponse? response, DateTimeOffset startTime, DateTimeOffset endTime) { }
                public Task [|LogSuccessEventAsync|](CallDetails call) => Task.CompletedTask;
            }
            """
        );
    }
}
