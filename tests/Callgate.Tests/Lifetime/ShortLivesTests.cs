using System.Runtime.CompilerServices;
using Callgate.Wire;

namespace Callgate.Tests.Lifetime;

/// <summary>Clients that are made, used and disposed by the thousand.</summary>
[Collection(nameof(Alone))]
public class ShortLivesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Client_DisposedAfterItsCall_HasDeliveredItsEvent()
    {
        const int Clients = 1000;
        for (var i = 0; i < Clients; i++)
        {
            var observer = new LateObserver();
            var client = new LlmClient(new LlmClientOptions { Callbacks = [observer], FlushTimeout = Patience.Limit });
            if (i % 2 == 0)
            {
                await client.CompleteAsync("mock/gpt-4o", [Message.User("Hi")], null, Token);
                await client.DisposeAsync();
            }
            else
            {
                client.Complete("mock/gpt-4o", [Message.User("Hi")], null, Token);
                client.Dispose();
            }

            Assert.Equal(1, observer.Ends);
            var counts = client.Runtime.Hub.Counts;
            Assert.Equal(new FlushResult { Accepted = 1, Delivered = 1 }, counts);
            Assert.Equal(0, counts.Pending);
        }
    }

    [Fact]
    public async Task ClientsThatShareTheirOptions_LeaveNothingBehind()
    {
        var shared = new LlmClientOptions { Callbacks = [new LateObserver()] };
        shared.SuccessCallbacks.Add((_, _, _, _) => { });
        var before = ProcessExit.Count;

        for (var i = 0; i < 1000; i++)
        {
            await using var client = new LlmClient(shared);
            client.Callbacks = i % 3 == 0 ? [new LateObserver()] : shared.Callbacks;
            await client.CompleteAsync("mock/gpt-4o", [Message.User("Hi")], null, Token);
        }

        Assert.Equal(before, ProcessExit.Count);
        Assert.Equal(0, shared.Callbacks.Watchers);
        Assert.Equal(0, shared.SuccessCallbacks.List.Watchers);
        Assert.Equal(0, shared.FailureCallbacks.List.Watchers);
        Assert.Equal(0, shared.InputCallbacks.List.Watchers);
    }

    [Fact]
    public async Task TenThousandClients_KeepNoHandlerAndNoMemory()
    {
        var before = ProcessExit.Count;
        var handlers = new List<WeakReference>();
        await MakeAsync(1000, handlers);
        var early = SettledHeap();
        await MakeAsync(9000, handlers);
        var late = SettledHeap();

        Assert.Equal(before, ProcessExit.Count);
        Assert.Equal(10_000, handlers.Count);
        // What a pooled state machine or a thread's stack still holds of the last calls is no leak.
        Assert.InRange(handlers.Count(h => h.IsAlive), 0, 20);
        Assert.InRange(late - early, long.MinValue, 2 << 20);
    }

    [Fact]
    public async Task HandlersThatComeAndGo_AreForgotten()
    {
        await using var client = new LlmClient();
        var handlers = new List<WeakReference>();
        await ComeAndGoAsync(client, 500, handlers);
        SettledHeap();

        Assert.InRange(handlers.Count(h => h.IsAlive), 0, 5);
        Assert.Empty(client.Callbacks);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task ComeAndGoAsync(LlmClient client, int count, List<WeakReference> handlers)
    {
        for (var i = 0; i < count; i++)
        {
            var handler = new LateObserver();
            handlers.Add(new WeakReference(handler));
            client.Callbacks.Add(handler);
            await client.CompleteAsync(
                "mock/gpt-4o",
                [Message.User("Hi")],
                new CallOptions { Callbacks = [handler, new LateObserver()] },
                Token
            );
            client.Callbacks.Remove(handler);
        }

        await client.CompleteAsync("mock/gpt-4o", [Message.User("Hi")], null, Token);
        await client.FlushPatientlyAsync();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task MakeAsync(int count, List<WeakReference> handlers)
    {
        for (var i = 0; i < count; i++)
        {
            var handler = new LateObserver();
            handlers.Add(new WeakReference(handler));
            await using var client = new LlmClient(new LlmClientOptions { Callbacks = [handler] });
            switch (i % 4)
            {
                case 0:
                    await client.CompleteAsync("mock/gpt-4o", [Message.User("Hi")], null, Token);
                    break;
                case 1:
                    // Broken off: the stream is closed by its disposal, its timer with it.
                    await foreach (
                        var _ in client.CompleteStreamingAsync("mock/gpt-4o", [Message.User("Hi")], null, Token)
                    )
                    {
                        break;
                    }

                    break;
                case 2:
                    // Left open: the client ends it.
                    await client
                        .CompleteStreamingAsync("mock/gpt-4o", [Message.User("Hi")], null, Token)
                        .GetAsyncEnumerator(Token)
                        .MoveNextAsync();
                    break;
            }
        }
    }

    private static long SettledHeap()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }

    /// <summary>Takes its time, so that what waits for it must really wait.</summary>
    private sealed class LateObserver : CustomLogger
    {
        private int _ends;

        public int Ends => Volatile.Read(ref _ends);

        public override async ValueTask LogSuccessEventAsync(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime,
            CancellationToken cancellationToken
        )
        {
            await Task.Yield();
            Interlocked.Increment(ref _ends);
        }
    }
}

/// <summary>Tests that measure the whole process, and so run by themselves.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
