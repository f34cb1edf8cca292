using System.Diagnostics;

namespace Callgate.Samples.Tests;

/// <summary>Runs a program to its end.</summary>
internal static class Command
{
    public static async Task<CommandResult> RunAsync(
        IReadOnlyList<string> command,
        CancellationToken cancellationToken,
        string input = ""
    )
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        Prepare(start.Environment);
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
            return new CommandResult(
                process.ExitCode,
                (await output).ReplaceLineEndings("\n"),
                (await error).ReplaceLineEndings("\n")
            );
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Makes it the same on every machine.</summary>
    public static void Prepare(IDictionary<string, string?> environment)
    {
        // A build node that lives on would keep our pipes open.
        environment["MSBUILDDISABLENODEREUSE"] = "1";
        environment["DOTNET_NOLOGO"] = "1";
        environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        // Samples stay on this machine, whatever keys and proxies it has.
        environment["NO_PROXY"] = "127.0.0.1,localhost";
        foreach (var name in environment.Keys.Where(IsKey).ToList())
        {
            environment.Remove(name);
        }
    }

    private static bool IsKey(string name) =>
        name.EndsWith("_API_KEY", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith("_MASTER_KEY", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith("_BASE_URL", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith("_API_BASE", StringComparison.OrdinalIgnoreCase);
}

internal sealed record CommandResult(int ExitCode, string Output, string Error);
