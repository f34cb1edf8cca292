using System.Text.RegularExpressions;
using Callgate.Conformance.Handlers;

namespace Callgate.Conformance;

/// <summary>Compares what was seen of a call with what the design says, and tells every difference.</summary>
internal static partial class Verdict
{
    public static List<string> Of(Cell cell, Run run)
    {
        List<string> wrong = [];
        CheckCounts(cell, run, wrong);
        CheckPairs(cell, run, wrong);
        CheckFunctions(cell, run, wrong);
        CheckOrder(run, wrong);
        CheckBalance(run, wrong);
        CheckConsumer(cell, run, wrong);
        CheckIdentity(cell, run, wrong);
        CheckTerminal(cell, run, wrong);
        return wrong;
    }

    private static void CheckCounts(Cell cell, Run run, List<string> wrong)
    {
        foreach (var hook in Expectations.Rules.Keys)
        {
            Same(wrong, hook, Expectations.CountOf(hook, cell), run.CountOf(hook));
        }
    }

    // A function stands for the pair of its event.
    private static void CheckFunctions(Cell cell, Run run, List<string> wrong)
    {
        Check(Functions.Input, nameof(CustomLogger.LogPreApiCall), nameof(CustomLogger.LogPreApiCallAsync));
        Check(Functions.Success, nameof(CustomLogger.LogSuccessEvent), nameof(CustomLogger.LogSuccessEventAsync));
        Check(Functions.Failure, nameof(CustomLogger.LogFailureEvent), nameof(CustomLogger.LogFailureEventAsync));

        void Check(string list, string sync, string async) =>
            Same(
                wrong,
                list,
                Expectations.CountOf(sync, cell) + Expectations.CountOf(async, cell),
                run.Functions.Count(f => f.Hook == list)
            );
    }

    // Where one of a pair is overridden, it stands for both.
    private static void CheckPairs(Cell cell, Run run, List<string> wrong)
    {
        foreach (var (hook, rule) in Expectations.Rules)
        {
            if (rule.Pair == PairPart.None)
            {
                continue;
            }

            var partner = rule.Pair == PairPart.Sync ? $"{hook}Async" : hook[..^"Async".Length];
            var seen = rule.Pair == PairPart.Sync ? run.Sync : run.Async;
            Same(
                wrong,
                $"{hook} where {partner} is not overridden",
                Expectations.CountOf(hook, cell) + Expectations.CountOf(partner, cell),
                seen.Count(f => f.Hook == hook)
            );
        }
    }

    // Observers and interceptors have no order between them: the ones run off the call's path.
    private static void CheckOrder(Run run, List<string> wrong)
    {
        foreach (
            var seen in new[] { run.All, run.Sync, run.Async }.SelectMany(r =>
                r.GroupBy(f => f.CallId, (_, fired) => fired.ToList())
            )
        )
        {
            var observed = seen.Where(IsObserver).ToList();
            var events = observed.Where(f => f.Hook != nameof(CustomLogger.LoggingHookAsync)).ToList();
            for (var i = 1; i < events.Count; i++)
            {
                if (events[i].Call!.Sequence <= events[i - 1].Call!.Sequence)
                {
                    wrong.Add(
                        $"Sequence: {events[i].Hook} ({events[i].Call!.Sequence}) came after {events[i - 1].Hook} ({events[i - 1].Call!.Sequence})"
                    );
                }
            }

            Matches(wrong, "observers", ObserversOrder(), events);
            Matches(wrong, "interceptors", InterceptorsOrder(), [.. seen.Where(f => !IsObserver(f))]);
        }

        var logging = IndexOf(run.All, nameof(CustomLogger.LoggingHookAsync));
        var terminal = run.All.ToList().FindIndex(IsTerminal);
        if (logging >= 0 && terminal < logging)
        {
            wrong.Add("LoggingHookAsync ran after the event that it may change");
        }
    }

