using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>A provider's stream, read and translated event by event. One reader at a time; Dispose may come from anywhere, and closes the connection.</summary>
internal sealed class UpstreamStream(HttpResponseMessage reply, Stream bytes, Attempt attempt)
    : IDisposable
{
    private readonly SseReader _events = new();
    private readonly Queue<ChatChunk> _ready = new();
    private int _disposed;

    /// <summary>Whether the provider has nothing more to say.</summary>
    public bool IsDone { get; private set; }

    public Attempt Attempt => attempt;

    public bool TryTake(out ChatChunk chunk) => _ready.TryDequeue(out chunk!);

    /// <summary>Reads until a chunk is ready, or the stream is done.</summary>
    /// <exception cref="LlmException">The provider reported an error.</exception>
    /// <exception cref="IOException">The stream ended before the answer was whole.</exception>
    public async ValueTask ReadAsync(CallClock clock)
    {
        while (_ready.Count == 0 && !IsDone)
        {
            if (TranslateNext())
            {
                continue;
            }

            var count = await bytes
                .ReadAsync(_events.GetMemory(), clock.Token)
                .ConfigureAwait(false);
            if (count == 0)
            {
                // Some servers leave the end marker out; without a finish reason the answer is not whole.
                IsDone = attempt.Translator!.IsComplete
                    ? true
                    : throw new IOException("The stream ended before the answer was whole.");
                return;
            }

            _events.Advance(count);
        }
    }

    private bool TranslateNext()
    {
        if (!_events.TryRead(out var type, out var data))
        {
            return false;
        }

        attempt.Translator!.Translate(type, data, _ready);
        IsDone = attempt.Translator.IsDone;
        return true;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            // The reader's pooled buffer is not given back here: a read may be under way on another thread.
            bytes.Dispose();
            reply.Dispose();
        }
    }

    /// <summary>Gives the buffer back, by the one who reads, once no read is under way.</summary>
    public void Release()
    {
        Dispose();
        _events.Dispose();
    }
}
