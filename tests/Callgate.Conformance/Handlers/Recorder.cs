using System.Runtime.CompilerServices;

namespace Callgate.Conformance.Handlers;

/// <summary>A hook that was called.</summary>
internal sealed record Fired(string Hook, string CallId, CallDetails? Call);

/// <summary>Remembers which hooks were called, in order. Its derived types differ in what they override, as users' types do.</summary>
internal abstract class Recorder : CustomLogger
{
    private readonly Lock _gate = new();
    private readonly List<Fired> _fired = [];

    public Fired[] Fired
    {
        get
        {
            lock (_gate)
            {
                return [.. _fired];
            }
        }
    }

    protected void Note(CallDetails call, [CallerMemberName] string hook = "") =>
        Add(new Fired(hook, call.LitellmCallId, call));

    protected HookResult Note(HookContext context, [CallerMemberName] string hook = "")
    {
        Add(new Fired(hook, context.LitellmCallId, null));
        return Continue;
    }

    private void Add(Fired fired)
    {
        lock (_gate)
        {
            _fired.Add(fired);
        }
    }
}
