using System.Runtime.CompilerServices;
using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>
/// A stream on its way through the hooks that may rewrite it: the deployment's, the iterators one around the other, then the hook of each chunk.
/// What the provider said is counted before them, what the client gets is put together after them.
/// </summary>
internal sealed class HookedSource : IChunkSource
{
    private readonly Call _call;
    private readonly IChunkSource _inner;
    private readonly Queue<ChatChunk> _ready = new();
    private readonly ChatAccumulator _shown = new(keepContent: true);
    private readonly Lock _reads = new();
    private readonly bool _hasDeploymentHooks;
    private readonly bool _hasChunkHooks;
    private IAsyncEnumerator<LlmChunk>? _chunks;
    private CancellationTokenSource? _reading;
    private bool _isReading;
    private bool _isReleased;

    public HookedSource(Call call, IChunkSource inner)
    {
        _call = call;
        _inner = inner;
        _hasDeploymentHooks = call.Callbacks.Has(Hooks.PostCallStreamingDeploymentHookAsync);
        _hasChunkHooks = call.Callbacks.Has(Hooks.PostCallStreamingHookAsync);
    }

    public CallOutcome Outcome => _inner.Outcome;

    public bool IsComplete => IsDone;

    public bool IsDone { get; private set; }

    public Attempt? Attempt => _inner.Attempt;

    public bool TryTake(out ChatChunk chunk) => _ready.TryDequeue(out chunk!);

    public void Taken(ChatChunk chunk) => _shown.Add(chunk);

    public async ValueTask ReadAsync(CallClock clock)
    {
        _chunks ??= Begin(clock);
        while (_ready.Count == 0 && !IsDone)
        {
            if (!await _chunks.MoveNextAsync().ConfigureAwait(false))
            {
                IsDone = true;
                return;
            }

            var chunk =
                _chunks.Current as ChatChunk
                ?? throw new InvalidOperationException("A stream hook gave null, or a chunk of its own making.");
            _ready.Enqueue(
                _hasChunkHooks
                    ? await GatewayHooks.OnChunkAsync(_call, chunk, clock.Token).ConfigureAwait(false)
                    : chunk
            );
        }
    }

    private IAsyncEnumerator<LlmChunk> Begin(CallClock clock)
    {
        _reading = CancellationTokenSource.CreateLinkedTokenSource(clock.Token);
        IAsyncEnumerable<LlmChunk> chunks = FromInner(clock);
        foreach (var registration in _call.Callbacks.With(Hooks.PostCallStreamingIteratorHook))
        {
            chunks = new IteratorHook(_call, registration, chunks, _reading.Token);
        }

        return chunks.GetAsyncEnumerator(_reading.Token);
    }

    private async IAsyncEnumerable<LlmChunk> FromInner(
        CallClock clock,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            while (_inner.TryTake(out var chunk))
            {
                if (_hasDeploymentHooks && _inner.Attempt is { } attempt)
                {
                    chunk = await DeploymentHooks
                        .OnChunkAsync(_call, attempt, chunk, cancellationToken)
                        .ConfigureAwait(false);
                }

                _inner.Taken(chunk);
                yield return chunk;
            }

            if (_inner.IsDone)
            {
                yield break;
            }

            await ReadInnerAsync(clock).ConfigureAwait(false);
        }
    }

    /// <summary>Waits for the provider. A read that nobody waits for any more must keep its buffer, and gives it back itself.</summary>
    private async ValueTask ReadInnerAsync(CallClock clock)
    {
        lock (_reads)
        {
            ObjectDisposedException.ThrowIf(_isReleased, this);
            _isReading = true;
        }

        try
        {
            // The limit is the provider's: the hooks, which may gather the whole stream, have their own.
            // Before the read: where the call is over already, none begins.
            clock.Arm("idle", _call.Runtime.Options.IdleTimeout);
            await _inner.ReadAsync(clock).ConfigureAwait(false);
            clock.Disarm();
        }
        finally
        {
            bool isLast;
            lock (_reads)
            {
                _isReading = false;
                isLast = _isReleased;
            }

            if (isLast)
            {
                _inner.Release();
            }
        }
    }

    private void ReleaseInner()
    {
        bool isReading;
        lock (_reads)
        {
            _isReleased = true;
            isReading = _isReading;
        }

        if (isReading)
        {
            _inner.Dispose();
        }
        else
        {
            _inner.Release();
        }
    }

    public LlmResponse? Assemble() => _shown.IsEmpty ? null : WithUsage(_shown.ToCompletion());

    // The usage is the provider's, or the cache's, whatever the hooks have let through of it.
    private ChatCompletion WithUsage(ChatCompletion shown) =>
        shown with
        {
            Usage = shown.Usage ?? (_inner.Attempt is { } attempt ? attempt.Stream?.Usage : _inner.Assemble()?.Usage),
        };

    public LlmResponse? AssembleForCache() => _inner.Assemble();

    public void Dispose() => _inner.Dispose();

    public void Release()
    {
        _reading?.Cancel();
        if (_chunks is { } chunks)
        {
            _ = EndAsync(chunks);
        }
        else
        {
            ReleaseInner();
        }
    }

    // The hooks' own clean-up may take its time; whoever is done with the stream does not wait for it.
    private async Task EndAsync(IAsyncEnumerator<LlmChunk> chunks)
    {
        try
        {
            await chunks.DisposeAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever a hook throws when it ends, the call has ended before it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _call.Runtime.Hub.Report(
                "The stream's hooks",
                nameof(CustomLogger.PostCallStreamingIteratorHook),
                exception
            );
        }
        finally
        {
            ReleaseInner();
            _reading?.Dispose();
        }
    }
}
