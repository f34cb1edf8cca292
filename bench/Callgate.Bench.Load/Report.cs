using System.Globalization;
using Callgate.Bench.Load.Contenders;

namespace Callgate.Bench.Load;

/// <summary>Prints medians, and the ratios to YARP: those are taken within each round, and then their median.</summary>
internal static class Report
{
    public static void Print(
        BenchOptions options,
        IReadOnlyList<Contender> contenders,
        IReadOnlyDictionary<Contender, Samples> unary,
        IReadOnlyDictionary<Contender, Samples> streams
    )
    {
        var direct = contenders[0];
        var yarp = contenders.FirstOrDefault(c => c.Name == "YARP");
        Line(
            $"{options.Rounds} rounds, interleaved; medians; loopback; .NET {Environment.Version}, {Environment.ProcessorCount} cores"
        );
        Line("");
        Line($"Unary: {options.Connections} connections; added time at {options.Rate} requests/s");
        Line($"  {"", -22} {"requests/s", 10} {"CPU µs", 8} {"ratio", 6} {"added p50 µs", 13} {"added p99 µs", 13}");
        foreach (var contender in contenders)
        {
            Line(Row(contender, unary, direct, yarp));
        }

        Line("");
        Line($"Streamed: {options.Streams} streams at once, {options.Events} events each, {options.Pause} ms apart");
        Line(
            $"  {"", -22} {"events/s", 10} {"CPU µs", 8} {"ratio", 6} {"1st event p50", 13} {"1st event p99", 13} {"KiB/stream", 10}"
        );
        foreach (var contender in contenders)
        {
            Line(Row(contender, streams, direct, yarp) + $" {Text(streams[contender].Memory, "F1"), 10}");
        }

        Line("");
        Line(
            "CPU µs: the contender's own process, per request or per event; ratio: to YARP's. The times of direct are whole, all others added to it."
        );
    }

    private static string Row(
        Contender contender,
        IReadOnlyDictionary<Contender, Samples> table,
        Contender direct,
        Contender? yarp
    )
    {
        var (mine, its) = (table[contender], table[direct]);
        var isDirect = contender == direct;
        double? cpu = isDirect ? null : Median(mine.Cpu);
        double? ratio = isDirect || yarp is null ? null : Median(mine.Cpu.Zip(table[yarp].Cpu, (m, y) => m / y));
        var p50 = isDirect ? Median(mine.P50) : Median(mine.P50.Zip(its.P50, (m, d) => m - d));
        var p99 = isDirect ? Median(mine.P99) : Median(mine.P99.Zip(its.P99, (m, d) => m - d));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"  {contender.Name, -22} {Median(mine.PerSecond), 10:F0} {Text(cpu, "F1"), 8} {Text(ratio, "F2"), 6} {p50, 13:F0} {p99, 13:F0}"
        );
    }

    private static string Text(double? value, string format) =>
        value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1
            ? sorted[sorted.Length / 2]
            : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static void Line(string text) => Console.WriteLine(text);
}
