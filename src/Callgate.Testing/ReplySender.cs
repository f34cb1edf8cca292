using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Callgate.Testing;

/// <summary>Sends one reply, in the pieces and with the faults that it asks for.</summary>
internal sealed class ReplySender(HttpContext http, RecordedRequest request, FakeReply reply, TimeProvider timeProvider)
{
    // A piece that may wait for the client to read it isn't the last: the client may yet leave.
    private const int LargePiece = 16 << 10;

    private long _sent;
    private bool _hasPiece;

    /// <summary>Sends. Throws <see cref="OperationCanceledException"/> when the client or the server goes away.</summary>
    public async Task SendAsync(CancellationToken cancellationToken)
    {
        if (reply.MockOptions is { Delay: var delay } && delay > TimeSpan.Zero)
        {
            await Task.Delay(delay, timeProvider, cancellationToken);
        }

        if (reply.DelayHeaders == Timeout.InfiniteTimeSpan)
        {
            await StallAsync(cancellationToken);
        }
        else if (reply.DelayHeaders > TimeSpan.Zero)
        {
            await Task.Delay(reply.DelayHeaders, timeProvider, cancellationToken);
        }

        if (reply.IsDisconnect)
        {
            Break();
            return;
        }

        var body = ReplyBody.Make(reply, request, timeProvider.GetUtcNow());
        WriteHeaders(body);
        // Headers go ahead of the body, also where the body fails at its first byte.
        await http.Response.StartAsync(cancellationToken);
        if (body.IsStream || reply.ResetAfterBytes is not null || reply.StallAfterBytes is not null)
        {
            await http.Response.BodyWriter.FlushAsync(cancellationToken);
        }

        if (await FaultAsync(cancellationToken))
        {
            return;
        }

        var hasChunk = false;
        using var parts = body.Parts.GetEnumerator();
        for (var more = parts.MoveNext(); more; )
        {
            var part = parts.Current;
            if (part.IsChunk && hasChunk && body.ChunkDelay > TimeSpan.Zero)
            {
                await Task.Delay(body.ChunkDelay, timeProvider, cancellationToken);
            }

            hasChunk |= part.IsChunk;
            more = parts.MoveNext();
            if (await WriteAsync(part.Bytes, isLast: !more, cancellationToken))
            {
                return;
            }
        }
    }

    private void WriteHeaders(ReplyBody body)
    {
        http.Response.StatusCode = body.StatusCode;
        http.Response.ContentType = body.ContentType;
        foreach (var (name, value) in body.Headers)
        {
            http.Response.Headers[name] = value;
        }

        // A body that is cut must not have promised its length; one that breaks is sent in chunks, each of which is flushed for certain.
        if (!body.IsStream && reply.CutAfterBytes is null && reply.ResetAfterBytes is null)
        {
            http.Response.ContentLength = body.Parts.Sum(p => (long)p.Bytes.Length);
        }

        foreach (var (name, value) in reply.Headers)
        {
            http.Response.Headers[name] = value;
        }
    }

    // True when the reply ends here.
    private async Task<bool> WriteAsync(ReadOnlyMemory<byte> bytes, bool isLast, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            if (_hasPiece && reply.PieceDelay > TimeSpan.Zero)
            {
                await Task.Delay(reply.PieceDelay, timeProvider, cancellationToken);
            }

            _hasPiece = true;
            var length = (int)(NextStop(_sent + bytes.Length) - _sent);
            if (isLast && length == bytes.Length)
            {
                if (length > LargePiece)
                {
                    length -= LargePiece / 2;
                }
                else
                {
                    request.MarkWhole();
                }
            }

            var flushed = await http.Response.BodyWriter.WriteAsync(bytes[..length], cancellationToken);
            if (flushed.IsCompleted || !IsConnected)
            {
                // Kestrel swallows a failed write. The connection is gone, and the server is about to say so.
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            bytes = bytes[length..];
            _sent += length;
            if (await FaultAsync(cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    private long NextStop(long end)
    {
        var stop = end;
        if (reply.SplitEvery is > 0 and var size)
        {
            Consider(((_sent / size) + 1) * size);
        }

        foreach (var offset in reply.SplitAt)
        {
            Consider(offset);
        }

        Consider(reply.CutAfterBytes);
        Consider(reply.ResetAfterBytes);
        Consider(reply.StallAfterBytes);
        return stop;

        void Consider(long? offset)
        {
            if (offset > _sent && offset < stop)
            {
                stop = offset.Value;
            }
        }
    }

    private async Task<bool> FaultAsync(CancellationToken cancellationToken)
    {
        if (_sent == reply.StallAfterBytes)
        {
            await StallAsync(cancellationToken);
        }

        if (_sent == reply.ResetAfterBytes)
        {
            Break();
            return true;
        }

        return _sent == reply.CutAfterBytes;
    }

    // The socket is closed before a write that failed on it returns.
    private bool IsConnected => http.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket.Connected;

    private async Task StallAsync(CancellationToken cancellationToken)
    {
        request.MarkStalled();
        await request.Released.WaitAsync(cancellationToken);
    }

    private void Break()
    {
        // What we break ourselves, the client has not aborted.
        request.MarkEnded();
        http.Abort();
    }
}
