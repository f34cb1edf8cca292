using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Callgate.Bench.Load.Load;

/// <summary>
/// One HTTP/1.1 connection that sends one prepared request again and again. It reads just enough of an answer to know that it is
/// a good one and where it ends, so that the load costs the machine little beside what is measured.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
    };

    private readonly byte[] _request;
    private byte[] _buffer = new byte[32 * 1024];
    private int _start;
    private int _end;

    private HttpConnection(byte[] request) => _request = request;

    /// <summary>Events of the answer so far.</summary>
    public long Events { get; private set; }

    public static async Task<HttpConnection> OpenAsync(LoadOrder order)
    {
        var request = new StringBuilder("POST /v1/chat/completions HTTP/1.1\r\n")
            .Append(CultureInfo.InvariantCulture, $"Host: {order.Host}:{order.Port}\r\n")
            .Append("User-Agent: bench\r\nAccept: */*\r\nContent-Type: application/json\r\n")
            .Append(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(order.Body)}\r\n");
        foreach (var header in order.Headers)
        {
            request.Append(header).Append("\r\n");
        }

        var connection = new HttpConnection(
            Encoding.UTF8.GetBytes(request.Append("\r\n").Append(order.Body).ToString())
        );
        await connection._socket.ConnectAsync(IPAddress.Parse(order.Host), order.Port);
        return connection;
    }

    public async ValueTask SendAsync()
    {
        Events = 0;
        await _socket.SendAsync(_request, SocketFlags.None);
    }

    /// <summary>Reads an answer of known length.</summary>
    public async ValueTask ReadWholeAsync()
    {
        var (length, _) = await ReadHeadAsync();
        for (var left = length ?? throw new InvalidDataException("The answer has no length."); left > 0; )
        {
            if (_start == _end)
            {
                await FillAsync();
            }

            var count = (int)Math.Min(left, _end - _start);
            _start += count;
            left -= count;
        }
    }

    /// <summary>Reads up to a stream's first event.</summary>
    public async ValueTask ReadFirstEventAsync()
    {
        var (_, isChunked) = await ReadHeadAsync();
        if (!isChunked)
        {
            throw new InvalidDataException("The answer is no stream.");
        }

        while (Events == 0)
        {
            if (_start == _end || !await ReadChunkAsync())
            {
                await FillAsync();
            }
        }
    }

    /// <summary>Reads the rest of a stream.</summary>
    public async ValueTask ReadToEndAsync()
    {
        while (await ReadChunkAsync()) { }
    }

    /// <summary>Takes a chunk of the transfer coding; false after the last.</summary>
    private async ValueTask<bool> ReadChunkAsync()
    {
        int lineEnd;
        while ((lineEnd = Find("\r\n"u8)) < 0)
        {
            await FillAsync();
        }

        var size = int.Parse(
            Encoding.ASCII.GetString(_buffer, _start, lineEnd - _start),
            NumberStyles.HexNumber,
            CultureInfo.InvariantCulture
        );
        _start = lineEnd + 2;
        while (_end - _start < size + 2)
        {
            await FillAsync();
        }

        Events += Count(_buffer.AsSpan(_start, size));
        _start += size + 2;
        return size > 0;
    }

    // Chunks need not end where events do, but the blank line after an event is never apart from its end in what is sent here.
    private static int Count(ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        for (int at; (at = bytes.IndexOf("\n\n"u8)) >= 0; bytes = bytes[(at + 2)..])
        {
            count++;
        }

        return count;
    }

    private async ValueTask<(long? Length, bool IsChunked)> ReadHeadAsync()
    {
        int end;
        while ((end = Find("\r\n\r\n"u8)) < 0)
        {
            await FillAsync();
        }

        var head = _buffer.AsSpan(_start, end - _start);
        var isGood = head.StartsWith("HTTP/1.1 200"u8);
        var isChunked = head.IndexOf("chunked"u8) >= 0;
        var result = (LengthOf(head), isChunked);
        if (!isGood)
        {
            throw new InvalidDataException(
                "The answer is an error: " + Encoding.UTF8.GetString(_buffer, _start, _end - _start)
            );
        }

        _start = end + 4;
        return result;
    }

    private static long? LengthOf(ReadOnlySpan<byte> head)
    {
        Span<char> text = stackalloc char[head.Length];
        Encoding.ASCII.GetChars(head, text);
        const string Name = "\r\ncontent-length:";
        var at = ((ReadOnlySpan<char>)text).IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return null;
        }

        var value = text[(at + Name.Length)..];
        return long.Parse(
            value.IndexOf('\r') is >= 0 and var end ? value[..end] : value,
            NumberStyles.AllowLeadingWhite,
            CultureInfo.InvariantCulture
        );
    }

    private int Find(ReadOnlySpan<byte> what) =>
        _buffer.AsSpan(_start, _end - _start).IndexOf(what) is >= 0 and var at ? _start + at : -1;

    private async ValueTask FillAsync()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _buffer.Length)
        {
            if (_start == 0)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }
            else
            {
                Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
                (_start, _end) = (0, _end - _start);
            }
        }

        var count = await _socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None);
        _end += count > 0 ? count : throw new IOException("The connection was closed in mid-answer.");
    }

    public void Dispose() => _socket.Dispose();
}
