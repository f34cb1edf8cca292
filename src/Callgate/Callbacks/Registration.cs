namespace Callgate;

/// <summary>A handler in a list: what it overrides, how it is to be treated, and the queue of events that it has yet to see.</summary>
internal sealed class Registration
{
    public Registration(CustomLogger handler, CallbackOptions options)
    {
        Handler = handler;
        Options = options;
        Name = options.Name ?? NameOf(handler);
        Hooks = HookScan.HooksOf(handler);
        Queue = new ObserverQueue(this);
    }

    public CustomLogger Handler { get; }
    public CallbackOptions Options { get; }
    public string Name { get; }
    public Hooks Hooks { get; }
    public ObserverQueue Queue { get; }

    /// <summary>Whether somebody tried to add the handler once more.</summary>
    public bool IsAddedAgain { get; set; }

    public bool Has(Hooks hook) => (Hooks & hook) != 0;

    private static string NameOf(CustomLogger handler) =>
        (handler is OneEventLogger one ? one.Inner : handler).GetType().Name;
}
