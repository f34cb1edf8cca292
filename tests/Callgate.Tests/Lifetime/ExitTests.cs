using System.Diagnostics;
using System.Reflection;
using Callgate.Tests.Events;

namespace Callgate.Tests.Lifetime;

/// <summary>Real processes that make a call and end at once: twenty of each kind.</summary>
public sealed class ExitTests : IDisposable
{
    private const int Runs = 20;
    private const int AtOnce = 4;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("callgate-exit-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("return", 3, "Completed")]
    [InlineData("exit", 4, "Completed")]
    [InlineData("throw", 128 + 6, "Completed")]
    [InlineData("throw-in-background", 128 + 6, "Completed")]
    [InlineData("sigterm", 128 + 15, "Completed")]
    [InlineData("sigint", 128 + 2, "Completed")]
    [InlineData("sighup", 128 + 1, "Completed")]
    [InlineData("return+open-call", 3, "Terminated")]
    [InlineData("exit+open-call", 4, "Terminated")]
    [InlineData("throw+open-call", 128 + 6, "Terminated")]
    [InlineData("sigterm+open-call", 128 + 15, "Terminated")]
    [InlineData("exit+open-stream", 4, "Terminated")]
    [InlineData("return+open-stream", 3, "Terminated")]
    public async Task Program_DeliversItsEventAndEndsAsItWould(string way, int code, string outcome)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals.");
        Assert.Equal(code, await RunAsync(way));

        var files = Enumerable.Range(0, Runs).Select(i => Path.Combine(_folder.FullName, $"{i}"));
        var ends = new List<(int Code, string[] Events)>();
        foreach (var batch in files.Chunk(AtOnce))
        {
            var codes = await Task.WhenAll(batch.Select(f => RunAsync(way, f)));
            ends.AddRange(batch.Zip(codes, (f, c) => (c, File.Exists(f) ? File.ReadAllLines(f) : [])));
        }

        Assert.Equal(Runs, ends.Count);
        Assert.All(
            ends,
            end =>
            {
                Assert.Equal(outcome, Assert.Single(end.Events));
                Assert.Equal(code, end.Code);
            }
        );
    }

    private static async Task<int> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(DotnetPath, [ProgramPath, .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        // A crash on purpose needs no dump.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await output;
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return process.ExitCode;
        }
        catch
        {
            process.Kill();
            throw;
        }
    }

    private static string DotnetPath { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    private static string ProgramPath { get; } =
        SchemaFile.InRepository(
            "tests",
            "Callgate.ExitProgram",
            "bin",
            typeof(ExitTests).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration,
            "net10.0",
            "Callgate.ExitProgram.dll"
        );
}
