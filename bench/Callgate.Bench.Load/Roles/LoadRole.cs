using System.Text.Json;
using Callgate.Bench.Load.Load;

namespace Callgate.Bench.Load.Roles;

/// <summary>The process that sends the load: an order a line, a line back.</summary>
internal static class LoadRole
{
    public static async Task RunAsync()
    {
        Console.WriteLine("ready");
        HeldStreams? held = null;
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var order = JsonSerializer.Deserialize<LoadOrder>(line)!;
            held?.Dispose();
            held = null;
            LoadResult result;
            try
            {
                if (order.Kind == LoadKind.Hold)
                {
                    held = await HeldStreams.OpenAsync(order);
                    result = new LoadResult { Requests = order.Connections };
                }
                else
                {
                    result = order.Kind switch
                    {
                        LoadKind.Busy => await LoadRun.BusyAsync(order),
                        LoadKind.Rate => await LoadRun.AtRateAsync(order),
                        LoadKind.Streams => await LoadRun.StreamsAsync(order),
                        _ => new LoadResult(),
                    };
                }
            }
            catch (Exception e) when (e is IOException or InvalidDataException or System.Net.Sockets.SocketException)
            {
                result = new LoadResult { Error = e.Message };
            }

            Console.WriteLine(JsonSerializer.Serialize(result));
        }

        held?.Dispose();
    }
}