    private static void CheckBalance(Run run, List<string> wrong)
    {
        var f = run.Flushed;
        Same(wrong, "calls left open", 0, run.LeftOpen);
        Same(wrong, "pending events", 0, f.Pending);
        Same(wrong, "dropped events", 0, f.Dropped);
        Same(wrong, "events that an observer failed on", 0, f.Failed);
        var seen = run.Everything.Count(e => e.Call is not null && e.Hook != nameof(CustomLogger.LoggingHookAsync));
        Same(wrong, "delivered events", seen, f.Delivered);
    }

    private static void CheckConsumer(Cell cell, Run run, List<string> wrong)
    {
        var (facts, scenario) = (cell.Facts, cell.Scenario);
        Same(wrong, "requests that the provider got", facts.Sent, run.Requests);
        // Of a client that we only observe, the answer goes on when we are gone.
        if (cell.Entry.IsObserver && scenario.Trouble == Trouble.ClientDisposed)
        {
            return;
        }

        if (cell.Operation.Shape == Shape.ChatStream)
        {
            Same(wrong, "chunks that the consumer got", facts.ConsumerChunks, run.Received);
        }

        var throws = !scenario.IsSuccess && scenario.Trouble is not (Trouble.BrokenOff or Trouble.LeftUnread);
        // Whether it throws at a stream that is cut short is the other client's affair too.
        if (throws != run.Thrown is not null && !(throws && cell.Entry.IsObserver))
        {
            wrong.Add(throws ? "the caller got no exception" : $"the caller got {run.Thrown}");
        }

        var isCancelled = scenario.Outcome == CallOutcome.Cancelled;
        if (!cell.Entry.IsObserver && run.Thrown is { } thrown && thrown is OperationCanceledException != isCancelled)
        {
            wrong.Add($"the caller got {thrown.GetType().Name}: {thrown.Message}");
        }
    }

    private static void CheckIdentity(Cell cell, Run run, List<string> wrong)
    {
        var ids = run.Everything.Select(f => f.CallId).Distinct().ToList();
        if (ids.Count > cell.Facts.Calls || ids.Exists(string.IsNullOrEmpty))
        {
            wrong.Add($"{cell.Facts.Calls} call(s) have the ids {string.Join(", ", ids)}");
        }

        string? trace = null;
        foreach (var fired in run.Everything.Where(f => f.Call is not null))
        {
            var call = fired.Call!;
            Same(wrong, "LitellmTraceId", trace ??= call.LitellmTraceId, call.LitellmTraceId);
            NotEmpty(wrong, fired, nameof(call.LitellmTraceId), call.LitellmTraceId);
            NotEmpty(wrong, fired, nameof(call.Model), call.Model);
            NotEmpty(wrong, fired, nameof(call.ModelGroup), call.ModelGroup);
            Same(wrong, $"{fired.Hook}: CallType", cell.Operation.CallType, call.CallType);
            Same(wrong, $"{fired.Hook}: Stream", cell.Operation.Shape == Shape.ChatStream, call.Stream);
            if (call.Attempts.Count > 0)
            {
                NotEmpty(wrong, fired, nameof(call.CustomLlmProvider), call.CustomLlmProvider);
                NotEmpty(wrong, fired, nameof(call.ModelId), call.ModelId);
                NotEmpty(wrong, fired, nameof(call.AdditionalArgs.ApiBase), call.AdditionalArgs.ApiBase);
                NotEmpty(wrong, fired, nameof(call.AdditionalArgs.CompleteInput), call.AdditionalArgs.CompleteInput);
            }
        }
    }

