using System.Runtime.InteropServices;
using Callgate.Calls;

namespace Callgate;

/// <summary>
/// A program that ends delivers its events first: when it returns from Main, calls Exit, throws, or gets SIGTERM, SIGINT, SIGHUP or SIGQUIT.
/// The runtime raises ProcessExit for the first two only, so all are caught. Nothing can be done about SIGKILL here.
/// </summary>
internal static class ProcessExit
{
    private static readonly Lock s_lock = new();
    private static readonly HashSet<ClientRuntime> s_clients = [];
    private static PosixSignalRegistration[]? s_signals;

    /// <summary>How many clients would be waited for.</summary>
    public static int Count
    {
        get
        {
            lock (s_lock)
            {
                return s_clients.Count;
            }
        }
    }

    public static void Add(ClientRuntime client)
    {
        lock (s_lock)
        {
            s_clients.Add(client);
            if (s_signals is not null)
            {
                return;
            }

            AppDomain.CurrentDomain.ProcessExit += static (_, _) => FlushAll("The process ended in mid-call.");
            AppDomain.CurrentDomain.UnhandledException += static (_, _) => FlushAll("The process crashed in mid-call.");
            // The signal then does what it did before.
            s_signals =
            [
                .. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }.Select(
                    s => PosixSignalRegistration.Create(s, OnSignal)
                ),
            ];
        }
    }

    public static void Remove(ClientRuntime client)
    {
        lock (s_lock)
        {
            s_clients.Remove(client);
        }
    }

    private static void OnSignal(PosixSignalContext context)
    {
        // Whoever registered before us may yet cancel the signal, and let calls end in peace: a host does, and consoles
        // do with Ctrl+C. Else this is the end, and the last moment in which open calls can be told of. They aren't aborted,
        // in case that somebody does cancel it.
        var isTheEnd = context.Signal != PosixSignal.SIGINT && !HasHost();
        FlushAll(isTheEnd ? "The process was ended by a signal in mid-call." : null, abort: false);
    }

    private static bool HasHost() =>
        Array.Exists(AppDomain.CurrentDomain.GetAssemblies(), a => a.GetName().Name == "Microsoft.Extensions.Hosting");

    private static void FlushAll(string? terminate, bool abort = true)
    {
        List<ClientRuntime> clients;
        lock (s_lock)
        {
            clients = [.. s_clients];
        }

        if (terminate is not null)
        {
            clients.ForEach(c => c.TerminateOpenCalls(terminate, abort));
        }

        // All at once: the process must not wait for one client's slow observers after another's.
        SyncBridge.Run(
            clients,
            static async clients =>
            {
                await Task.WhenAll(
                        clients.Select(c => c.Hub.FlushAsync(c.Options.FlushTimeout, CancellationToken.None).AsTask())
                    )
                    .ConfigureAwait(false);
                return true;
            }
        );
    }
}
