using System.Diagnostics;
using System.Globalization;
using Callgate;
using Callgate.Bench;
using Microsoft.Extensions.AI;

// One command, one run, one server: every contender takes its turn in every round, so that whatever else the
// machine does is shared by all. Read the ratios, not the microseconds.
if (BenchServer.IsServeCommand(args))
{
    await BenchServer.ServeAsync();
    return;
}

var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 15;
using var server = await BenchServer.StartAsync();
IContender[] contenders =
[
    new RawHttpClient(server.Address),
    new CallgateClient(server.Address, 0),
    new CallgateClient(server.Address, 1),
    new CallgateClient(server.Address, 10),
    new OpenAiSdk(server.Address),
    new ExtensionsAi("M.E.AI over the SDK", Sdk.NewClient(server.Address).AsIChatClient()),
    new ExtensionsAi(
        "M.E.AI over the SDK, UseCallgate",
        Sdk.NewClient(server.Address)
            .AsIChatClient()
            .AsBuilder()
            .UseCallgate(c => c.AddCallback(new Observer()))
            .Build()
    ),
];
Console.WriteLine(
    $"{rounds} rounds, interleaved; medians; one call at a time over loopback; .NET {Environment.Version}, {Environment.ProcessorCount} cores"
);
await MeasureAsync("Unary, per call", 200, 1, c => c.CompleteAsync());
await MeasureAsync(
    $"Streamed, per chunk ({BenchServer.ChunksPerStream} chunks a call)",
    20,
    BenchServer.ChunksPerStream,
    c => c.StreamAsync()
);

async Task MeasureAsync(string title, int calls, int perCall, Func<IContender, Task<int>> call)
{
    var times = contenders.Select(_ => new List<double>()).ToArray();
    var bytes = contenders.Select(_ => new List<double>()).ToArray();
    // Warm until the JIT has nothing left to do.
    const int Warmup = 30;
    for (var round = -Warmup; round < rounds; round++)
    {
        for (var turn = 0; turn < contenders.Length; turn++)
        {
            // Each round begins with another contender, so that none always follows the same one.
            var i = (turn + round + Warmup) % contenders.Length;
            GC.Collect();
            var allocated = GC.GetTotalAllocatedBytes(precise: true);
            var start = Stopwatch.GetTimestamp();
            for (var n = 0; n < calls; n++)
            {
                if (await call(contenders[i]) == 0)
                {
                    throw new InvalidOperationException($"{contenders[i].Name} got nothing.");
                }
            }

            var time = Stopwatch.GetElapsedTime(start);
            if (round >= 0)
            {
                times[i].Add(time.TotalMicroseconds / calls / perCall);
                bytes[i].Add((double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / calls / perCall);
            }
        }
    }

    Console.WriteLine();
    Console.WriteLine(title);
    Console.WriteLine($"  {"", -36} {"time µs", 10} {"ratio", 7} {"bytes", 9} {"ratio", 7}");
    for (var i = 0; i < contenders.Length; i++)
    {
        // The ratio is taken within each round, against the raw client's turn in it.
        var ratio = Median(times[i].Zip(times[0], (mine, raw) => mine / raw));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  {contenders[i].Name, -36} {Median(times[i]), 10:F2} {ratio, 7:F2} {Median(bytes[i]), 9:F0} {Median(bytes[i]) / Median(bytes[0]), 7:F2}"
            )
        );
    }
}

static double Median(IEnumerable<double> values)
{
    var sorted = values.Order().ToArray();
    return sorted.Length % 2 == 1
        ? sorted[sorted.Length / 2]
        : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
}
