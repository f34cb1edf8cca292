using Callgate.Tests.Events;

namespace Callgate.Gateway.Tests.Conformance;

/// <summary>Compares what was seen of a call with what the design says, and tells every difference.</summary>
internal static class Verdict
{
    public static List<string> Of(Run run)
    {
        List<string> wrong = [];
        CheckCounts(run, wrong);
        CheckReply(run, wrong);
        CheckOrder(run, wrong);
        if (Same(wrong, "terminal events", 1, run.Terminal.Count()))
        {
            var call = run.Terminal.Single();
            CheckIdentity(run, call, wrong);
            CheckTerminal(run, call, wrong);
            CheckHookRuns(run, call, wrong);
        }

        return wrong;
    }

    private static void CheckCounts(Run run, List<string> wrong)
    {
        foreach (var hook in Rules.All.Keys)
        {
            var seen = run.CountOf(hook);
            if (Rules.CountOf(hook, run.Cell) is { } due)
            {
                Same(wrong, hook.ToString(), due, seen);
            }
            else if (seen == 0)
            {
                wrong.Add($"{hook}: never seen");
            }
        }

        Same(wrong, "requests that the provider saw", run.Cell.Facts.Sent, run.Requests);
        Same(
            wrong,
            "the provider's connection closed",
            run.Cell.Scenario.Leaving is Leaving.Before or Leaving.Half
                || run.Cell.Scenario.Setup is Setup.RefusesBeside,
            run.IsUpstreamClosed && run.Cell.Scenario.Setup != Setup.Stopped
        );
    }

    private static void CheckReply(Run run, List<string> wrong)
    {
        var (cell, reply) = (run.Cell, run.Reply);
        var (route, stream) = (cell.Operation.Route, cell.Operation.Stream);
        if (cell.Facts.Status is not { } status || reply.Status is null)
        {
            return;
        }

        Same(wrong, "status", status, reply.Status.Value);
        if (status >= 400)
        {
            if (string.IsNullOrEmpty(Try(() => ClientWire.ErrorOf(route, reply.Body))))
            {
                wrong.Add($"no error of this endpoint's format: {reply.Body}");
            }
        }
        else if (cell.Scenario.FailsInMidStream)
        {
            Same(wrong, "a whole stream", false, ClientWire.IsWhole(route, reply.Body));
            Same(wrong, "an error frame", true, reply.Body.Contains("\"error\":", StringComparison.Ordinal));
        }
        else
        {
            var text = Try(() => ClientWire.TextOf(route, stream, reply.Body));
            if (route.Format.IsEmbedding ? string.IsNullOrEmpty(text) : text != Stage.Answer)
            {
                wrong.Add($"the answer is '{text}': {reply.Body}");
            }

            Same(wrong, "a whole stream", stream, stream && ClientWire.IsWhole(route, reply.Body));
        }
    }

    /// <summary>The sequence of events rises, and the terminal one is the last.</summary>
    private static void CheckOrder(Run run, List<string> wrong)
    {
        var events = run.Fired.Where(f => Rules.IsObserver(f.Hook)).ToList();
        for (var i = 1; i < events.Count; i++)
        {
            if (events[i].Call!.Sequence <= events[i - 1].Call!.Sequence)
            {
                wrong.Add($"{events[i].Hook} came after {events[i - 1].Hook}, out of order");
            }
        }

        if (events.Count > 0 && events[^1].Hook is not (Hooks.LogSuccessEventAsync or Hooks.LogFailureEventAsync))
        {
            wrong.Add($"{events[^1].Hook} came last");
        }
    }

    private static void CheckIdentity(Run run, CallDetails call, List<string> wrong)
    {
        var operation = run.Cell.Operation;
        foreach (
            var (name, value) in new[]
            {
                ("user_api_key_hash", run.KeyHash),
                ("user_api_key_alias", run.Cell.Scenario.IsKeyNarrow ? "narrow" : "wide"),
                ("user_api_key_user_id", "ada"),
                ("user_api_key_team_id", "core"),
            }
        )
        {
            Same(wrong, name, value, call.Metadata.GetValueOrDefault(name) as string);
        }

        if (run.Reply.CallId is { } id)
        {
            Same(wrong, "the id in the header", id, call.LitellmCallId);
        }

        Same(wrong, "CallType", operation.Route.Format.CallType, call.CallType);
        // What broke off may not even have said.
        Same(wrong, "Stream", operation.Stream && !run.Cell.Scenario.IsBodyBroken, call.Stream);
        foreach (
            var (name, value) in new[]
            {
                ("trace id", call.LitellmTraceId),
                ("model", call.Model),
                ("model group", call.ModelGroup),
            }
        )
        {
            if (string.IsNullOrEmpty(value))
            {
                wrong.Add($"the {name} is empty");
            }
        }
    }

    private static void CheckTerminal(Run run, CallDetails call, List<string> wrong)
    {
        var facts = run.Cell.Facts;
        Same(wrong, "outcome", run.Cell.Scenario.Outcome, call.Outcome);
        Same(wrong, "stage of the refusal", facts.Stage, call.Rejection?.Stage);
        Same(wrong, "an exception in the event", !run.Cell.Scenario.IsSuccess, call.Exception is not null);
        Same(wrong, "attempts in the event", facts.Sent, call.Attempts.Count);
        Same(wrong, "usage.source", facts.Usage, call.Usage.Source);
        Same(wrong, "cost status", facts.Cost, call.Cost?.Status);
        Same(wrong, "CacheHit", run.Cell.Scenario.Outcome == CallOutcome.CacheHit, call.CacheHit);
        Same(wrong, "a cost", facts.Cost != CostStatus.Unpriced, call.ResponseCost is not null);
        if (facts.Cost is CostStatus.Computed or CostStatus.Estimated && call.ResponseCost is not > 0)
        {
            wrong.Add($"the cost is {call.ResponseCost}");
        }

        if (facts.Cost != CostStatus.Computed && string.IsNullOrEmpty(call.Cost?.Reason))
        {
            wrong.Add($"the cost is {call.Cost?.Status} without a reason");
        }

        if (call.Attempts.Sum(a => a.Cost?.Total ?? 0) != (call.ResponseCost ?? 0))
        {
            wrong.Add("the cost is not the sum of the attempts'");
        }

        foreach (var error in SchemaFile.Strict.Validate(call.StandardLoggingPayload.ToJson()))
        {
            wrong.Add($"payload: {error}");
        }
    }

    /// <summary>What ran stands in the event; of a hook that sees each chunk, once.</summary>
    private static void CheckHookRuns(Run run, CallDetails call, List<string> wrong)
    {
        foreach (var hook in Rules.All.Keys.Where(h => !Rules.IsObserver(h) && h != Hooks.LoggingHookAsync))
        {
            var seen = run.CountOf(hook);
            Same(
                wrong,
                $"runs of {hook} in the event",
                (hook & Hooks.RewritesChunks) != 0 ? Math.Min(seen, 1) : seen,
                call.HookRuns.Count(r => r.Handler == nameof(Counter) && r.Hook == hook.ToString())
            );
        }
    }

    private static string? Try(Func<string?> read)
    {
        try
        {
            return read();
        }
#pragma warning disable CA1031 // Whatever makes it unreadable, it is shown as a whole.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    private static bool Same<T>(List<string> wrong, string what, T expected, T actual)
    {
        if (EqualityComparer<T>.Default.Equals(expected, actual))
        {
            return true;
        }

        wrong.Add($"{what}: {expected} expected, {actual} seen");
        return false;
    }
}
