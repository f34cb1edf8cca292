namespace Callgate.Gateway.Tests.Conformance;

/// <summary>One call of the matrix. Every hook is counted in it.</summary>
internal sealed record Cell(int Number, Operation Operation, Scenario Scenario, Watch Watch)
{
    public Facts Facts => Scenario.Facts(Operation);

    /// <summary>The mark in the prompt by which the provider's requests are told apart.</summary>
    public string Mark => $"cell-{Number}.";

    public string Name => $"{Operation.Name} · {Scenario.Name} · {Watch}";

    public override string ToString() => Name;

    public static string? WhyNot(Scenario scenario, Operation operation) =>
        scenario.IsForStreams && operation.Shape != Shape.Stream ? "a unary answer comes whole, or not at all" : null;

    public static IReadOnlyList<Cell> All { get; } =
    [
        .. (
            from watch in Enum.GetValues<Watch>()
            from scenario in Scenarios.All
            from operation in Operation.All
            where WhyNot(scenario, operation) is null
            select (operation, scenario, watch)
        ).Select((c, i) => new Cell(i + 1, c.operation, c.scenario, c.watch)),
    ];
}
