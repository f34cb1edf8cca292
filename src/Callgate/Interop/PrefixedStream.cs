using System.Runtime.ExceptionServices;

namespace Callgate.Interop;

/// <summary>Bytes that were read ahead, and after them the rest of the stream, or the failure that reading ran into.</summary>
internal sealed class PrefixedStream(ReadOnlyMemory<byte> prefix, Stream? rest, Exception? failure) : Stream
{
    private ReadOnlyMemory<byte> _prefix = prefix;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    public override int Read(Span<byte> buffer) =>
        buffer.IsEmpty ? 0
        : TryTake(buffer, out var count) ? count
        : rest!.Read(buffer);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return buffer.IsEmpty ? 0
            : TryTake(buffer.Span, out var count) ? count
            : await rest!.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    private bool TryTake(Span<byte> buffer, out int count)
    {
        count = Math.Min(buffer.Length, _prefix.Length);
        if (count > 0)
        {
            _prefix.Span[..count].CopyTo(buffer);
            _prefix = _prefix[count..];
            return true;
        }

        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        return rest is null;
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            rest?.Dispose();
        }

        base.Dispose(disposing);
    }
}
