namespace Callgate;

/// <summary>
/// Waits until a handler that was taken out of its lists has seen the last of its calls. It looks now and then:
/// counting the handlers of each call would cost every call something.
/// </summary>
internal static class HandlerDrain
{
    /// <summary>Between a call's end and its event's place in the queue there is a moment when neither shows.</summary>
    private const int QuietLooks = 3;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    public static async Task WaitAsync(
        ClientRuntime runtime,
        CustomLogger handler,
        IEnumerable<Registration> registrations,
        CancellationToken cancellationToken
    )
    {
        var queues = registrations.Select(r => r.Queue).ToHashSet();
        for (var quiet = 0; quiet < QuietLooks; quiet++)
        {
            if (IsInUse(runtime, handler, queues))
            {
                quiet = -1;
            }

            await Task.Delay(s_pause, runtime.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsInUse(ClientRuntime runtime, CustomLogger handler, HashSet<ObserverQueue> queues)
    {
        var open = false;
        foreach (var call in runtime.OpenCalls.ToList())
        {
            foreach (var registration in call.Callbacks.All)
            {
                if (registration.IsOf(handler))
                {
                    open = true;
                    // Of a list that was set anew, the registrations differ.
                    queues.Add(registration.Queue);
                }
            }
        }

        return open || runtime.Hub.IsWorking || queues.Any(q => !q.IsIdle);
    }
}
