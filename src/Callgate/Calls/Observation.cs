using System.Diagnostics;

namespace Callgate.Calls;

/// <summary>Step 9: what observers get to see of an event, and its way to their queues.</summary>
internal static class Observation
{
    public static void Send(Call call, ObserverEvent observerEvent)
    {
        if (call.Runtime.Options.TurnOffMessageLogging)
        {
            observerEvent = Redaction.WithoutContent(observerEvent);
        }

        if (
            observerEvent.Kind is ObserverEventKind.Success or ObserverEventKind.Failure
            && call.Callbacks.Has(Hooks.LoggingHookAsync)
        )
        {
            var hub = call.Runtime.Hub;
            hub.BeginWork();
            // Logging hooks may take their time: they too run off the call's path.
            _ = Task.Run(async () =>
            {
                try
                {
                    observerEvent = await ThroughLoggingHooksAsync(call, observerEvent).ConfigureAwait(false);
                }
#pragma warning disable CA1031 // Whatever it is, the event must not be lost for it.
                catch (Exception)
#pragma warning restore CA1031
                {
                    // The client has given up waiting for the hook.
                    observerEvent = Withheld(observerEvent);
                }

                try
                {
                    Append(call, observerEvent);
                }
                finally
                {
                    hub.EndWork();
                }
            });
            return;
        }

        Append(call, observerEvent);
    }

    private static void Append(Call call, ObserverEvent observerEvent)
    {
        var hooks = observerEvent.Hooks;
        var hub = call.Runtime.Hub;
        var takers = 0;
        foreach (var registration in call.Callbacks.All)
        {
            takers += registration.Has(hooks) ? 1 : 0;
        }

        // Before the first is told: what is delivered must have been accepted.
        hub.CountAccepted(takers);
        foreach (var registration in call.Callbacks.All)
        {
            if (registration.Has(hooks))
            {
                registration.Queue.Append(observerEvent, hub);
            }
        }
    }

    private static ObserverEvent Withheld(ObserverEvent observerEvent) =>
        Redaction.WithoutContent(observerEvent with { Call = observerEvent.Call with { ContentWithheld = true } });

    /// <summary>Lets the logging hooks change what all observers see. Where one fails, nobody sees the content that it may have been there to remove.</summary>
    private static async Task<ObserverEvent> ThroughLoggingHooksAsync(Call call, ObserverEvent observerEvent)
    {
        var context = new LoggingContext { Call = observerEvent.Call, Response = observerEvent.Response };
        foreach (var registration in call.Callbacks.With(Hooks.LoggingHookAsync))
        {
            var result = await HookRunner
                .RunAsync(
                    call,
                    registration,
                    Hooks.LoggingHookAsync,
                    context,
                    static (handler, c, token) => handler.LoggingHookAsync(c, token),
                    HookDecisions.Replace | HookDecisions.Reject,
                    typeof(LoggingContext),
                    call.Runtime.Hub.Stopping
                )
                .ConfigureAwait(false);
            if (result.Decision == HookDecision.Reject)
            {
                return Withheld(observerEvent with { Call = context.Call, Response = context.Response });
            }

            context = result.Decision == HookDecision.Replace ? (LoggingContext)result.Value! : context;
        }

        return observerEvent with
        {
            Call = context.Call with { Response = context.Response },
            Response = context.Response,
        };
    }
}
