using System.Diagnostics;

namespace Callgate.Bench.Load.Load;

/// <summary>Carries out an order.</summary>
internal static class LoadRun
{
    public static Task<LoadResult> BusyAsync(LoadOrder order) =>
        RunAsync(
            order,
            async (connection, times, clock) =>
            {
                while (clock.Elapsed.TotalSeconds < order.Seconds)
                {
                    var start = Stopwatch.GetTimestamp();
                    await connection.SendAsync();
                    await connection.ReadWholeAsync();
                    times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                }

                return 0;
            }
        );

    public static Task<LoadResult> AtRateAsync(LoadOrder order)
    {
        var next = -1;
        return RunAsync(
            order,
            async (connection, times, clock) =>
            {
                while (true)
                {
                    var due = TimeSpan.FromSeconds(Interlocked.Increment(ref next) / (double)order.PerSecond);
                    if (due.TotalSeconds >= order.Seconds)
                    {
                        return 0;
                    }

                    var wait = due - clock.Elapsed;
                    if (wait > TimeSpan.Zero)
                    {
                        await Task.Delay(wait);
                        // The timer's lateness is ours; a connection's that was still busy is the contender's.
                        due = clock.Elapsed;
                    }

                    await connection.SendAsync();
                    await connection.ReadWholeAsync();
                    times.Add((clock.Elapsed - due).TotalMicroseconds);
                }
            }
        );
    }

    public static Task<LoadResult> StreamsAsync(LoadOrder order) =>
        RunAsync(
            order,
            async (connection, times, clock) =>
            {
                var events = 0L;
                while (clock.Elapsed.TotalSeconds < order.Seconds)
                {
                    var start = Stopwatch.GetTimestamp();
                    await connection.SendAsync();
                    await connection.ReadFirstEventAsync();
                    times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                    await connection.ReadToEndAsync();
                    events += connection.Events;
                }

                return events;
            }
        );

    private static async Task<LoadResult> RunAsync(
        LoadOrder order,
        Func<HttpConnection, List<double>, Stopwatch, Task<long>> run
    )
    {
        var connections = await Task.WhenAll(
            Enumerable.Range(0, order.Connections).Select(_ => HttpConnection.OpenAsync(order))
        );
        try
        {
            var times = connections.Select(_ => new List<double>()).ToArray();
            var clock = Stopwatch.StartNew();
            var events = await Task.WhenAll(connections.Select((c, i) => run(c, times[i], clock)));
            var sorted = times.SelectMany(t => t).Order().ToArray();
            return new LoadResult
            {
                Requests = sorted.Length,
                Events = events.Sum(),
                Seconds = clock.Elapsed.TotalSeconds,
                P50 = At(sorted, 0.5),
                P99 = At(sorted, 0.99),
            };
        }
        finally
        {
            foreach (var connection in connections)
            {
                connection.Dispose();
            }
        }
    }

    private static double At(double[] sorted, double part) =>
        sorted.Length == 0 ? 0 : sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * part)];
}
