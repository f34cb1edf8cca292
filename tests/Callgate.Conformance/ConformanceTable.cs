using System.Globalization;
using System.Text;
using Callgate.Conformance.Entries;
using Callgate.Conformance.Handlers;

namespace Callgate.Conformance;

/// <summary>The matrix as a page: what was counted when it ran, not what was expected.</summary>
internal static class ConformanceTable
{
    private const string NotApplicable = "–";

    private static readonly Shape[] s_shapes = Enum.GetValues<Shape>();

    public static async Task<string> MakeAsync()
    {
        var page = new StringBuilder(
            $"""
            # Which hook fires when

            This page is written by the tests in `tests/Callgate.Conformance`: each figure was counted in a real call against a
            scripted provider. {Matrix.Cells.Count} calls, {Matrix.Cells.Count
                * Expectations.Rules.Count:N0} counts of hooks. `CALLGATE_UPDATE_DOCS=1 dotnet run --project tests/Callgate.Conformance` writes it anew.

            Three figures in a cell are for unary chat / streamed chat / embeddings; one is for all of them. {NotApplicable} means that it can't
            happen, for the reason that stands beside it or below. Of a pair such as `LogSuccessEvent` and `LogSuccessEventAsync`, a sync
            call fires the sync one and an async call the async one; a handler that overrides only one of them gets that one for both.


            """
        );
        foreach (var entry in Matrix.Entries)
        {
            page.Append(
                CultureInfo.InvariantCulture,
                $"## {entry.Name}\n\n{string.Join(", ", entry.Operations.Select(o => $"`{o.Name}`"))}.\n\n"
            );
            foreach (var (title, scenarios) in Scenarios.Groups)
            {
                await AppendAsync(page, entry, title, scenarios);
            }
        }

        AppendReasons(page);
        return page.ToString();
    }

    private static async Task AppendAsync(
        StringBuilder page,
        IEntry entry,
        string title,
        IReadOnlyList<Scenario> scenarios
    )
    {
        scenarios = [.. scenarios.Where(s => entry.Operations.Any(o => Matrix.WhyNot(entry, s, o) is null))];
        if (scenarios.Count == 0)
        {
            return;
        }

        page.Append(CultureInfo.InvariantCulture, $"### {title}\n\n");
        foreach (var scenario in scenarios)
        {
            page.Append(
                CultureInfo.InvariantCulture,
                $"- **{scenario.Name}** (`{scenario.Outcome}`): {scenario.About}\n"
            );
        }

        page.Append('\n');
        Row(page, ["hook", "fires for", .. scenarios.Select(s => s.Name)]);
        Row(page, ["---", "---", .. scenarios.Select(_ => "---:")]);
        foreach (var (hook, rule) in Expectations.Rules.Where(r => r.Value.Pair != PairPart.Async))
        {
            var isPair = rule.Pair == PairPart.Sync;
            List<string> cells = [isPair ? $"`{hook}`, `…Async`" : $"`{hook}`", entry.WhyNever(hook) ?? rule.Text];
            foreach (var scenario in scenarios)
            {
                cells.Add(
                    await CellAsync(
                        entry,
                        scenario,
                        shape => entry.WhyNever(hook) is null && rule.Never?.Invoke(shape) is null,
                        run => Text(run.CountOf(hook) + (isPair ? run.CountOf($"{hook}Async") : 0))
                    )
                );
            }

            Row(page, cells);
        }

        foreach (var list in new[] { Functions.Input, Functions.Success, Functions.Failure })
        {
            await AppendAsync(
                page,
                entry,
                scenarios,
                $"functions in `{list}`",
                "as the pair of their event",
                r => Text(r.Functions.Count(f => f.Hook == list))
            );
        }

        await AppendAsync(page, entry, scenarios, "*requests to the provider*", "", r => Text(r.Requests));
        await AppendAsync(
            page,
            entry,
            scenarios,
            "*cost*",
            "status in the event",
            r => Terminal(r)?.Cost?.Status.ToString()
        );
        await AppendAsync(
            page,
            entry,
            scenarios,
            "*usage*",
            "source in the event",
            r => Terminal(r)?.Usage.Source.ToString()
        );
        page.Append('\n');
    }

    private static async Task AppendAsync(
        StringBuilder page,
        IEntry entry,
        IReadOnlyList<Scenario> scenarios,
        string name,
        string text,
        Func<Run, string?> value
    )
    {
        List<string> cells = [name, text];
        foreach (var scenario in scenarios)
        {
            cells.Add(await CellAsync(entry, scenario, _ => true, r => value(r) ?? NotApplicable));
        }

        Row(page, cells);
    }

    private static async Task<string> CellAsync(
        IEntry entry,
        Scenario scenario,
        Func<Shape, bool> applies,
        Func<Run, string> value
    )
    {
        List<string> byShape = [];
        foreach (var shape in s_shapes)
        {
            HashSet<string> values = [];
            foreach (var operation in entry.Operations.Where(o => o.Shape == shape && applies(shape)))
            {
                if (Matrix.WhyNot(entry, scenario, operation) is null)
                {
                    values.Add(value(await Matrix.RunAsync(new Cell(entry, operation, scenario))));
                }
            }

            // Operations of one shape that differ show it.
            byShape.Add(values.Count == 0 ? NotApplicable : string.Join(" or ", values.Order()));
        }

        return byShape.Distinct().Count() == 1 ? byShape[0] : string.Join(" / ", byShape);
    }

    private static void AppendReasons(StringBuilder page)
    {
        page.Append("## What can't happen\n\n");
        foreach (var (outcome, why) in Scenarios.Impossible)
        {
            page.Append(CultureInfo.InvariantCulture, $"- `{outcome}`: {why}.\n");
        }

        var reasons =
            from entry in Matrix.Entries
            from scenario in Scenarios.All
            from operation in entry.Operations
            let why = Matrix.WhyNot(entry, scenario, operation)
            where why is not null
            group scenario.Name by (entry.Name, Why: why) into same
            select $"- {same.Key.Name}: {string.Join("; ", same.Distinct())}: {same.Key.Why}.\n";
        page.AppendJoin("", reasons);
        var never =
            from rule in Expectations.Rules
            where rule.Value.Pair != PairPart.Async && rule.Value.Text != "gateway only"
            from shape in s_shapes
            let why = rule.Value.Never?.Invoke(shape)
            where why is not null
            group rule.Key by why into same
            select $"- {string.Join(", ", same.Distinct().Select(h => $"`{h}`"))}: {same.Key}.\n";
        page.AppendJoin("", never);
    }

    private static CallDetails? Terminal(Run run) =>
        run
            .Sync.FirstOrDefault(f =>
                f.Hook is nameof(CustomLogger.LogSuccessEvent) or nameof(CustomLogger.LogFailureEvent)
            )
            ?.Call;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Row(StringBuilder page, IEnumerable<string> cells) =>
        page.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
