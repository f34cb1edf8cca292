using System.Globalization;
using System.Text;

namespace Callgate.Gateway.Tests.Conformance;

/// <summary>The matrix as a page: what was counted when it ran, not what was expected.</summary>
internal static class Table
{
    private const string NotApplicable = "–";
    private const string Some = "1 or more";

    private static readonly Shape[] s_shapes = Enum.GetValues<Shape>();

    public static async Task<string> MakeAsync()
    {
        var page = new StringBuilder(
            $"""
            # Which hook fires when, in the gateway

            This page is written by the tests in `tests/Callgate.Gateway.Tests/Conformance`: each figure was counted in a real HTTP call
            to a gateway in front of a scripted provider. {Cell.All.Count} calls, {Cell.All.Count
                * Rules.All.Count:N0} counts of hooks, from the table of routes.
            `CALLGATE_UPDATE_DOCS=1` and the tests of that folder write it anew. [The library's page](conformance.md) has the hooks that fire
            without the gateway.

            Each call is made twice: with a handler that overrides every hook, which gives the figures, and with one that only observes, so
            that bytes pass through where the provider speaks the client's format; observers count the same then. Three figures in a cell
            are for unary chat / streamed chat / embeddings; one is for all of them. {NotApplicable} means that it can't happen, for the reason that
            stands below. Chat is called by all of these, in front of OpenAI's wire and of Anthropic's:


            """
        );
        foreach (var operation in Operation.All)
        {
            page.Append(CultureInfo.InvariantCulture, $"- {operation.Name}\n");
        }

        page.Append('\n');
        foreach (var (title, scenarios) in Scenarios.Groups)
        {
            await AppendAsync(page, title, scenarios);
        }

        AppendReasons(page);
        return page.ToString();
    }

    private static async Task AppendAsync(StringBuilder page, string title, IReadOnlyList<Scenario> scenarios)
    {
        page.Append(CultureInfo.InvariantCulture, $"## {title}\n\n");
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
        foreach (var (hook, rule) in Rules.All)
        {
            await AppendAsync(
                page,
                scenarios,
                $"`{hook}`",
                rule.Text,
                r =>
                    rule.Never(r.Cell.Operation.Shape) is not null ? NotApplicable
                    : Rules.CountOf(hook, r.Cell) is null && r.CountOf(hook) > 0 ? Some
                    : Text(r.CountOf(hook))
            );
        }

        await AppendAsync(page, scenarios, "*requests to the provider*", "", r => Text(r.Requests));
        await AppendAsync(
            page,
            scenarios,
            "*HTTP status*",
            "",
            r => r.Cell.Facts.Status is null ? NotApplicable : Text(r.Reply.Status ?? 0)
        );
        await AppendAsync(page, scenarios, "*stage*", "of a refusal", r => Of(r, c => c.Rejection?.Stage));
        await AppendAsync(page, scenarios, "*cost*", "status in the event", r => Of(r, c => c.Cost?.Status.ToString()));
        await AppendAsync(
            page,
            scenarios,
            "*usage*",
            "source in the event",
            r => Of(r, c => c.Usage.Source.ToString())
        );
        page.Append('\n');
    }

    private static async Task AppendAsync(
        StringBuilder page,
        IReadOnlyList<Scenario> scenarios,
        string name,
        string text,
        Func<Run, string> value
    )
    {
        List<string> cells = [name, text];
        foreach (var scenario in scenarios)
        {
            List<string> byShape = [];
            foreach (var shape in s_shapes)
            {
                SortedSet<string> values = new(StringComparer.Ordinal);
                foreach (
                    var cell in Cell.All.Where(c =>
                        c.Scenario == scenario && c.Operation.Shape == shape && c.Watch == Watch.AllHooks
                    )
                )
                {
                    values.Add(value(await Stage.RunAsync(cell)));
                }

                // Operations of one shape that differ show it.
                byShape.Add(values.Count == 0 ? NotApplicable : string.Join(" or ", values));
            }

            cells.Add(byShape.Distinct().Count() == 1 ? byShape[0] : string.Join(" / ", byShape));
        }

        Row(page, cells);
    }

    private static void AppendReasons(StringBuilder page)
    {
        page.Append("## What can't happen\n\n");
        foreach (var (outcome, why) in Scenarios.Impossible)
        {
            page.Append(CultureInfo.InvariantCulture, $"- `{outcome}`: {why}.\n");
        }

        page.AppendJoin(
            "",
            from scenario in Scenarios.All
            from operation in Operation.All
            let why = Cell.WhyNot(scenario, operation)
            where why is not null
            group scenario.Name by why into same
            select $"- {string.Join("; ", same.Distinct())}: {same.Key}.\n"
        );
        page.AppendJoin(
            "",
            from rule in Rules.All
            from shape in s_shapes
            let why = rule.Value.Never(shape)
            where why is not null
            group rule.Key by why into same
            select $"- {string.Join(", ", same.Distinct().Select(h => $"`{h}`"))}: {same.Key}.\n"
        );
    }

    private static string Of(Run run, Func<CallDetails, string?> value) =>
        (run.Terminal.FirstOrDefault() is { } call ? value(call) : null) ?? NotApplicable;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Row(StringBuilder page, IEnumerable<string> cells) =>
        page.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
