namespace Callgate.Conformance.Entries;

/// <summary>A unary answer as the only element of a stream.</summary>
internal sealed class Once(Func<Task<object>> call) : IAsyncEnumerator<object>
{
    private bool _isCalled;

    public object Current { get; private set; } = null!;

    public async ValueTask<bool> MoveNextAsync()
    {
        if (_isCalled)
        {
            return false;
        }

        _isCalled = true;
        Current = await call();
        return true;
    }

    public ValueTask DisposeAsync() => default;
}

/// <summary>A sync stream, whose consumer blocks a thread of its own.</summary>
internal sealed class OnThread(IEnumerator<object> inner) : IAsyncEnumerator<object>
{
    public object Current => inner.Current;

    public ValueTask<bool> MoveNextAsync() => new(RunAsync(inner.MoveNext));

    public ValueTask DisposeAsync()
    {
        inner.Dispose();
        return default;
    }

    public static Task<T> RunAsync<T>(Func<T> block) =>
        Task.Factory.StartNew(block, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