    private static void CheckTerminal(Cell cell, Run run, List<string> wrong)
    {
        var facts = cell.Facts;
        foreach (var call in run.Everything.Where(IsTerminal).Select(f => f.Call!))
        {
            Same(wrong, "Outcome", cell.Scenario.Outcome, call.Outcome);
            Same(wrong, "cost status", facts.Cost, call.Cost?.Status);
            Same(wrong, "usage.source", facts.Usage, call.Usage.Source);
            Same(wrong, "attempts in the event", facts.Sent / facts.Calls, call.Attempts.Count);
            Same(wrong, "CacheHit", cell.Scenario.IsCached, call.CacheHit);
            Same(wrong, "an exception in the event", !cell.Scenario.IsSuccess, call.Exception is not null);
            Same(
                wrong,
                "a refusal in the event",
                cell.Scenario.Outcome == CallOutcome.Rejected,
                call.Rejection is not null
            );
            if (call.ResponseCost is null != (facts.Cost == CostStatus.Unpriced) || call.EndTime is null)
            {
                wrong.Add($"cost {call.ResponseCost} and end {call.EndTime} don't fit {facts.Cost}");
            }

            if (facts.Cost != CostStatus.Computed && string.IsNullOrEmpty(call.Cost?.Reason))
            {
                wrong.Add($"the cost is {call.Cost?.Status} without a reason");
            }

            if (facts.Cost == CostStatus.Computed && call.ResponseCost is not > 0)
            {
                wrong.Add($"the cost is {call.ResponseCost}");
            }

            foreach (var error in SchemaFile.Strict.Validate(call.StandardLoggingPayload.ToJson()))
            {
                wrong.Add($"payload: {error}");
            }
        }
    }

    private static bool IsObserver(Fired fired) => fired.Hook.StartsWith("Log", StringComparison.Ordinal);

    private static bool IsTerminal(Fired fired) =>
        fired.Hook
            is nameof(CustomLogger.LogSuccessEvent)
                or nameof(CustomLogger.LogSuccessEventAsync)
                or nameof(CustomLogger.LogFailureEvent)
                or nameof(CustomLogger.LogFailureEventAsync)
                or Functions.Success
                or Functions.Failure;

    private static int IndexOf(IReadOnlyList<Fired> all, string hook) => all.ToList().FindIndex(f => f.Hook == hook);

    private static void Matches(List<string> wrong, string what, Regex order, IReadOnlyList<Fired> fired)
    {
        if (!order.IsMatch(string.Concat(fired.Select(f => $"{Short(f.Hook)} "))))
        {
            wrong.Add($"order of {what}: {string.Join(", ", fired.Select(f => f.Hook))}");
        }
    }

    private static string Short(string hook) => hook.EndsWith("Async", StringComparison.Ordinal) ? hook[..^5] : hook;

    /// <summary>Attempts with their replies, then how they ended; the chunks; the terminal event, after which there is nothing.</summary>
    [GeneratedRegex(
        @"^(LogPreApiCall (LogPostApiCall )?|LogModelGroupRateLimitError |LogFailureFallbackEvent )*(LogSuccessFallbackEvent )?(LogStreamEvent )*(LogSuccessEvent |LogFailureEvent )?$"
    )]
    private static partial Regex ObserversOrder();

    /// <summary>The prompt, then group by group and deployment by deployment; the loop around the answer.</summary>
    [GeneratedRegex(
        @"^(GetChatCompletionPrompt )?(FilterDeployments (PreCallCheck (PreCallDeploymentHook )?(PostCallSuccessDeploymentHook )?(PostCallStreamingDeploymentHook )*(PostCallFailureDeploymentHook )?)*)*(PostAgenticLoopResponseHook )?(ShouldRunAgenticLoop (BuildAgenticLoopPlan )?)?(AgenticLoopCleanupHook )?$"
    )]
    private static partial Regex InterceptorsOrder();

    private static void NotEmpty(List<string> wrong, Fired fired, string what, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            wrong.Add($"{fired.Hook}: {what} is empty");
        }
    }

    private static void Same<T>(List<string> wrong, string what, T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            wrong.Add($"{what}: {expected} expected, {actual} seen");
        }
    }
}
