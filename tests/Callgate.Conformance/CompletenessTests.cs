using System.Reflection;
using Callgate.Conformance.Handlers;

namespace Callgate.Conformance;

/// <summary>What there is and what the matrix holds: a new hook, outcome or way of calling can't be left out.</summary>
public class CompletenessTests
{
    private static IEnumerable<string> Hooks =>
        typeof(CustomLogger)
            .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(m => m.IsVirtual)
            .Select(m => m.Name);

    [Fact]
    public void EveryHook_HasARule() => Assert.Equal(Hooks.Order(), Expectations.Rules.Keys.Order());

    [Fact]
    public void EveryHook_IsRecorded()
    {
        var overridden = typeof(AllHooks)
            .GetMethods()
            .Where(m =>
                m.DeclaringType == typeof(AllHooks) && m.GetBaseDefinition().DeclaringType == typeof(CustomLogger)
            )
            .Select(m => m.Name);

        Assert.Equal(Hooks.Order(), overridden.Order());
    }

    [Fact]
    public void GatewayHooks_AreThoseThatTheContractMarks()
    {
        var marked = typeof(CustomLogger)
            .GetMethods()
            .Where(m => m.GetCustomAttributes().Any(a => a.GetType().Name == "GatewayOnlyAttribute"))
            .Select(m => m.Name);

        Assert.Equal(
            marked.Order(),
            Expectations.Rules.Where(r => r.Value.Text == "gateway only").Select(r => r.Key).Order()
        );
    }

    [Fact]
    public void EveryOutcome_HasAScenario_OrAReasonForNone() =>
        Assert.Equal(
            Enum.GetValues<CallOutcome>(),
            Scenarios.All.Select(s => s.Outcome).Concat(Scenarios.Impossible.Keys).Distinct().Order()
        );

    /// <summary>A rule that no scenario puts to the test would hold for a hook that is never fired.</summary>
    [Fact]
    public void EveryHook_FiresSomewhere_OrNever() =>
        Assert.All(
            Expectations.Rules.Where(r => r.Value.Text != "gateway only"),
            r => Assert.Contains(Matrix.Cells.Values, c => Expectations.CountOf(r.Key, c) > 0)
        );

    [Fact]
    public void EveryEntry_HasOperationsOfEveryShape() =>
        Assert.All(
            Matrix.Entries,
            e => Assert.Equal(Enum.GetValues<Shape>(), e.Operations.Select(o => o.Shape).Distinct().Order())
        );
}
