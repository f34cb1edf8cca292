using System.Net;
using System.Net.Sockets;
using System.Text;
using Callgate.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Callgate.Gateway.Tests.Hostile;

/// <summary>Clients that come slowly, go early, or do neither.</summary>
public class SlowClientTests
{
    /// <summary>A stream that stops in the middle of its text.</summary>
    private static readonly FakeReply s_stalling = FakeReply.Mock() with { StallAfterBytes = 1000 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Action<WebApplicationBuilder> Limits(Action<KestrelServerLimits> limits) =>
        build => build.WebHost.ConfigureKestrel(k => limits(k.Limits));

    private static string Head(string path, int length, string key = GatewayHost.MasterKey) =>
        $"POST {path} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n";

    private static string Whole(Ask ask)
    {
        var body = ask.Body(ask.Model);
        return Head(ask.Path(ask.Model), body.Length) + body;
    }

    [Fact]
    public async Task ABodyThatComesTooSlowly_IsA408_AndAnEvent_OnEachRoute()
    {
        await using var gateway = await GatewayHost.StartAsync(
            // The shortest grace that there may be.
            Limits(l => l.MinRequestBodyDataRate = new MinDataRate(1_000_000, TimeSpan.FromSeconds(1.01)))
        );
        var asks = Ask.All.Where(a => !a.IsStream).ToList();

        var replies = await Task.WhenAll(
            asks.Select(async ask =>
            {
                using var connection = await RawConnection.OpenAsync(gateway.Address);
                await connection.SendAsync(Head(ask.Path(ask.Model), 1000) + "{");
                return (await connection.ReadReplyAsync())!;
            })
        );

        Assert.All(replies, r => Assert.Equal(408, r.Status));
        Assert.All(replies, r => Assert.Contains("The body came too slowly.", r.Text, StringComparison.Ordinal));
        var calls = await gateway.EndsAsync();
        Assert.Equal(asks.Count, calls.Count);
        Assert.All(calls, c => Assert.Equal(CallOutcome.Rejected, c.Outcome));
        Assert.All(calls, c => Assert.Equal("default_user_id", c.LitellmParams.Metadata["user_api_key_user_id"]));
    }

    [Fact]
    public async Task HalfOpenConnections_AreClosed_AndKeepNobodyOut()
    {
        await using var gateway = await GatewayHost.StartAsync(
            Limits(l => l.RequestHeadersTimeout = TimeSpan.FromSeconds(1))
        );
        var ask = Ask.All[0];
        List<RawConnection> open = [];
        for (var i = 0; i < 60; i++)
        {
            var connection = await RawConnection.OpenAsync(gateway.Address);
            await connection.SendAsync(i % 2 == 0 ? "POST" : Head(ask.Path("gpt"), 10)[..^2]);
            open.Add(connection);
        }

        Assert.Equal(200, (await gateway.SendAsync(ask.Path("gpt"), ask.Body("gpt"))).Status);
        foreach (var connection in open)
        {
            Assert.DoesNotContain("HTTP/1.1 2", await connection.ReadToEndAsync(), StringComparison.Ordinal);
            connection.Dispose();
        }

        Assert.Single(await gateway.EndsAsync());
        Assert.Equal(0, gateway.Client.Runtime.OpenCalls.Count);
    }

    [Fact]
    public async Task AClientThatLeavesInItsBody_HasAnEvent()
    {
        await using var gateway = await GatewayHost.StartAsync();
        foreach (var ask in Ask.All.Where(a => !a.IsStream))
        {
            gateway.Events.Clear();
            using var connection = await RawConnection.OpenAsync(gateway.Address);
            var head = Head(ask.Path(ask.Model), 1000);
            await connection.SendAsync($"{head[..^2]}Expect: 100-continue\r\n\r\n");
            await connection.ReadUntilAsync("100 Continue");
            await connection.SendAsync("{");
            connection.Reset();

            await UntilAsync(async () => (await gateway.EndsAsync()).Count == 1);
            Assert.NotEqual(CallOutcome.Completed, gateway.Events.All[0].Outcome);
            Assert.Equal(0, gateway.Client.Runtime.OpenCalls.Count);
        }

        Assert.Equal(0, gateway.Provider.RequestCount);
    }

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/messages")]
    public async Task AClientThatStopsReading_StopsTheProvider_AndWhenItLeaves_FreesIt(string path)
    {
        await using var provider = new EndlessProvider();
        await using var gateway = await GatewayHost.StartAsync(
            // Else the server would end it for us after a while.
            Limits(l => l.MinResponseDataRate = null),
            $$"""
            model_list:
              - model_name: gpt
                litellm_params: {model: openai/gpt-4o-mini, api_base: "{{provider.Address}}", api_key: sk-provider-openai}
            """
        );
        var ask = Ask.All.Single(a => a.IsStream && a.Pattern == path);
        using var connection = await RawConnection.OpenAsync(gateway.Address, receiveBuffer: 4096);
        await connection.SendAsync(Whole(ask));
        await connection.ReadUntilAsync("word");

        // Sent is what the buffers on the way take; then nothing is until the client reads on.
        long sent = -1;
        await UntilAsync(async () =>
        {
            var before = Interlocked.Exchange(ref sent, provider.Sent);
            await Task.Delay(250, Token);
            return before == provider.Sent;
        });
        Assert.InRange(provider.Sent, 1, EndlessProvider.Enough - 1);
        Assert.False(provider.Broken.IsCompleted);
        Assert.Equal(1, gateway.Client.Runtime.OpenCalls.Count);

        connection.Reset();

        await provider.Broken.WaitAsync(Token);
        await UntilAsync(async () => (await gateway.EndsAsync()).Count == 1);
        Assert.Equal(CallOutcome.ClientAborted, gateway.Events.All[0].Outcome);
        Assert.Equal(0, gateway.Client.Runtime.OpenCalls.Count);
    }

    [Fact]
    public async Task AClientThatLeavesAWaitingStream_FreesTheProvider_OnEachRoute()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Provider.DefaultReply = s_stalling;
        foreach (var ask in Ask.All.Where(a => a.IsStream))
        {
            gateway.Events.Clear();
            gateway.Provider.ClearRequests();
            using var connection = await RawConnection.OpenAsync(gateway.Address);
            await connection.SendAsync(Whole(ask));
            var request = (await gateway.Provider.WaitForRequestsAsync(1, Token))[0];
            await request.Stalled.WaitAsync(Token);
            await connection.ReadUntilAsync("\r\n\r\n");

            connection.Reset();

            await request.Aborted.WaitAsync(Token);
            await UntilAsync(async () => (await gateway.EndsAsync()).Count == 1);
            Assert.Equal(CallOutcome.ClientAborted, gateway.Events.All[0].Outcome);
        }
    }

