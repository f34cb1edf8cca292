using System.Collections;

namespace Callgate.Calls;

/// <summary>
/// Sync calls run the one async pipeline; this is the only file that blocks. The caller's synchronization context is
/// set aside meanwhile, so that a callback which resumes on it can't wait for the thread that waits for it.
/// </summary>
internal static class SyncBridge
{
    public static T Run<TState, T>(TState state, Func<TState, ValueTask<T>> start)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            var task = start(state);
#pragma warning disable RS0030, CA1849 // This is the place.
            return task.IsCompleted ? task.Result : task.AsTask().GetAwaiter().GetResult();
#pragma warning restore RS0030, CA1849
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    /// <summary>An async stream as a sync one.</summary>
    public static IEnumerable<T> Enumerate<T>(IAsyncEnumerable<T> source) => new SyncStream<T>(source);

    private sealed class SyncStream<T>(IAsyncEnumerable<T> source) : IEnumerable<T>
    {
        public IEnumerator<T> GetEnumerator() => new Enumerator<T>(source.GetAsyncEnumerator());

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class Enumerator<T>(IAsyncEnumerator<T> source) : IEnumerator<T>
    {
        public T Current => source.Current;

        object? IEnumerator.Current => Current;

        public bool MoveNext() => Run(source, static s => s.MoveNextAsync());

        public void Dispose() =>
            Run(
                source,
                static async s =>
                {
                    await s.DisposeAsync().ConfigureAwait(false);
                    return true;
                }
            );

        void IEnumerator.Reset() => throw new NotSupportedException();
    }
}
