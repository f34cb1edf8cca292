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

            AppDomain.CurrentDomain.ProcessExit += static (_, _) =>
                FlushAll("The process ended in mid-call.");
            AppDomain.CurrentDomain.UnhandledException += static (_, _) =>
                FlushAll("The process crashed in mid-call.");
            // The signal then does what it did before; a host that cancels it to stop gently may go on making calls.
            s_signals =
            [
                .. new[]
                {
                    PosixSignal.SIGTERM,
                    PosixSignal.SIGINT,
                    PosixSignal.SIGHUP,
                    PosixSignal.SIGQUIT,
                }.Select(s => PosixSignalRegistration.Create(s, static _ => FlushAll(null))),
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

    private static void FlushAll(string? terminate)
    {
        List<ClientRuntime> clients;
        lock (s_lock)
        {
            clients = [.. s_clients];
        }

        foreach (var client in clients)
        {
            if (terminate is not null)
            {
                client.TerminateOpenCalls(terminate);
            }

            SyncBridge.Run(
                client,
                static c => c.Hub.FlushAsync(c.Options.FlushTimeout, CancellationToken.None)
            );
        }
    }
}
