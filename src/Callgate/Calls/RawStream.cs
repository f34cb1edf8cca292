using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using Callgate.Formats;
using Callgate.Formats.Native;
using Callgate.Providers;
using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>
/// A provider's stream in its client's own format, passed through: what came together goes on together. Only the model's name is
/// changed, the usage is picked out, and the end marker held back until the call is closed.
/// </summary>
internal sealed class RawStream : IChunkSource
{
    private const int KeptSegment = 8 * 1024;

    private readonly Call _call;
    private readonly HttpResponseMessage _reply;
    private readonly Stream _bytes;
    private readonly NativeReplies _replies;
    private readonly StreamWatch _watch;
    private readonly byte[] _shownModel;
    private ChunkTranslator? _forObservers;
    private readonly Queue<ChatChunk> _observed = new();
    private readonly SseReader _events;
    private readonly ArrayBufferWriter<byte> _block = new(4096);
    private readonly ChatChunk _chunk;
    private readonly Lock _keeping = new();
    private readonly List<ReadOnlyMemory<byte>> _kept = [];
    private byte[] _segment = [];
    private int _room;
    private long _keptBytes;
    private bool _isKept = true;
    private byte[] _tail = [];
    private ExceptionDispatchInfo? _failure;
    private bool _isTaken = true;
    private int _disposed;

    public RawStream(Call call, Attempt attempt, HttpResponseMessage reply, Stream bytes)
    {
        _call = call;
        Attempt = attempt;
        _reply = reply;
        _bytes = bytes;
        _replies = attempt.Replies!;
        _watch = _replies.Watch(attempt.Body!, attempt.Target.ProviderName, attempt.Target.Model);
        _shownModel = JsonSerializer.SerializeToUtf8Bytes(GatewayCall.ShownModel(call), WireJson.Relaxed.String);
        _forObservers =
            call.Callbacks.Has(Hooks.StreamEvent) && !call.Options.NoLog
                ? _replies.Translate(attempt.Target.Provider!, attempt.Body!)
                : null;
        _events = new SseReader((int)Math.Min(call.Runtime.Options.MaxResponseBytes, SseReader.DefaultMaxEventBytes));
        _chunk = ChatChunk.FromEvents(() => _block.WrittenMemory);
        attempt.Raw = this;
    }

    public CallOutcome Outcome => CallOutcome.Completed;

    public bool IsComplete => _watch.IsComplete;

    public bool IsDone { get; private set; }

    public Attempt Attempt { get; }

    /// <summary>How far it has come, where its events are numbered.</summary>
    public StreamPoint? Passed => _watch.Passed;

    /// <summary>The frame that ends the stream; the client gets it once the call is closed.</summary>
    public ReadOnlyMemory<byte> Tail => _tail;

    /// <summary>The events that came together, ready to be sent. Good until the next is taken or read.</summary>
    public bool TryTake(out ChatChunk chunk)
    {
        chunk = _chunk;
        var isThere = !_isTaken;
        _isTaken = true;
        return isThere;
    }

