namespace Callgate.Conformance.Entries;

/// <summary>A way into the pipeline.</summary>
internal interface IEntry
{
    /// <summary>Its heading in the table.</summary>
    string Name { get; }

    /// <summary>Whether another client makes the calls, so that what its caller gets is its own affair.</summary>
    bool IsObserver { get; }

    /// <summary>The ways of calling, found by looking at what is public.</summary>
    IReadOnlyList<Operation> Operations { get; }

    /// <summary>Why a scenario can't happen here; null: it can.</summary>
    string? WhyNot(Scenario scenario, Operation operation);

    /// <summary>Why a hook never fires here; null: it may.</summary>
    string? WhyNever(string hook);

    /// <summary>The scenario's facts as they are here.</summary>
    Facts Adapt(Facts facts, Cell cell);
}