    [Fact]
    public async Task AStreamThatEndsInTime_IsWhole_ThoughTheGatewayStops()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Provider.DefaultReply = s_stalling;
        using var connection = await RawConnection.OpenAsync(gateway.Address);
        await connection.SendAsync(Whole(Ask.All.First(a => a.IsStream)));
        await (await gateway.Provider.WaitForRequestsAsync(1, Token))[0].Stalled.WaitAsync(Token);
        await connection.ReadUntilAsync("data: ");

        var stopping = gateway.StopAsync();
        await UntilAsync(() => Task.FromResult(gateway.Stopping.IsCancellationRequested));
        gateway.Provider.Release();

        Assert.Contains("data: [DONE]", await connection.ReadToEndAsync(), StringComparison.Ordinal);
        await stopping;
        Assert.Equal(CallOutcome.Completed, Assert.Single(gateway.Events.All).Outcome);
    }

    [Fact]
    public async Task StreamsThatTakeTooLong_AreEnded_WhenTheGatewayStops()
    {
        await using var gateway = await GatewayHost.StartAsync(configure: o =>
            o.ShutdownTimeout = TimeSpan.FromMilliseconds(200)
        );
        gateway.Provider.DefaultReply = s_stalling;
        var asks = Ask.All.Where(a => a.IsStream).ToList();
        List<RawConnection> open = [];
        foreach (var ask in asks)
        {
            var connection = await RawConnection.OpenAsync(gateway.Address);
            await connection.SendAsync(Whole(ask));
            await connection.ReadUntilAsync("data: ");
            open.Add(connection);
        }

        await gateway.StopAsync();

        foreach (var (ask, connection) in asks.Zip(open))
        {
            var rest = await connection.ReadToEndAsync();
            Assert.Contains("error", rest, StringComparison.Ordinal);
            Assert.DoesNotContain("[DONE]", rest, StringComparison.Ordinal);
            Assert.DoesNotContain("message_stop", rest, StringComparison.Ordinal);
            Assert.DoesNotContain("response.completed", rest, StringComparison.Ordinal);
            connection.Dispose();
            _ = ask;
        }

        Assert.Equal(asks.Count, gateway.Events.All.Count);
        Assert.All(gateway.Events.All, c => Assert.Equal(CallOutcome.Terminated, c.Outcome));
        Assert.All(gateway.Provider.Requests, r => Assert.True(r.Ended.IsCompleted || r.Aborted.IsCompleted));
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (!await isSo())
        {
            await Task.Delay(5, limit.Token);
        }
    }

    /// <summary>Streams words in OpenAI's format for as long as they are taken, and counts them.</summary>
    private sealed class EndlessProvider : IAsyncDisposable
    {
        /// <summary>More than all buffers on the way hold.</summary>
        public const long Enough = 64L << 20;

        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _serving;
        private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _sent;

        public EndlessProvider()
        {
            _listener.Start();
            _serving = ServeAsync();
        }

        public string Address => $"http://{_listener.LocalEndpoint}/v1";

        public long Sent => Interlocked.Read(ref _sent);

        /// <summary>Completes when its client has gone.</summary>
        public Task Broken => _broken.Task;

        private async Task ServeAsync()
        {
            using var socket = await _listener.AcceptSocketAsync(Token);
            var request = new byte[64 * 1024];
            await socket.ReceiveAsync(request, Token);
            await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"u8.ToArray(), Token);
            var text = $"word {new string('w', 1000)}";
            var chunk = Encoding.UTF8.GetBytes(
                $$"""data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"{{text}}"},"finish_reason":null}]}"""
                    + "\n\n"
            );
            try
            {
                while (Sent < Enough)
                {
                    Interlocked.Add(ref _sent, await socket.SendAsync(chunk, Token));
                }
            }
            catch (SocketException)
            {
                _broken.TrySetResult();
            }
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Dispose();
            await _serving.ContinueWith(
                _ => { },
                CancellationToken.None,
                TaskContinuationOptions.None,
                TaskScheduler.Default
            );
        }
    }
}
