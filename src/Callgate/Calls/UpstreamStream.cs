using System.Runtime.CompilerServices;
using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>A provider's stream, read and translated event by event.</summary>
internal sealed class UpstreamStream(
    HttpResponseMessage reply,
    Stream bytes,
    Attempt attempt,
    bool isWatched,
    long maxBytes
) : IChunkSource
{
    public static UpstreamStream Open(
        Call call,
        Attempt attempt,
        HttpResponseMessage reply,
        Stream bytes,
        bool isWatched
    )
    {
        attempt.Translator =
            attempt.Replies?.Translate(attempt.Target.Provider!, attempt.Body!)
            ?? attempt.Target.Provider!.TranslateStream(attempt.Request);
        attempt.Stream = new ChatAccumulator(isWatched);
        return new UpstreamStream(reply, bytes, attempt, isWatched, call.Runtime.Options.MaxResponseBytes);
    }

    private readonly SseReader _events = new((int)Math.Min(maxBytes, SseReader.DefaultMaxEventBytes));
    private readonly Queue<ChatChunk> _ready = new();
    private int _disposed;

    public CallOutcome Outcome => CallOutcome.Completed;

    public bool IsComplete => attempt.Translator!.IsComplete;

    public bool IsDone { get; private set; }

    public Attempt Attempt => attempt;

    public bool TryTake(out ChatChunk chunk) => _ready.TryDequeue(out chunk!);

    /// <exception cref="LlmException">The provider reported an error.</exception>
    /// <exception cref="IOException">The stream ended before the answer was whole.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadAsync(CallClock clock)
    {
        while (_ready.Count == 0 && !IsDone)
        {
            if (TranslateNext())
            {
                continue;
            }

            var count = await bytes.ReadAsync(_events.GetMemory(), clock.Token).ConfigureAwait(false);
            if (count == 0)
            {
                // Some servers leave the end marker out; without a finish reason the answer is not whole.
                IsDone =
                    IsComplete ? true
                    : IsStream ? throw new IOException("The stream ended before the answer was whole.")
                    : throw new InvalidDataException("The answer is no stream.");
                return;
            }

            _events.Advance(count);
        }
    }

    private bool IsStream => reply.Content.Headers.ContentType?.MediaType is null or "text/event-stream";

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

    public LlmResponse? Assemble() => isWatched && !attempt.Stream!.IsEmpty ? attempt.Stream.ToCompletion() : null;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            // The reader's pooled buffer is not given back here: a read may be under way on another thread.
            bytes.Dispose();
            reply.Dispose();
        }
    }

    public void Release()
    {
        Dispose();
        _events.Dispose();
    }
}
