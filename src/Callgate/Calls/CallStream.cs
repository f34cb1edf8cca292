using System.Runtime.CompilerServices;
using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>
/// What a streaming call gives its consumer. The call begins with the first MoveNext; a second enumeration throws.
/// Where the consumer neither reads on nor disposes, the finalizer ends the call: the state below is reachable from the
/// client, this is not.
/// </summary>
internal sealed class CallStream(Func<CancellationToken, StreamState> begin, CancellationToken cancellationToken)
    : IAsyncEnumerable<ChatChunk>,
        IAsyncEnumerator<ChatChunk>
{
    private StreamState? _state;
    private CancellationToken _token = cancellationToken;
    private CancellationTokenSource? _either;
    private int _enumerated;

    public ChatChunk Current { get; private set; } = null!;

    public IAsyncEnumerator<ChatChunk> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _enumerated, 1) != 0)
        {
            throw new InvalidOperationException("A stream can be read once: make a new call to read it again.");
        }

        if (cancellationToken.CanBeCanceled && cancellationToken != _token)
        {
            if (_token.CanBeCanceled)
            {
                _either = CancellationTokenSource.CreateLinkedTokenSource(_token, cancellationToken);
                _token = _either.Token;
            }
            else
            {
                _token = cancellationToken;
            }
        }

        return this;
    }

    public ValueTask<bool> MoveNextAsync()
    {
        var state = _state ??= begin(_token);
        var next = state.NextAsync();
        return next.IsCompletedSuccessfully ? new ValueTask<bool>(Take(next.Result)) : AwaitAsync(next);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> AwaitAsync(ValueTask<ChatChunk?> next) => Take(await next.ConfigureAwait(false));

    private bool Take(ChatChunk? chunk)
    {
        Current = chunk!;
        return chunk is not null;
    }

    public ValueTask DisposeAsync()
    {
        _state?.Dispose();
        _either?.Dispose();
        GC.SuppressFinalize(this);
        return default;
    }

    ~CallStream()
    {
        if (_state is { } state)
        {
            // Not on the finalizer's thread: whatever listens to the end of a call may take its time.
            ThreadPool.UnsafeQueueUserWorkItem(static s => s.Abandon(), state, preferLocal: false);
        }
    }
}
