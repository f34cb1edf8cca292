using System.Text.Json;
using Callgate.Bench.Load.Contenders;
using Callgate.Bench.Load.Load;
using Callgate.Bench.Load.Roles;

namespace Callgate.Bench.Load;

/// <summary>Measures every contender in every round, so that whatever else the machine does is shared by all.</summary>
internal sealed class LoadBench(BenchOptions options)
{
    private const int MostWarmRounds = 20;

    /// <summary>Methods compiled in a round of warming that count as quiet: now and then something is compiled anew for ever.</summary>
    private const int Quiet = 10;

    private readonly List<Contender> _contenders = [];
    private ChildProcess _load = null!;

    public async Task RunAsync()
    {
        try
        {
            using var upstream = await ChildProcess.StartAsync(Role.Upstream);
            using (_load = await ChildProcess.StartAsync(Role.Load))
            {
                await StartAsync(upstream.FirstLine);
                await WarmAsync();
                var unary = NewTables();
                var streams = NewTables();
                for (var round = 0; round < options.Rounds; round++)
                {
                    Progress($"round {round + 1} of {options.Rounds}");
                    for (var turn = 0; turn < _contenders.Count; turn++)
                    {
                        // Each round begins with another contender, so that none always follows the same one.
                        var contender = _contenders[(turn + round) % _contenders.Count];
                        await MeasureUnaryAsync(contender, unary[contender]);
                        await MeasureStreamsAsync(contender, streams[contender]);
                    }
                }

                Progress("memory");
                foreach (var contender in _contenders.Where(c => c.HasProcess))
                {
                    streams[contender].Memory = await MemoryOfStreamAsync(contender);
                }

                Progress("");
                Report.Print(options, _contenders, unary, streams);
            }
        }
        finally
        {
            foreach (var contender in _contenders)
            {
                contender.Dispose();
            }
        }
    }

    private async Task StartAsync(string upstream)
    {
        _contenders.Add(Contender.Direct(new Uri(upstream).Port));
        await AddAsync("nginx", () => Contender.NginxAsync(upstream));
        await AddAsync("YARP", async () => await Contender.YarpAsync(upstream));
        await AddAsync("Portkey", () => Contender.PortkeyAsync(upstream, options.Portkey));
        await AddAsync("Callgate", async () => await Contender.CallgateAsync(upstream, 0));
        await AddAsync("Callgate", async () => await Contender.CallgateAsync(upstream, 3));
    }

    private async Task AddAsync(string name, Func<Task<Contender?>> start)
    {
        if (options.Takes(name) && await start() is { } contender)
        {
            _contenders.Add(contender);
        }
    }

    private Dictionary<Contender, Samples> NewTables() => _contenders.ToDictionary(c => c, _ => new Samples());

    /// <summary>Until the JIT has nothing left to do.</summary>
    private async Task WarmAsync()
    {
        var isQuiet = false;
        for (var round = 0; round < MostWarmRounds && !isQuiet; round++)
        {
            isQuiet = round > 2;
            foreach (var contender in _contenders)
            {
                Progress($"warming {contender.Name}, round {round + 1}");
                var before = await contender.CompiledAsync();
                await LoadAsync(contender, LoadKind.Busy, options.Connections, 1.5);
                await LoadAsync(contender, LoadKind.Streams, options.Streams, 1.5);
                isQuiet &= await contender.CompiledAsync() - before <= Quiet;
            }
        }
    }

    private async Task MeasureUnaryAsync(Contender contender, Samples samples)
    {
        var before = contender.Cpu;
        var busy = await LoadAsync(contender, LoadKind.Busy, options.Connections, options.Seconds);
        samples.Cpu.Add((contender.Cpu - before).TotalMicroseconds / busy.Requests);
        samples.PerSecond.Add(busy.Requests / busy.Seconds);
        var steady = await LoadAsync(contender, LoadKind.Rate, options.Connections, options.Seconds);
        samples.P50.Add(steady.P50);
        samples.P99.Add(steady.P99);
    }

    private async Task MeasureStreamsAsync(Contender contender, Samples samples)
    {
        var before = contender.Cpu;
        var result = await LoadAsync(contender, LoadKind.Streams, options.Streams, options.Seconds);
        samples.Cpu.Add((contender.Cpu - before).TotalMicroseconds / result.Events);
        samples.PerSecond.Add(result.Events / result.Seconds);
        samples.P50.Add(result.P50);
        samples.P99.Add(result.P99);
    }

    private async Task<double> MemoryOfStreamAsync(Contender contender)
    {
        await LoadAsync(contender, LoadKind.Rest, 1, 0);
        var before = await contender.MemoryAsync();
        await LoadAsync(contender, LoadKind.Hold, options.Held, 0);
        var held = await contender.MemoryAsync();
        await LoadAsync(contender, LoadKind.Rest, 1, 0);
        return (held - before) / 1024.0 / options.Held;
    }

    private async Task<LoadResult> LoadAsync(Contender contender, LoadKind kind, int connections, double seconds)
    {
        var order = new LoadOrder
        {
            Kind = kind,
            Port = contender.Port,
            Headers = contender.Headers,
            Body = kind switch
            {
                LoadKind.Streams => Body($"{options.Events}x{options.Pause}"),
                LoadKind.Hold => Body("3x60000"),
                _ => Body(null),
            },
            Connections = connections,
            Seconds = seconds,
            PerSecond = options.Rate,
        };
        var result = JsonSerializer.Deserialize<LoadResult>(await _load.AskAsync(JsonSerializer.Serialize(order)))!;
        return result.Error is { } error
            ? throw new InvalidOperationException($"{contender.Name}, {kind}: {error}")
            : result;
    }

    /// <summary>A question such as many are, with a system prompt; a stream's says how it is to come.</summary>
    private static string Body(string? schedule) =>
        """{"model":"gpt-4o-mini","messages":[{"role":"system","content":"You are a helpful assistant. Answer briefly, and say so where you do not know."},{"role":"user","content":"Hello! What can you do for me today? I have a list of three hundred addresses in a text file, and would like to know how many of them are in towns with more than fifty thousand inhabitants."}],"temperature":0.7,"max_tokens":512"""
        + (
            schedule is null
                ? "}"
                : $$$""","user":"{{{schedule}}}","stream":true,"stream_options":{"include_usage":true}}"""
        );

    private static void Progress(string what)
    {
        if (!Console.IsErrorRedirected)
        {
            Console.Error.Write($"\r{what, -60}\r");
        }
    }
}

/// <summary>What was measured of one contender, a figure per round.</summary>
internal sealed class Samples
{
    public List<double> PerSecond { get; } = [];
    public List<double> Cpu { get; } = [];
    public List<double> P50 { get; } = [];
    public List<double> P99 { get; } = [];

    /// <summary>KiB per open stream.</summary>
    public double? Memory { get; set; }
}
