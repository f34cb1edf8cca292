using System.Diagnostics;
using System.Globalization;

namespace Callgate.Bench.Load.Roles;

/// <summary>Stands beside a program that isn't ours: says its process id, and ends it when the bench ends, however that comes about.</summary>
internal static class GuardRole
{
    public static async Task<int> RunAsync(string file, string[] arguments)
    {
        // On the guard's own output nothing but the id is read, and the bench's is for its report.
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        Console.WriteLine(process.Id.ToString(CultureInfo.InvariantCulture));
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
        // On a thread of its own: the console is read synchronously, whatever the method is called.
        await Task.WhenAny(Task.Run(Console.In.ReadToEndAsync), process.WaitForExitAsync());
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