    public void Taken(ChatChunk chunk)
    {
        // What has gone by was kept when it came.
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadAsync(CallClock clock)
    {
        _block.ResetWrittenCount();
        _failure?.Throw();
        while (!IsDone)
        {
            try
            {
                while (!IsDone && TryPass()) { }
            }
            catch (Exception e) when (_block.WrittenCount > 0)
            {
                // What came before it goes on first.
                _failure = ExceptionDispatchInfo.Capture(e);
            }

            if (_block.WrittenCount > 0)
            {
                Keep(_block.WrittenSpan);
                _isTaken = false;
            }

            if (IsDone)
            {
                // Some formats say in it how the answer ended.
                Keep(_tail);
            }

            if (IsDone || _block.WrittenCount > 0)
            {
                return;
            }

            var count = await _bytes.ReadAsync(_events.GetMemory(), clock.Token).ConfigureAwait(false);
            if (count == 0)
            {
                // Some servers leave the end marker out; without a finish reason the answer is not whole.
                IsDone =
                    IsComplete ? true
                    : IsStream ? throw new IOException("The stream ended before the answer was whole.")
                    : throw new InvalidDataException("The answer is no stream.");
                _tail = _watch.EndFrame.ToArray();
                return;
            }

            _events.Advance(count);
        }
    }

    private bool IsStream => _reply.Content.Headers.ContentType?.MediaType is null or "text/event-stream";

    private bool TryPass()
    {
        if (!_events.TryRead(out var type, out var data))
        {
            return false;
        }

        var step = _watch.Look(type, data, out var modelAt);
        // They see what the client gets.
        if (step != StreamStep.Drop && _forObservers is { IsDone: false })
        {
            Observe(type, data);
        }

        if (step == StreamStep.End)
        {
            var tail = new ArrayBufferWriter<byte>(64);
            Write(tail, type, data, modelAt);
            _tail = tail.WrittenSpan.ToArray();
            IsDone = true;
        }
        else if (step == StreamStep.Pass)
        {
            Write(_block, type, data, modelAt);
        }

        return true;
    }

    private void Write(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data, Range modelAt)
    {
        if (!type.IsEmpty)
        {
            output.Write("event: "u8);
            output.Write(type);
            output.Write("\n"u8);
        }

        output.Write("data: "u8);
        // Only of a field that stands over several lines, which no provider sends; each is a line of its own again.
        while (data.IndexOf((byte)'\n') is >= 0 and var lineEnd)
        {
            modelAt = default;
            output.Write(data[..(lineEnd + 1)]);
            output.Write("data: "u8);
            data = data[(lineEnd + 1)..];
        }

        if (modelAt.End.Value > 0)
        {
            output.Write(data[..modelAt.Start.Value]);
            output.Write(_shownModel);
            output.Write(data[modelAt.End.Value..]);
        }
        else
        {
            output.Write(data);
        }

        output.Write("\n\n"u8);
    }

    private void Observe(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        if (TryTranslate(_forObservers!, type, data, _observed) is { } failure)
        {
            // The client's stream goes on without its observers.
            _forObservers = null;
            _call.Runtime.Hub.Report("The stream's observers", nameof(Observe), failure);
        }

        while (_observed.TryDequeue(out var chunk))
        {
            CallEvents.LogStreamEvent(_call, chunk);
        }
    }

    /// <summary>The bytes have gone on by what the watch saw of them: nothing is certain of the rest.</summary>
    private static Exception? TryTranslate(
        ChunkTranslator translator,
        ReadOnlySpan<byte> type,
        ReadOnlySpan<byte> data,
        Queue<ChatChunk> output
    )
    {
        try
        {
            translator.Translate(type, data, output);
            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or LlmException)
        {
            return e;
        }
    }

    // In segments, so that a long stream is not copied again and again as it grows.
    private void Keep(ReadOnlySpan<byte> block)
    {
        lock (_keeping)
        {
            _isKept &= (_keptBytes += block.Length) <= _call.Runtime.Options.MaxResponseBytes;
            if (!_isKept)
            {
                return;
            }

            while (!block.IsEmpty)
            {
                if (_kept.Count == 0 || _room == 0)
                {
                    _segment = GC.AllocateUninitializedArray<byte>(Math.Max(KeptSegment, block.Length));
                    _room = _segment.Length;
                    _kept.Add(default);
                }

                var count = Math.Min(_room, block.Length);
                block[..count].CopyTo(_segment.AsSpan(_segment.Length - _room));
                _room -= count;
                _kept[^1] = _segment.AsMemory(0, _segment.Length - _room);
                block = block[count..];
            }
        }
    }

    /// <summary>What is known of the usage goes to the attempt; of a stream that broke off, what can be estimated.</summary>
    public void Settle()
    {
        Attempt.ServiceTier = _watch.ServiceTier;
        if (_watch.IsComplete && _watch.Usage is { } usage)
        {
            Attempt.Usage = WireUsage.Reported(usage);
            return;
        }

        (Attempt.Stream, Attempt.Translator) = Replay();
    }

    public LlmResponse? Assemble()
    {
        lock (_keeping)
        {
            // Of an answer that is too long to be kept, a part would look like all of it.
            if (_kept.Count == 0 || !_isKept)
            {
                return null;
            }
        }

        return new RawResponse(
            () => Replay().Stream.ToCompletion() with { Usage = _watch.Usage },
            new ChatCompletion { Choices = [] }
        )
        {
            Model = Attempt.Target.Model,
            Usage = _watch.Usage,
        };
    }

    private (ChatAccumulator Stream, ChunkTranslator Translator) Replay()
    {
        ReadOnlyMemory<byte>[] kept;
        lock (_keeping)
        {
            kept = [.. _kept];
        }

        var stream = new ChatAccumulator(keepContent: true);
        var translator = _replies.Translate(Attempt.Target.Provider!, Attempt.Body!);
        var chunks = new Queue<ChatChunk>();
        using var events = new SseReader();
        foreach (var segment in kept)
        {
            events.Append(segment.Span);
            while (events.TryRead(out var type, out var data))
            {
                // One that can't be read went to the client as it was; what stands around it still counts.
                TryTranslate(translator, type, data, chunks);
                while (chunks.TryDequeue(out var chunk))
                {
                    stream.Add(chunk);
                }
            }
        }

        return (stream, translator);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            // The reader's pooled buffer is not given back here: a read may be under way on another thread.
            _bytes.Dispose();
            _reply.Dispose();
        }
    }

    public void Release()
    {
        Dispose();
        _events.Dispose();
    }
}
