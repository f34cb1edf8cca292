using System.Buffers;

namespace Callgate.Wire;

/// <summary>
/// Splits server-sent events out of bytes as they come, in place: no copy where an event's data is one line.
/// Follows the WHATWG rules: BOM, CR, LF and CRLF, comments, several data lines. An event that the end of the stream cuts off is not one.
/// Not thread-safe. Dispose gives the buffer back.
/// </summary>
internal sealed class SseReader(int maxEventBytes = SseReader.DefaultMaxEventBytes) : IDisposable
{
    public const int DefaultMaxEventBytes = 64 << 20;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(8192);
    private byte[]? _joined;
    private int _start; // the first byte of the line that is not yet handled
    private int _scanned; // up to here there is no line end
    private int _end;
    private int _dataStart = -1; // the event's data, in _buffer while it is one line
    private int _dataLength;
    private int _joinedLength = -1; // the event's data, in _joined once it is several lines
    private int _typeStart = -1;
    private int _typeLength;
    private int _eventStart; // bytes before it belong to events that were handed out
    private bool _bomChecked;
    private bool _skipLineFeed;

    /// <summary>Room for more bytes.</summary>
    public Memory<byte> GetMemory()
    {
        // Handed-out events are no longer needed: move what remains to the front before growing.
        if (_eventStart > 0 && (_end == _buffer.Length || _eventStart == _end))
        {
            Buffer.BlockCopy(_buffer, _eventStart, _buffer, 0, _end - _eventStart);
            Shift(_eventStart);
        }

        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= maxEventBytes)
            {
                throw new AnswerTooLongException(maxEventBytes);
            }

            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            Buffer.BlockCopy(_buffer, 0, larger, 0, _end);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        return _buffer.AsMemory(_end);
    }

    /// <summary>Says how many bytes were put there.</summary>
    public void Advance(int count) => _end += count;

    /// <summary>Puts bytes in.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var room = GetMemory().Span;
            var count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            Advance(count);
            bytes = bytes[count..];
        }
    }

    /// <summary>Takes the next whole event. The spans are valid until more bytes are put in.</summary>
    public bool TryRead(out ReadOnlySpan<byte> eventType, out ReadOnlySpan<byte> data)
    {
        if (!_bomChecked && !SkipBom())
        {
            eventType = data = default;
            return false;
        }

        while (TryReadLine(out var lineStart, out var lineLength))
        {
            if (lineLength == 0)
            {
                var hasData = _dataStart >= 0 || _joinedLength >= 0;
                eventType = _typeStart >= 0 ? _buffer.AsSpan(_typeStart, _typeLength) : default;
                data =
                    _joinedLength >= 0 ? _joined.AsSpan(0, _joinedLength)
                    : hasData ? _buffer.AsSpan(_dataStart, _dataLength)
                    : default;
                _dataStart = _typeStart = _joinedLength = -1;
                _eventStart = _start;
                if (hasData)
                {
                    return true;
                }

                continue;
            }

            Field(lineStart, lineLength);
            SkipWhatIsNoEvents();
        }

        eventType = data = default;
        return false;
    }

    private void Field(int lineStart, int lineLength)
    {
        var line = _buffer.AsSpan(lineStart, lineLength);
        var colon = line.IndexOf((byte)':');
        if (colon == 0)
        {
            return; // a comment
        }

        var name = colon < 0 ? line : line[..colon];
        var valueAt = colon < 0 ? lineLength : colon + 1;
        if (valueAt < lineLength && line[valueAt] == ' ')
        {
            valueAt++;
        }

        if (name.SequenceEqual("data"u8))
        {
            AddData(lineStart + valueAt, lineLength - valueAt);
        }
        else if (name.SequenceEqual("event"u8))
        {
            _typeStart = lineStart + valueAt;
            _typeLength = lineLength - valueAt;
        }
    }

    /// <summary>Comments and the like before an event are no part of it: they must not fill the buffer.</summary>
    private void SkipWhatIsNoEvents()
    {
        if (_dataStart < 0 && _joinedLength < 0 && _typeStart < 0)
        {
            _eventStart = _start;
        }
    }

    private void AddData(int start, int length)
    {
        if (_dataStart < 0 && _joinedLength < 0)
        {
            _dataStart = start;
            _dataLength = length;
            return;
        }

        if (_joinedLength < 0)
        {
            _joinedLength = 0;
            Join(_buffer.AsSpan(_dataStart, _dataLength));
            _dataStart = -1;
        }

        Join("\n"u8);
        Join(_buffer.AsSpan(start, length));
    }

    private void Join(ReadOnlySpan<byte> bytes)
    {
        var length = _joinedLength + bytes.Length;
        if (_joined is null || _joined.Length < length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length, (_joined?.Length ?? 512) * 2));
            _joined?.AsSpan(0, _joinedLength).CopyTo(larger);
            if (_joined is not null)
            {
                ArrayPool<byte>.Shared.Return(_joined);
            }

            _joined = larger;
        }

        bytes.CopyTo(_joined.AsSpan(_joinedLength));
        _joinedLength = length;
    }

    private bool TryReadLine(out int start, out int length)
    {
        if (_skipLineFeed && _start < _end)
        {
            // The second half of a CRLF whose first half ended the line before.
            _skipLineFeed = false;
            if (_buffer[_start] == '\n')
            {
                // An event that was just handed out ended with this line end.
                if (_eventStart == _start)
                {
                    _eventStart++;
                }

                _start++;
                _scanned = Math.Max(_scanned, _start);
            }
        }

        var lineEnd = _buffer.AsSpan(_scanned, _end - _scanned).IndexOfAny((byte)'\r', (byte)'\n');
        if (lineEnd < 0)
        {
            _scanned = _end;
            start = length = 0;
            return false;
        }

        lineEnd += _scanned;
        start = _start;
        length = lineEnd - _start;
        _skipLineFeed = _buffer[lineEnd] == '\r';
        _start = _scanned = lineEnd + 1;
        return true;
    }

    private bool SkipBom()
    {
        ReadOnlySpan<byte> bom = [0xEF, 0xBB, 0xBF];
        var head = _buffer.AsSpan(0, _end);
        if (head.Length < bom.Length && bom.StartsWith(head))
        {
            return false;
        }

        _bomChecked = true;
        if (head.StartsWith(bom))
        {
            _start = _scanned = _eventStart = bom.Length;
        }

        return true;
    }

    private void Shift(int by)
    {
        _start -= by;
        _scanned -= by;
        _end -= by;
        _eventStart -= by;
        _dataStart = _dataStart < 0 ? -1 : _dataStart - by;
        _typeStart = _typeStart < 0 ? -1 : _typeStart - by;
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        if (_joined is not null)
        {
            ArrayPool<byte>.Shared.Return(_joined);
            _joined = null;
        }
    }
}
