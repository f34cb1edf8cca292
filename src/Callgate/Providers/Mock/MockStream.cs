namespace Callgate.Providers.Mock;

/// <summary>A streamed reply as a client reads it: each event is made, and waited for, when it is asked for.</summary>
internal sealed class MockStream(IEnumerable<MockEvent> events, TimeSpan chunkDelay, TimeProvider timeProvider) : Stream
{
    private readonly IEnumerator<MockEvent> _events = events.GetEnumerator();
    private ReadOnlyMemory<byte> _rest;
    private bool _hasMoved; // an event is at hand that a cancelled read has not taken
    private bool _hasChunk;
    private bool _isDisposed;

    public override bool CanRead => !_isDisposed;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (NeedsEvent(buffer.Length) && MoveNext())
        {
            if (NeedsDelay())
            {
                await Task.Delay(chunkDelay, timeProvider, cancellationToken).ConfigureAwait(false);
            }

            Take();
        }

        return Copy(buffer.Span);
    }

    public override int Read(Span<byte> buffer)
    {
        if (NeedsEvent(buffer.Length) && MoveNext())
        {
            if (NeedsDelay())
            {
                MockDelay.Wait(chunkDelay, timeProvider, CancellationToken.None);
            }

            Take();
        }

        return Copy(buffer);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _events.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool NeedsEvent(int room)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return room > 0 && _rest.IsEmpty;
    }

    private bool MoveNext() => _hasMoved || (_hasMoved = _events.MoveNext());

    private bool NeedsDelay() => _events.Current.IsChunk && _hasChunk && chunkDelay > TimeSpan.Zero;

    private void Take()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _hasMoved = false;
        _hasChunk |= _events.Current.IsChunk;
        _rest = _events.Current.Bytes;
    }

    private int Copy(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _rest.Length);
        _rest.Span[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }
}
