using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Callgate.Gateway.Tests.Hostile;

/// <summary>A connection that sends what it is told, byte for byte, and reads replies of HTTP/1.1.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<RawConnection> OpenAsync(Uri address, int? receiveBuffer = null)
    {
        var connection = new RawConnection();
        if (receiveBuffer is { } size)
        {
            connection._socket.ReceiveBufferSize = size;
        }

        await connection._socket.ConnectAsync(address.Host, address.Port, Token);
        return connection;
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, Token)..];
        }
    }

    /// <summary>Says that nothing more will be sent.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Breaks the connection.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    /// <summary>The next reply; null where the server has closed the connection.</summary>
    public async Task<RawReply?> ReadReplyAsync()
    {
        while (true)
        {
            if (await ReadHeadAsync() is not { } head)
            {
                return null;
            }

            var status = int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture);
            if (status == 100)
            {
                continue;
            }

            var body =
                status is 204 or 304 ? []
                : HeaderOf(head, "transfer-encoding") is not null ? await ReadChunksAsync()
                : HeaderOf(head, "content-length") is { } length
                    ? await ReadBytesAsync(int.Parse(length, CultureInfo.InvariantCulture))
                : [];
            return new RawReply(status, head, body, HeaderOf(head, "connection") is "close");
        }
    }

    /// <summary>All that comes until the server closes the connection.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var all = new StringBuilder();
        do
        {
            all.Append(Encoding.Latin1.GetString(_buffer, _start, _end - _start));
            _start = _end = 0;
        } while (await FillAsync());
        return all.ToString();
    }

    /// <summary>All up to a text, and the text.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        var all = new StringBuilder();
        do
        {
            all.Append(Encoding.Latin1.GetString(_buffer, _start, _end - _start));
            _start = _end = 0;
        } while (!all.ToString().Contains(text, StringComparison.Ordinal) && await FillAsync());
        return all.ToString();
    }

    /// <summary>The value of a header in lower case.</summary>
    public static string? HeaderOf(string head, string name) =>
        head.Split("\r\n")
            .FirstOrDefault(l => l.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase))
            ?[(name.Length + 1)..].Trim()
            .ToLowerInvariant();

    private async Task<string?> ReadHeadAsync()
    {
        while (true)
        {
            var end = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                var head = Encoding.Latin1.GetString(_buffer, _start, end);
                _start += end + 4;
                return head;
            }

            if (!await FillAsync())
            {
                return null;
            }
        }
    }

    private async Task<byte[]> ReadChunksAsync()
    {
        var body = new MemoryStream();
        while (true)
        {
            var size = int.Parse(await ReadLineAsync(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0)
            {
                while (await ReadLineAsync() is { Length: > 0 })
                {
                    // a trailer
                }

                return body.ToArray();
            }

            body.Write(await ReadBytesAsync(size));
            await ReadLineAsync();
        }
    }

    private async Task<string> ReadLineAsync()
    {
        while (true)
        {
            var end = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (end >= 0)
            {
                var line = Encoding.Latin1.GetString(_buffer, _start, end);
                _start += end + 2;
                return line;
            }

            if (!await FillAsync())
            {
                throw new IOException("The reply broke off.");
            }
        }
    }

    private async Task<byte[]> ReadBytesAsync(int count)
    {
        var bytes = new byte[count];
        for (var done = 0; done < count; )
        {
            if (_start == _end && !await FillAsync())
            {
                throw new IOException("The reply broke off.");
            }

            var some = Math.Min(count - done, _end - _start);
            _buffer.AsSpan(_start, some).CopyTo(bytes.AsSpan(done));
            (_start, done) = (_start + some, done + some);
        }

        return bytes;
    }

    private async Task<bool> FillAsync()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        try
        {
            var count = await _socket.ReceiveAsync(_buffer.AsMemory(_end), Token);
            _end += count;
            return count > 0;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            return false; // Closed with bytes of ours unread.
        }
    }

    public void Dispose() => _socket.Dispose();
}

/// <summary>A reply.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Head">Its status line and headers.</param>
/// <param name="Body">Its body.</param>
/// <param name="Closes">Whether nothing follows on the connection.</param>
internal sealed record RawReply(int Status, string Head, byte[] Body, bool Closes)
{
    public string Text => Encoding.UTF8.GetString(Body);
}
