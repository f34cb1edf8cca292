namespace Callgate;

/// <summary>The handlers of one call, as they were when it began. Immutable.</summary>
internal sealed class CallbackSet
{
    public static CallbackSet Empty { get; } = new([]);

    private readonly Registration[] _all;
    private readonly Hooks _hooks;

    public CallbackSet(IEnumerable<Registration> registrations)
    {
        // OrderBy is stable: list order decides where Order is equal.
        _all = [.. registrations.OrderBy(r => r.Options.Order)];
        foreach (var registration in _all)
        {
            _hooks |= registration.Hooks;
        }
    }

    public ReadOnlySpan<Registration> All => _all;

    /// <summary>Whether anybody overrides any of these hooks: the one branch that an unused hook costs.</summary>
    public bool Has(Hooks hooks) => (_hooks & hooks) != 0;

    /// <summary>Those that override any of these hooks, in order.</summary>
    public IEnumerable<Registration> With(Hooks hooks) => _all.Where(r => r.Has(hooks));

    /// <summary>These, and handlers for one call; one that is here already is not called twice.</summary>
    public CallbackSet And(IEnumerable<Registration> more) =>
        new([.. _all, .. more.Distinct().Where(m => !Array.Exists(_all, r => ReferenceEquals(r.Handler, m.Handler)))]);
}
