using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Callgate.Samples.Tests;

/// <summary>A command of the host that goes on until it is stopped.</summary>
internal sealed partial class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("callgate-host-");

    private HostProcess(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet", [Dll, .. arguments])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        Command.Prepare(start.Environment);
        start.Environment["CALLGATE_CACHE_DIR"] = _folder.FullName;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
    }

    public static string Dll =>
        Repository.PathOf($"src/Callgate.Host/bin/{Repository.Configuration}/net10.0/Callgate.Host.dll");

    /// <summary>What it has written so far.</summary>
    public string Output => _output.ToString();

    /// <summary>The line to try that it prints.</summary>
    public string Curl => CurlLine().Match(Output).Value.Trim();

    /// <summary>Where its gateway listens.</summary>
    public Uri Address => new(LocalAddress().Match(Curl).Value);

    /// <summary>Starts it, and waits until it has printed a line to try.</summary>
    public static async Task<HostProcess> StartAsync(
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null
    )
    {
        var host = new HostProcess(arguments, environment ?? new Dictionary<string, string>());
        try
        {
            await host.ReadToAsync(l => l.StartsWith("  curl", StringComparison.Ordinal));
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads on, to a line.</summary>
    public async Task ReadToAsync(Predicate<string> isIt)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            while (await _process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                _output.Append(line).Append('\n');
                if (isIt(line))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException exception)
        {
            throw new TimeoutException($"The line did not come:\n{Output}", exception);
        }

        throw new InvalidOperationException($"It ended:\n{Output}");
    }

    public void Terminate()
    {
        // A shell that starts us in the background has us ignore SIGINT: this is Ctrl+C's sister.
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync()
    {
        _output.Append(await _process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>A client of its gateway.</summary>
    public HttpClient NewClient() => new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Address };

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    [GeneratedRegex(@"^  curl \S+/v1/chat/completions .*$", RegexOptions.Multiline)]
    private static partial Regex CurlLine();

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex LocalAddress();
}
