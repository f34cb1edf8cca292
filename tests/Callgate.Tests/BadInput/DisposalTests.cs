using Callgate.Wire;

namespace Callgate.Tests.BadInput;

/// <summary>Clients that are disposed at odd moments.</summary>
public class DisposalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    [Documented("A call after the client was disposed", nameof(ObjectDisposedException))]
    public async Task CallAfterDispose()
    {
        var trial = new Trial();
        var begunBefore = trial.Client.CompleteStreamingAsync("openai/gpt-4o", Trial.Messages, null, Token);
        await trial.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => trial.CompleteAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => trial.StreamAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() =>
            trial.Client.EmbedAsync("openai/text-embedding-3-small", ["x"], null, Token)
        );
        Assert.Throws<ObjectDisposedException>(() =>
            trial.Client.Complete("openai/gpt-4o", Trial.Messages, null, Token)
        );
        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            await foreach (var _ in begunBefore) { }
        });
        await trial.Client.FlushPatientlyAsync();
        Assert.Equal(0, trial.Client.Runtime.Hub.Counts.Accepted);
        Assert.Equal(0, trial.Requests);
    }

    [Fact]
    [Documented("A client that is disposed again, also concurrently", "No error: the first time counts")]
    public async Task Twice()
    {
        for (var round = 0; round < 20; round++)
        {
            var trial = new Trial();
            await trial.CompleteAsync();
            await Task.WhenAll(
                Enumerable
                    .Range(0, 8)
                    .Select(i =>
                        Task.Run(
                            async () =>
                            {
                                if (i % 2 == 0)
                                {
                                    await trial.Client.DisposeAsync();
                                }
                                else
                                {
                                    trial.Client.Dispose();
                                }
                            },
                            Token
                        )
                    )
            );
            await trial.EndAsync();
            trial.Client.Dispose();
            await trial.Client.DisposeAsync();
        }
    }

    [Theory]
    [Documented("A client that is disposed in mid-call", nameof(LlmServiceUnavailableException))]
    [InlineData(false)]
    [InlineData(true)]
    public async Task InMidCall(bool isStream)
    {
        var sent = new TaskCompletionSource();
        var ends = new List<CallDetails>();
        using var never = new StubHandler(
            async (_, token) =>
            {
                sent.TrySetResult();
                await Task.Delay(Timeout.Infinite, token);
                throw new InvalidOperationException("The delay never ends.");
            }
        );
        var client = new LlmClient(
            new LlmClientOptions
            {
                HttpMessageHandler = never,
                ApiKeys = { ["openai"] = "k" },
                FlushTimeout = Patience.Limit,
            }
        );
        client.FailureCallbacks.Add((call, _, _, _) => ends.Add(call));
        var call = isStream ? ReadAsync(client) : client.CompleteAsync("openai/gpt-4o", Trial.Messages, null, Token);
        await sent.Task.WaitAsync(Token);
        await client.DisposeAsync();

        var e = await Assert.ThrowsAsync<LlmServiceUnavailableException>(() => call);
        Assert.Contains("disposed", e.Message, StringComparison.Ordinal);
        Assert.Equal(CallOutcome.Terminated, Assert.Single(ends).Outcome);
        Assert.Equal(1, never.Count);
    }

    private static async Task ReadAsync(LlmClient client)
    {
        await foreach (var _ in client.CompleteStreamingAsync("openai/gpt-4o", Trial.Messages, null, Token)) { }
    }

    [Theory]
    [Documented("A client that is disposed by one of its callbacks", "No error: the wait ends after FlushTimeout")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ByACallback(bool isSync)
    {
        var disposed = new TaskCompletionSource();
        LlmClient client = null!;
        var disposer = new Disposer(async () =>
        {
            if (isSync)
            {
                client.Dispose();
            }
            else
            {
                await client.DisposeAsync();
            }

            disposed.SetResult();
        });
        client = new LlmClient(
            new LlmClientOptions { Callbacks = [disposer], FlushTimeout = TimeSpan.FromMilliseconds(50) }
        );
        await client.CompleteAsync("mock/gpt-4o", Trial.Messages, null, Token);
        await disposed.Task.WaitAsync(Token);

        Assert.True(client.Runtime.IsDisposed);
        Assert.Equal(0, client.Runtime.OpenCalls.Count);
    }

    [Fact]
    public async Task ConcurrentCalls_EachEndInOneEvent()
    {
        for (var round = 0; round < 30; round++)
        {
            var ends = 0;
            var begun = 0;
            var client = new LlmClient();
            client.SuccessCallbacks.Add((_, _, _, _) => Interlocked.Increment(ref ends));
            client.FailureCallbacks.Add((_, _, _, _) => Interlocked.Increment(ref ends));
            client.InputCallbacks.Add(_ => { });
            var calls = Enumerable
                .Range(0, 20)
                .Select(_ =>
                    Task.Run(
                        async () =>
                        {
                            try
                            {
                                await client.CompleteAsync("mock/gpt-4o", Trial.Messages, null, Token);
                                Interlocked.Increment(ref begun);
                            }
                            catch (LlmServiceUnavailableException)
                            {
                                Interlocked.Increment(ref begun);
                            }
                            catch (ObjectDisposedException) { }
                        },
                        Token
                    )
                )
                .ToList();
            await Task.Yield();
            await client.DisposeAsync();
            await Task.WhenAll(calls);
            await client.FlushPatientlyAsync();

            Assert.Equal(begun, ends);
            Assert.Equal(0, client.Runtime.OpenCalls.Count);
        }
    }

    private sealed class Disposer(Func<Task> dispose) : CustomLogger
    {
        public override async ValueTask LogSuccessEventAsync(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime,
            CancellationToken cancellationToken
        ) => await dispose();
    }
}
