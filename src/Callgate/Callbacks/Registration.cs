namespace Callgate;

/// <summary>A handler in a list: what it overrides, how it is to be treated, and the queue of events that it has yet to see.</summary>
internal sealed class Registration
{
    public Registration(CustomLogger handler, CallbackOptions options)
    {
        Handler = handler;
        Options = options;
        var inner = InnerOf(handler);
        Deferred = inner as IDeferredObserver;
        Name = options.Name ?? Deferred?.Name ?? inner.GetType().Name;
        Hooks = HookScan.HooksOf(handler);
        Queue = new ObserverQueue(this);
    }

    public CustomLogger Handler { get; }

    /// <summary>The handler, where it counts its events itself.</summary>
    public IDeferredObserver? Deferred { get; }
    public CallbackOptions Options { get; }
    public string Name { get; }
    public Hooks Hooks { get; }
    public ObserverQueue Queue { get; }

    /// <summary>Whether somebody tried to add the handler once more.</summary>
    public bool IsAddedAgain { get; set; }

    public bool Has(Hooks hook) => (Hooks & hook) != 0;

    /// <summary>Whether it is this handler's, also where its list is for one kind of event.</summary>
    public bool IsOf(CustomLogger handler) => ReferenceEquals(InnerOf(Handler), handler);

    /// <summary>The same registration for another handler.</summary>
    public Registration With(CustomLogger handler) =>
        new(Handler is OneEventLogger one ? new OneEventLogger(handler, one.Event) : handler, Options);

    private static CustomLogger InnerOf(CustomLogger handler) => handler is OneEventLogger one ? one.Inner : handler;
}
