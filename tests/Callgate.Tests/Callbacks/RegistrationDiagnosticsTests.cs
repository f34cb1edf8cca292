using Microsoft.Extensions.Logging;

namespace Callgate.Tests.Callbacks;

public sealed class RegistrationDiagnosticsTests
{
    [Fact]
    public void A_registration_says_what_the_handler_overrides() =>
        Assert.Equal(
            ["Information: Callback Plain is registered; it overrides LogSuccessEvent, PreCallDeploymentHookAsync."],
            Report(new Plain())
        );

    [Fact]
    public void A_handler_goes_by_the_name_that_it_was_given() =>
        Assert.StartsWith(
            "Information: Callback costs is registered;",
            Assert.Single(Report(new Plain(), new CallbackOptions { Name = "costs" })),
            StringComparison.Ordinal
        );

    [Fact]
    public void Lookalikes_are_named_with_the_signature_that_was_meant()
    {
        var lines = Report(new Lookalikes());

        Assert.Equal(
            [
                "Warning: CALLGATE001: Lookalikes.LogSuccessEventAsync looks like the hook LogSuccessEventAsync but overrides nothing, so it is never called. "
                    + "Declare it as: public override ValueTask LogSuccessEventAsync(CallDetails call, LlmResponse response, DateTimeOffset startTime, DateTimeOffset endTime, CancellationToken cancellationToken)",
                "Warning: CALLGATE001: Lookalikes.LogFailureEvent looks like the hook LogFailureEvent but overrides nothing, so it is never called. "
                    + "Declare it as: public override void LogFailureEvent(CallDetails call, LlmResponse response, DateTimeOffset startTime, DateTimeOffset endTime)",
                "Warning: CALLGATE001: Lookalikes.log_pre_api_call looks like the hook LogPreApiCall but overrides nothing, so it is never called. "
                    + "Declare it as: public override void LogPreApiCall(string model, IReadOnlyList<Message> messages, CallDetails call)",
                "Warning: CALLGATE001: Lookalikes.PreCalHook looks like the hook PreCallHookAsync but overrides nothing, so it is never called. "
                    + "Declare it as: public override ValueTask<HookResult> PreCallHookAsync(PreCallContext context, CancellationToken cancellationToken)",
                "Warning: CALLGATE001: Lookalikes.LogStreamEvent looks like the hook LogStreamEvent but overrides nothing, so it is never called. "
                    + "Declare it as: public override void LogStreamEvent(CallDetails call, LlmChunk chunk, DateTimeOffset startTime, DateTimeOffset endTime)",
            ],
            lines
        );
    }

    [Fact]
    public void Helpers_beside_their_namesake_are_no_lookalikes() =>
        Assert.Equal(
            ["Information: Callback Helpers is registered; it overrides LogSuccessEventAsync."],
            Report(new Helpers())
        );

    [Fact]
    public void A_gateway_hook_warns_in_a_library_client_only()
    {
        Assert.Equal(
            [
                "Warning: CALLGATE002: Guard overrides PreCallHookAsync, PostCallFailureHookAsync, which only the gateway calls: in this client it never runs.",
            ],
            Report(new Guard()).Where(l => l.StartsWith("Warning", StringComparison.Ordinal))
        );
        Assert.Equal(
            ["Information: Callback Guard is registered; it overrides PreCallHookAsync, PostCallFailureHookAsync."],
            Report(new Guard(), isGateway: true)
        );
    }

    [Fact]
    public void A_handler_that_overrides_nothing_warns() =>
        Assert.Equal(
            ["Warning: CALLGATE102: Callback Nothing overrides no hook at all, so it is never called."],
            Report(new Nothing())
        );

    [Fact]
    public void A_handler_in_a_list_of_other_events_warns()
    {
        var options = new LlmClientOptions();
        options.FailureCallbacks.Add(new Plain());

        Assert.Equal(
            [
                "Warning: CALLGATE102: Callback Plain overrides LogSuccessEvent, PreCallDeploymentHookAsync, but its list fires only LogFailureEvent, LogFailureEventAsync, so it is never called.",
            ],
            Report(options.FailureCallbacks.List)
        );
    }

