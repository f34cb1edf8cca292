using System.Diagnostics;
using System.Globalization;
using Callgate.Bench.Load.Roles;

namespace Callgate.Bench.Load.Contenders;

/// <summary>One of those that are measured: where it listens, what it wants to be sent besides, and the process whose time and memory count.</summary>
internal sealed class Contender : IDisposable
{
    private readonly ChildProcess? _child;
    private readonly Process? _process;
    private readonly bool _isOurs;
    private readonly IDisposable? _files;

    private Contender(
        string name,
        int port,
        ChildProcess? child,
        int? processId,
        bool isOurs,
        IDisposable? files = null
    )
    {
        Name = name;
        Port = port;
        _child = child;
        _process = processId is { } id ? Process.GetProcessById(id) : null;
        _isOurs = isOurs;
        _files = files;
    }

    public string Name { get; }
    public int Port { get; }
    public IReadOnlyList<string> Headers { get; init; } = ["Authorization: Bearer sk-provider"];

    /// <summary>Whether there is a process to measure; directly there is none.</summary>
    public bool HasProcess => _process is not null;

    /// <summary>The processor's time that the process has used.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process?.Refresh();
            return _process?.TotalProcessorTime ?? default;
        }
    }

    /// <summary>How many methods its JIT has compiled; 0 where it has none of ours.</summary>
    public async Task<int> CompiledAsync() => _isOurs ? await _child!.AskNumberAsync(Role.AskJit) : 0;

    /// <summary>Bytes that it holds in memory, without its garbage where it can be told to collect it.</summary>
    public async Task<long> MemoryAsync()
    {
        if (_isOurs)
        {
            await _child!.AskNumberAsync(Role.AskCollect);
        }

        _process!.Refresh();
        return _process.WorkingSet64;
    }

    public static Contender Direct(int port) => new("direct", port, null, null, isOurs: false);

    public static async Task<Contender> YarpAsync(string upstream)
    {
        var child = await ChildProcess.StartAsync(Role.Yarp, upstream);
        return new Contender("YARP", new Uri(child.FirstLine).Port, child, child.Id, isOurs: true);
    }

    public static async Task<Contender> CallgateAsync(string upstream, int callbacks)
    {
        var child = await ChildProcess.StartAsync(
            Role.Callgate,
            upstream,
            callbacks.ToString(CultureInfo.InvariantCulture)
        );
        var address = new Uri(child.FirstLine);
        return new Contender($"Callgate, {callbacks} callbacks", address.Port, child, child.Id, isOurs: true)
        {
            Headers = [$"Authorization: Bearer {await VirtualKey.CreateAsync(address)}"],
        };
    }

    /// <summary>nginx, if it is on the path.</summary>
    public static async Task<Contender?> NginxAsync(string upstream)
    {
        if (Programs.Find("nginx") is not { } nginx)
        {
            return null;
        }

        var port = Programs.FreePort();
        var files = new NginxFiles(new Uri(upstream), port);
        var guard = await ChildProcess.StartAsync(
            Role.Guard,
            nginx,
            "-p",
            files.Folder,
            "-e",
            "error.log",
            "-c",
            files.Config
        );
        await Programs.WaitForPortAsync(port, "nginx");
        return new Contender("nginx", port, guard, guard.FirstLineAsId, isOurs: false, files);
    }

    /// <summary>Portkey's gateway, from a folder where npm has installed it.</summary>
    public static async Task<Contender?> PortkeyAsync(string upstream, string? folder)
    {
        var script = Path.Combine(folder ?? "", "node_modules", "@portkey-ai", "gateway", "build", "start-server.js");
        if (folder is null || Programs.Find("node") is not { } node)
        {
            return null;
        }

        if (!File.Exists(script))
        {
            throw new FileNotFoundException($"There is no Portkey in {folder}: see bench/README.md", script);
        }

        var port = Programs.FreePort();
        var guard = await ChildProcess.StartAsync(
            Role.Guard,
            node,
            script,
            "--headless",
            $"--port={port.ToString(CultureInfo.InvariantCulture)}"
        );
        await Programs.WaitForPortAsync(port, "Portkey");
        return new Contender("Portkey", port, guard, guard.FirstLineAsId, isOurs: false)
        {
            Headers =
            [
                "Authorization: Bearer sk-provider",
                "x-portkey-provider: openai",
                $"x-portkey-custom-host: {upstream}/v1",
            ],
        };
    }

    public void Dispose()
    {
        _process?.Dispose();
        _child?.Dispose();
        _files?.Dispose();
    }
}
