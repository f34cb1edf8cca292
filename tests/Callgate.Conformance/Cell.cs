using Callgate.Conformance.Entries;

namespace Callgate.Conformance;

/// <summary>One call of the matrix: an operation of an entry, in a scenario. Every hook is counted in it.</summary>
internal sealed record Cell(IEntry Entry, Operation Operation, Scenario Scenario)
{
    /// <summary>What is to happen here.</summary>
    public Facts Facts => Entry.Adapt(Scenario.Facts(Operation.Shape), this);

    public override string ToString() => $"{Entry.Name} · {Operation.Name} · {Scenario.Name}";
}
