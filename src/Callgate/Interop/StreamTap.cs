using Callgate.Calls;
using Callgate.Providers;
using Callgate.Wire;

namespace Callgate.Interop;

/// <summary>
/// Sees the bytes of a stream as its reader gets them, and how the reader leaves it. Thread-safe, as a reader may be cut off from another thread.
/// Reachable from the reader's side alone: where the reader forgets the stream, the finalizer ends the call.
/// </summary>
internal sealed class StreamTap(Exchange exchange, ChunkTranslator translator)
{
    private readonly Lock _lock = new();
    private readonly SseReader _events = new();
    private readonly Queue<ChatChunk> _chunks = new();
    private bool _ended;

    /// <summary>The reader waits for more.</summary>
    public void Waiting() => exchange.Waiting();

    /// <summary>The reader gets these bytes; none is the end.</summary>
    public void OnRead(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            if (_ended)
            {
                return;
            }

            if (bytes.IsEmpty)
            {
                EndOfStream();
                return;
            }

            try
            {
                Translate(bytes);
            }
#pragma warning disable CA1031 // The reader gets the bytes whatever we make of them.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                exchange.Unreadable(exception);
                Ended();
            }
        }
    }

    private void Translate(ReadOnlySpan<byte> bytes)
    {
        _events.Append(bytes);
        while (!translator.IsDone && _events.TryRead(out var type, out var data))
        {
            translator.Translate(type, data, _chunks);
            while (_chunks.TryDequeue(out var chunk))
            {
                exchange.OnChunk(chunk);
            }
        }

        if (translator.IsDone)
        {
            exchange.End(CallOutcome.Completed, null);
            Ended();
        }
    }

    private void EndOfStream()
    {
        if (translator.IsComplete)
        {
            exchange.End(CallOutcome.Completed, null);
        }
        else
        {
            exchange.Fail(new EndOfStreamException(), CancellationToken.None);
        }

        Ended();
    }

    /// <summary>The reader gets this exception.</summary>
    public void OnFailure(Exception exception, CancellationToken callerToken)
    {
        lock (_lock)
        {
            if (!_ended)
            {
                exchange.Fail(exception, callerToken);
                Ended();
            }
        }
    }

    /// <summary>The reader is done, early or not.</summary>
    public void OnDisposed() => Leave(CallOutcome.ClientAborted, Failures.BrokenOff);

    private void Leave(CallOutcome outcome, string reason)
    {
        lock (_lock)
        {
            if (_ended)
            {
                return;
            }

            // All of the answer may have been there, and only the end marker not waited for.
            var isComplete = translator.IsComplete;
            exchange.End(
                isComplete ? CallOutcome.Completed : outcome,
                isComplete ? null : new OperationCanceledException(reason)
            );
            Ended();
        }
    }

    private void Ended()
    {
        _ended = true;
        _events.Dispose();
        GC.SuppressFinalize(this);
    }

    ~StreamTap()
    {
        try
        {
            Leave(CallOutcome.Abandoned, Failures.Abandoned);
        }
#pragma warning disable CA1031 // An exception on the finalizer's thread ends the process.
        catch (Exception)
#pragma warning restore CA1031
        {
            // The pipeline reports what goes wrong in it; there is nothing left to do here.
        }
    }
}
