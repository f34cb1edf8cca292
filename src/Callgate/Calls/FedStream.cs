using System.Runtime.ExceptionServices;

namespace Callgate.Calls;

/// <summary>A stream as an iterator hook gets it: tells whose turn it is, and can be taken away from a hook that fails.</summary>
/// <param name="inner">The stream.</param>
/// <param name="isKept">Whether what the hook holds back is remembered, so that the stream can go on without it.</param>
internal sealed class FedStream(IAsyncEnumerator<LlmChunk> inner, bool isKept)
    : IAsyncEnumerable<LlmChunk>,
        IAsyncEnumerator<LlmChunk>
{
    private readonly Lock _lock = new();
    private readonly List<LlmChunk> _held = [];
    private volatile int _turn;
    private bool _isWaiting;
    private bool _isDetached;
    private bool _isDisposed;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Changes with each chunk that comes.</summary>
    public int Turn => _turn;

    /// <summary>Whether the stream itself has failed, rather than the hook.</summary>
    public bool HasFailed => _failure is not null;

    public void ThrowIfFailed() => _failure?.Throw();

    /// <summary>What the hook has taken since it last gave something.</summary>
    public IReadOnlyList<LlmChunk> Held => _held;

    /// <summary>The hook has given something.</summary>
    public void Given()
    {
        if (isKept)
        {
            lock (_lock)
            {
                _held.Clear();
            }
        }
    }

    /// <summary>From here on the hook gets nothing; false where it is waiting for the provider.</summary>
    public bool TryDetach()
    {
        lock (_lock)
        {
            _isDetached |= !_isWaiting;
            return _isDetached;
        }
    }

    public LlmChunk Current => inner.Current;

    // One stream, read once, by whoever reads it.
    public IAsyncEnumerator<LlmChunk> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new Borrowed(this);

    public ValueTask<bool> MoveNextAsync() => inner.MoveNextAsync();

    private async ValueTask<bool> FeedAsync()
    {
        lock (_lock)
        {
            if (_isDetached)
            {
                throw new InvalidOperationException("The hook has failed, and the stream goes on without it.");
            }

            _isWaiting = true;
        }

        try
        {
            var isThere = await inner.MoveNextAsync().ConfigureAwait(false);
            if (isKept && isThere)
            {
                lock (_lock)
                {
                    _held.Add(inner.Current);
                }
            }

            return isThere;
        }
        catch (Exception exception)
        {
            _failure = ExceptionDispatchInfo.Capture(exception);
            throw;
        }
        finally
        {
            bool isLast;
            lock (_lock)
            {
                _turn++;
                _isWaiting = false;
                isLast = _isDisposed;
            }

            if (isLast)
            {
                await inner.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>A stream that a hook still waits for is disposed once it has moved: a running iterator can't be.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _isDetached = _isDisposed = true;
            return _isWaiting ? default : inner.DisposeAsync();
        }
    }

    /// <summary>A hook that ends early must not end the stream that others may still read.</summary>
    private sealed class Borrowed(FedStream stream) : IAsyncEnumerator<LlmChunk>
    {
        public LlmChunk Current => stream.Current;

        public ValueTask<bool> MoveNextAsync() => stream.FeedAsync();

        public ValueTask DisposeAsync() => default;
    }
}
