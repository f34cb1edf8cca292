namespace Callgate.Gateway.Tests.Enforcement;

/// <summary>Compares how a call ended with how it is declared to end, and tells every difference.</summary>
internal static class Verdict
{
    public static IEnumerable<string> Of(CellRun run)
    {
        List<string> wrong = [];
        var cell = run.Cell;
        CheckReply(run, wrong);
        if (run.Events.Count == 1)
        {
            CheckEvent(cell, run.Events[0], wrong);
        }
        else
        {
            wrong.Add($"{run.Events.Count} terminal events");
        }

        var (least, most) = cell.Denies ? (cell.Target.Requests.Start.Value, cell.Target.Requests.End.Value) : (1, 1);
        if (run.Requests < least || run.Requests > most)
        {
            wrong.Add($"the provider saw {run.Requests} requests, {least} to {most} were due");
        }

        return wrong.Select(w => $"{cell}: {w}");
    }

    private static void CheckReply(CellRun run, List<string> wrong)
    {
        var cell = run.Cell;
        var refusal = cell.IsRefusal
            ? (Status: 403, Words: Saboteur.Words)
            : (
                Status: 500,
                Words: $"The callback {cell.Handler} failed in {cell.Target.Hook}, and the call was refused for it."
            );
        var isMidStream = cell.At > 1;
        if (cell.Denies && !isMidStream)
        {
            Same(wrong, "status", refusal.Status, run.Status);
            Same(wrong, "error", refusal.Words, Try(() => ClientWire.ErrorOf(cell.Route, run.Body)));
        }
        else if (cell.Denies)
        {
            Same(wrong, "status", 200, run.Status);
            Same(wrong, "a whole stream", false, ClientWire.IsWhole(cell.Route, run.Body));
            if (!run.Body.Contains(refusal.Words, StringComparison.Ordinal))
            {
                wrong.Add($"no error frame in {run.Body}");
            }
        }
        else if (cell.Target.SeesFailures)
        {
            Same(wrong, "status", CellRun.ProviderStatus, run.Status);
            if (Try(() => ClientWire.ErrorOf(cell.Route, run.Body)) is not { Length: > 0 })
            {
                wrong.Add($"no error of this endpoint's format: {run.Body}");
            }
        }
        else
        {
            Same(wrong, "status", 200, run.Status);
            var text = Try(() => ClientWire.TextOf(cell.Route, cell.Stream, run.Body));
            if (cell.Route.Format.IsEmbedding ? string.IsNullOrEmpty(text) : text != CellRun.Answer)
            {
                wrong.Add($"the answer is '{text}': {run.Body}");
            }

            Same(wrong, "a whole stream", cell.Stream, cell.Stream && ClientWire.IsWhole(cell.Route, run.Body));
        }
    }

    private static void CheckEvent(Cell cell, CallDetails call, List<string> wrong)
    {
        var isRejected = cell.Denies && cell.Target.Stage is not null;
        Same(
            wrong,
            "outcome",
            isRejected ? CallOutcome.Rejected
                : cell.Target.SeesFailures ? CallOutcome.UpstreamFailed
                : CallOutcome.Completed,
            call.Outcome
        );
        Same(wrong, "stage", isRejected ? cell.Target.Stage : null, call.Rejection?.Stage);
        var due =
            cell.IsRefusal ? "reject"
            : cell.Denies ? "failed: denied"
            : "failed: allowed";
        var runs = call.HookRuns.Where(r => r.Handler == cell.Handler).ToList();
        if (runs.Count(r => r.Hook == cell.Target.Hook.ToString() && r.Decision == due) != 1)
        {
            wrong.Add($"'{due}' is not in the event: {string.Join(", ", runs.Select(r => $"{r.Hook} {r.Decision}"))}");
        }

        if (call.HookRuns.FirstOrDefault(r => r.Handler != cell.Handler && r.Decision != "continue") is { } other)
        {
            wrong.Add($"{other.Handler} is in the event with '{other.Decision}'");
        }
    }

    private static string? Try(Func<string?> read)
    {
        try
        {
            return read();
        }
#pragma warning disable CA1031 // Whatever makes it unreadable, what is there is shown.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return $"unreadable: {e.Message}";
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
