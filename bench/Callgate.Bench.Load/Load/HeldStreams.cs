namespace Callgate.Bench.Load.Load;

/// <summary>Streams that have begun and go on, so that what an open one takes can be measured.</summary>
internal sealed class HeldStreams : IDisposable
{
    private readonly List<HttpConnection> _connections = [];

    public static async Task<HeldStreams> OpenAsync(LoadOrder order)
    {
        var held = new HeldStreams();
        try
        {
            for (var i = 0; i < order.Connections; i++)
            {
                var connection = await HttpConnection.OpenAsync(order);
                held._connections.Add(connection);
                await connection.SendAsync();
                await connection.ReadFirstEventAsync();
            }

            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }
    }
}
