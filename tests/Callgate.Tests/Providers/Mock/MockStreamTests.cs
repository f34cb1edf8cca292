using System.Text;
using Callgate.Providers.Mock;

namespace Callgate.Tests.Providers.Mock;

/// <summary>How the mock takes its time, and how its streams are read.</summary>
public sealed class MockStreamTests
{
    private const string Path = "/v1/chat/completions";
    private const string Streamed = """{"model":"m","stream":true,"messages":[]}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Delay_IsBeforeTheAnswer()
    {
        var time = new ManualTimeProvider();
        var sending = MockRequests.Send(
            new MockOptions { Delay = TimeSpan.FromSeconds(3) },
            Path,
            Streamed,
            Token,
            time
        );
        await time.WaitForTimerAsync(Token);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(sending.IsCompleted);

        time.Advance(TimeSpan.FromSeconds(1));
        using var response = await sending;
        Assert.True(response.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Delay_CanBeCancelled()
    {
        var time = new ManualTimeProvider();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var sending = MockRequests.Send(
            new MockOptions { Delay = TimeSpan.FromSeconds(3) },
            Path,
            Streamed,
            cancel.Token,
            time
        );
        await time.WaitForTimerAsync(Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task ChunkDelay_HoldsBackTheSecondChunk_NotTheFirst()
    {
        var time = new ManualTimeProvider();
        var options = new MockOptions
        {
            Response = "abcd",
            ChunkSize = 2,
            ChunkDelay = TimeSpan.FromSeconds(1),
        };
        using var response = await MockRequests.Send(options, Path, Streamed, Token, time);
        await using var stream = await response.Content.ReadAsStreamAsync(Token);
        var buffer = new byte[4096];
        var first = "";
        while (!first.Contains("\"ab\"", StringComparison.Ordinal))
        {
            first += Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer, Token));
        }

        var reading = stream.ReadAsync(buffer, Token).AsTask();
        await time.WaitForTimerAsync(Token);
        Assert.False(reading.IsCompleted);

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("\"cd\"", Encoding.UTF8.GetString(buffer, 0, await reading), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CancelledRead_LosesNothing()
    {
        var time = new ManualTimeProvider();
        var options = new MockOptions
        {
            Response = "abcd",
            ChunkSize = 2,
            ChunkDelay = TimeSpan.FromSeconds(1),
        };
        using var response = await MockRequests.Send(options, Path, Streamed, Token, time);
        await using var stream = await response.Content.ReadAsStreamAsync(Token);
        var buffer = new byte[4096];
        var text = "";
        while (!text.Contains("\"ab\"", StringComparison.Ordinal))
        {
            text += Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer, Token));
        }

        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var cancelled = stream.ReadAsync(buffer, cancel.Token).AsTask();
        await time.WaitForTimerAsync(Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        var again = stream.ReadAsync(buffer, Token).AsTask();
        await time.WaitForTimerAsync(Token);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("\"cd\"", Encoding.UTF8.GetString(buffer, 0, await again), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public async Task SyncAndAsyncReads_GiveTheSameBytes(int bufferSize)
    {
        var options = new MockOptions
        {
            Response = "Grüße 👋🏽",
            ChunkSize = 2,
            ChunkDelay = TimeSpan.FromTicks(1),
        };
        using var handler = new MockHandler(options, TimeProvider.System);
        using var invoker = new HttpMessageInvoker(handler);
        using var syncRequest = MockRequests.Request(Path, Streamed);
        using var asyncRequest = MockRequests.Request(Path, Streamed);
        using var syncResponse = invoker.Send(syncRequest, Token);
        using var asyncResponse = await invoker.SendAsync(asyncRequest, Token);
        using var syncStream = syncResponse.Content.ReadAsStream(Token);
        await using var asyncStream = await asyncResponse.Content.ReadAsStreamAsync(Token);
        var (sync, async) = (new MemoryStream(), new MemoryStream());
        var buffer = new byte[bufferSize];
        int read;
        while ((read = syncStream.Read(buffer)) > 0)
        {
            sync.Write(buffer, 0, read);
        }

        while ((read = await asyncStream.ReadAsync(buffer, Token)) > 0)
        {
            async.Write(buffer, 0, read);
        }

        // Only the time of making them may differ.
        Assert.Equal(WithoutTime(sync), WithoutTime(async));
        Assert.Contains("[DONE]", WithoutTime(sync), StringComparison.Ordinal);

        static string WithoutTime(MemoryStream bytes) =>
            System.Text.RegularExpressions.Regex.Replace(
                Encoding.UTF8.GetString(bytes.ToArray()),
                "\"created\":\\d+",
                ""
            );
    }

    [Fact]
    public async Task DisposedStream_CannotBeRead()
    {
        using var response = await MockRequests.Send(new MockOptions(), Path, Streamed, Token);
        var stream = await response.Content.ReadAsStreamAsync(Token);
        await stream.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.ReadExactlyAsync(new byte[1], Token).AsTask());
    }
}
