using System.Net;

namespace Callgate.Tests.Calls;

/// <summary>What comes after the bytes of a body.</summary>
internal enum BodyEnd
{
    /// <summary>The body ends as if it were whole.</summary>
    Clean,

    /// <summary>The connection breaks.</summary>
    Reset,

    /// <summary>Nothing more comes, and the connection stays.</summary>
    Stall,
}

/// <summary>The body of a reply, in memory: some bytes in some pieces, then an end. Reads complete at once, but for a stall.</summary>
internal sealed class StreamBody(ReadOnlyMemory<byte> bytes, BodyEnd end, int maxPiece = int.MaxValue) : Stream
{
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _position;

    /// <summary>Completes when the reader has let go of the connection.</summary>
    public Task Disposed => _disposed.Task;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_disposed.Task.IsCompleted, this);
        var count = Math.Min(Math.Min(buffer.Length, maxPiece), bytes.Length - _position);
        if (count > 0)
        {
            bytes.Slice(_position, count).CopyTo(buffer);
            _position += count;
            return count;
        }

        if (end == BodyEnd.Stall)
        {
            await _disposed.Task.WaitAsync(cancellationToken);
            throw new IOException("The connection was closed under a pending read.");
        }

        return end == BodyEnd.Clean ? 0 : throw new IOException("Connection reset by peer.");
    }

    protected override void Dispose(bool disposing)
    {
        _disposed.TrySetResult();
        base.Dispose(disposing);
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("The library reads asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>Answers every request in memory.</summary>
internal sealed class MemoryUpstream(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
{
    private int _requests;

    public int Requests => Volatile.Read(ref _requests);

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _requests);
        return Task.FromResult(answer(request));
    }

    public static HttpResponseMessage Sse(StreamBody body) =>
        new(HttpStatusCode.OK) { Content = new StreamContent(body) };
}
