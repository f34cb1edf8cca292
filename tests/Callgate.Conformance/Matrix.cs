using System.Collections.Concurrent;
using Callgate.Conformance.Entries;

namespace Callgate.Conformance;

/// <summary>Every cell there is, and its run: made once, whoever asks first.</summary>
internal static class Matrix
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<Run>>> s_runs = new();

    public static IReadOnlyList<IEntry> Entries { get; } =
    [LlmClientEntry.Instance, new UseCallgateEntry(), new HandlerEntry()];

    public static IReadOnlyDictionary<string, Cell> Cells { get; } =
        (
            from entry in Entries
            from scenario in Scenarios.All
            from operation in entry.Operations
            where WhyNot(entry, scenario, operation) is null
            select new Cell(entry, operation, scenario)
        ).ToDictionary(c => c.ToString());

    public static string? WhyNot(IEntry entry, Scenario scenario, Operation operation) =>
        scenario.WhyNot(operation.Shape) ?? entry.WhyNot(scenario, operation);

    public static Task<Run> RunAsync(Cell cell) =>
        s_runs.GetOrAdd(cell.ToString(), _ => new Lazy<Task<Run>>(() => Run.OfAsync(cell))).Value;
}
