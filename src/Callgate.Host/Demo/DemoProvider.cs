using System.Diagnostics;
using Callgate.Host.Commands;

namespace Callgate.Host.Demo;

/// <summary>The demo's provider: this program once more, as a process of its own, called over real HTTP. Goes away with this one, however it ends.</summary>
internal sealed class DemoProvider : IAsyncDisposable
{
    private readonly Process _process;

    private DemoProvider(Process process, string address)
    {
        _process = process;
        Address = address;
    }

    /// <summary><c>http://127.0.0.1:PORT</c></summary>
    public string Address { get; }

    public int ProcessId => _process.Id;

    public static async Task<DemoProvider> StartAsync(CancellationToken cancellationToken)
    {
        var program =
            Environment.ProcessPath ?? throw new InvalidOperationException("The program's own path is unknown.");
        var start = new ProcessStartInfo(program)
        {
            // The provider ends when this pipe closes, and the system closes it whatever becomes of this process.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(typeof(DemoProvider).Assembly.Location);
        }

        start.ArgumentList.Add(FakeProviderCommand.Name);
        var process =
            Process.Start(start) ?? throw new InvalidOperationException("The provider's process did not start.");
        try
        {
            var address = await process.StandardOutput.ReadLineAsync(cancellationToken);
            return new DemoProvider(
                process,
                address ?? throw new InvalidOperationException("The provider did not start.")
            );
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
