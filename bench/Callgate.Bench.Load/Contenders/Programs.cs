using System.Net;
using System.Net.Sockets;

namespace Callgate.Bench.Load.Contenders;

/// <summary>What is needed to run programs that aren't ours.</summary>
internal static class Programs
{
    private static readonly TimeSpan s_longestStart = TimeSpan.FromSeconds(30);

    /// <summary>Where a program stands on the path; null where it isn't installed.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .SelectMany(folder => new[] { Path.Combine(folder, name), Path.Combine(folder, name + ".exe") })
            .FirstOrDefault(File.Exists);

    /// <summary>A port for a program that can't choose one itself.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static async Task WaitForPortAsync(int port, string program)
    {
        using var timeout = new CancellationTokenSource(s_longestStart);
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, timeout.Token);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50, timeout.Token);
            }
            catch (OperationCanceledException e)
            {
                throw new TimeoutException($"{program} did not listen within {s_longestStart.TotalSeconds} s.", e);
            }
        }
    }
}