    [Fact]
    public void A_lookalike_in_a_list_of_one_event_is_found_behind_its_wrapper()
    {
        var options = new LlmClientOptions();
        options.SuccessCallbacks.Add(new Lookalikes());

        Assert.Contains(
            Report(options.SuccessCallbacks.List),
            l => l.StartsWith("Warning: CALLGATE001: Lookalikes.LogSuccessEventAsync ", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Functions_are_no_news_unless_one_debugs()
    {
        var options = new LlmClientOptions();
        options.SuccessCallbacks.Add(Function);
        options.InputCallbacks.Add(InputFunction);

        Assert.Equal(
            ["Debug: Callback function Function is registered for LogSuccessEventAsync."],
            Report(options.SuccessCallbacks.List)
        );
        Assert.Equal(
            ["Debug: Callback function InputFunction is registered for LogPreApiCallAsync."],
            Report(options.InputCallbacks.List)
        );

        static void Function(CallDetails call, LlmResponse? response, DateTimeOffset start, DateTimeOffset end) { }
        static void InputFunction(CallDetails call) { }
    }

    [Fact]
    public void Adding_twice_before_any_client_warns_at_registration()
    {
        var handler = new Plain();
        CallbackList list = [handler, handler];

        Assert.Equal(1, list.Count);
        Assert.Equal(
            "Warning: CALLGATE101: Callback Plain is in the list already and was not added again.",
            Report(list)[0]
        );
    }

    [Fact]
    public void Adding_twice_to_a_list_in_use_warns_at_once_and_not_again()
    {
        var handler = new Plain();
        var list = new CallbackList();
        var log = new CollectedLog();
        list.Duplicate += name => RegistrationDiagnostics.ReportDuplicate(name, log);

        list.Add(handler, new CallbackOptions { Name = "costs" });
        list.Add(handler);

        Assert.Equal(
            ["Warning: CALLGATE101: Callback costs is in the list already and was not added again."],
            log.Lines
        );
        Assert.DoesNotContain(Report(list), l => l.Contains("CALLGATE101", StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_handler_or_function_is_in_a_function_list_once()
    {
        var options = new LlmClientOptions();
        var handler = new Plain();
        Func<CallDetails, Task> function = _ => Task.CompletedTask;

        options.SuccessCallbacks.Add(handler);
        options.SuccessCallbacks.Add(handler);
        options.SuccessCallbacks.Add(new Plain());
        options.InputCallbacks.Add(function);
        options.InputCallbacks.Add(function);

        Assert.Equal(2, options.SuccessCallbacks.Count);
        Assert.Equal(1, options.InputCallbacks.Count);
        Assert.Equal(
            "Warning: CALLGATE101: Callback Plain is in the list already and was not added again.",
            Report(options.SuccessCallbacks.List)[0]
        );
    }

    private static IReadOnlyList<string> Report(
        CustomLogger handler,
        CallbackOptions? options = null,
        bool isGateway = false
    )
    {
        var log = new CollectedLog();
        RegistrationDiagnostics.Report(new Registration(handler, options ?? new CallbackOptions()), isGateway, log);
        return log.Lines;
    }

    private static IReadOnlyList<string> Report(CallbackList list)
    {
        var log = new CollectedLog();
        foreach (var registration in list.Snapshot)
        {
            RegistrationDiagnostics.Report(registration, isGateway: false, log);
        }

        return log.Lines;
    }

    private sealed class Plain : CustomLogger
    {
        public override void LogSuccessEvent(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) { }

        public override ValueTask<HookResult> PreCallDeploymentHookAsync(
            PreCallDeploymentContext context,
            CancellationToken cancellationToken
        ) => Continue;
    }

    private sealed class Guard : CustomLogger
    {
        public override ValueTask<HookResult> PreCallHookAsync(
            PreCallContext context,
            CancellationToken cancellationToken
        ) => Continue;

        public override ValueTask<HookResult> PostCallFailureHookAsync(
            PostCallFailureContext context,
            CancellationToken cancellationToken
        ) => Continue;
    }

    private sealed class Nothing : CustomLogger;

#pragma warning disable CA1822, IDE0051, CS0114 // What users get wrong.
    private sealed class Lookalikes : CustomLogger
    {
        public Task LogSuccessEventAsync(CallDetails call) => Task.CompletedTask;

        public void LogFailureEvent(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) { }

        public void log_pre_api_call() { }

        public HookResult PreCalHook() => Continue;

        public void Unrelated() { }

        private void LogStreamEvent() { }

        private void LogStreamEvents() { }
    }

    private sealed class Helpers : CustomLogger
    {
        public override ValueTask LogSuccessEventAsync(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime,
            CancellationToken cancellationToken
        ) => LogSuccessEventAsync(call);

        public ValueTask LogSuccessEventAsync(CallDetails call)
        {
            LogSuccessEvent(call);
            return default;
        }

        public void LogSuccessEvents(IEnumerable<CallDetails> calls) { }

        private void LogSuccessEvent(CallDetails call) { }
    }
#pragma warning restore CA1822, IDE0051, CS0114
}
