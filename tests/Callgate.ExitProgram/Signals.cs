using System.Runtime.InteropServices;

namespace Callgate.ExitProgram;

internal static partial class Signals
{
    private static readonly Dictionary<string, int> s_numbers = new()
    {
        ["sighup"] = 1,
        ["sigint"] = 2,
        ["sigquit"] = 3,
        ["sigterm"] = 15,
    };

    /// <summary>A parent that ignores signals, as a shell's background job does, leaves that to its children.</summary>
    public static void Reset()
    {
        foreach (var number in s_numbers.Values)
        {
            _ = SetHandler(number, 0);
        }
    }

    public static void Raise(string name) => _ = Kill(Environment.ProcessId, s_numbers[name]);

    public static void WaitForEver()
    {
        using var never = new ManualResetEventSlim();
        never.Wait();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);
}
