using System.Net.Sockets;
using System.Text;
using Callgate.Testing;

namespace Callgate.Tests.Testing;

/// <summary>The fake provider as the target of load: nothing is kept, and connections are.</summary>
public sealed class FakeProviderLoadTests : IAsyncLifetime
{
    private FakeProvider _provider = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _provider = await FakeProvider.StartAsync(cancellationToken: Token);
        _provider.RecordRequests = false;
    }

    public ValueTask DisposeAsync() => _provider.DisposeAsync();

    [Theory]
    [InlineData("application/json", "{\"a\":1}")]
    [InlineData("text/event-stream", "data: {}\n\ndata: [DONE]\n\n")]
    public async Task A_verbatim_reply_is_the_same_for_all(string contentType, string body)
    {
        _provider.DefaultReply = FakeReply.Bytes(Encoding.UTF8.GetBytes(body), contentType, 201) with
        {
            Headers = new Dictionary<string, string> { ["x-request-id"] = "r" },
        };
        using var http = new HttpClient();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 100),
            Token,
            async (i, token) =>
            {
                using var response = await http.PostAsync(
                    new Uri(_provider.BaseAddress, "anything"),
                    new StringContent(new string('x', i * 1000)),
                    token
                );
                Assert.Equal(201, (int)response.StatusCode);
                Assert.Equal("r", response.Headers.GetValues("x-request-id").Single());
                Assert.Equal(contentType, response.Content.Headers.ContentType!.ToString());
                Assert.Equal(body, await response.Content.ReadAsStringAsync(token));
            }
        );

        Assert.Equal(100, _provider.RequestCount);
        Assert.Empty(_provider.Requests);
        _provider.ClearRequests();
        Assert.Equal(0, _provider.RequestCount);
    }

    [Fact]
    public async Task Requests_on_one_connection_may_come_before_their_answers()
    {
        _provider.DefaultReply = FakeReply.Json("{}");
        using var connection = new TcpClient();
        await connection.ConnectAsync("127.0.0.1", _provider.BaseAddress.Port, Token);
        await using var stream = connection.GetStream();
        var request = "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(request, 50))), Token);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        for (var answers = 0; answers < 50; )
        {
            var line = await reader.ReadLineAsync(Token);
            Assert.NotNull(line);
            answers += line.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) ? 1 : 0;
            answers += line.StartsWith("{}HTTP/1.1 200", StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.Equal(50, _provider.RequestCount);
    }

    [Fact]
    public async Task Queued_and_chosen_replies_still_come_first()
    {
        _provider.DefaultReply = FakeReply.Json("3");
        _provider.Enqueue(FakeReply.Json("1"));
        using var http = new HttpClient();
        Assert.Equal("1", await http.GetStringAsync(_provider.BaseAddress, Token));
        _provider.Respond = r => r.Path == "/two" ? FakeReply.Json("2") : null;
        Assert.Equal("2", await http.GetStringAsync(new Uri(_provider.BaseAddress, "two"), Token));
        Assert.Equal("3", await http.GetStringAsync(_provider.BaseAddress, Token));

        Assert.Equal(3, _provider.RequestCount);
        Assert.Empty(_provider.Requests);
    }

    [Fact]
    public async Task Waiting_for_what_is_not_kept_is_refused() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => _provider.WaitForRequestsAsync(1, Token));

    [Fact]
    public async Task An_abort_in_mid_stream_is_noticed_while_nothing_is_recorded()
    {
        RecordedRequest? seen = null;
        _provider.Respond = r =>
        {
            seen = r;
            return FakeReply.Sse("data: {}\n\n") with { StallAfterBytes = 4 };
        };
        using var http = new HttpClient();
        var response = await http.GetAsync(_provider.BaseAddress, HttpCompletionOption.ResponseHeadersRead, Token);
        await seen!.Stalled.WaitAsync(Token);
        Assert.False(seen.Aborted.IsCompleted);

        response.Dispose();
        await seen.Aborted.WaitAsync(Token);
        Assert.Empty(_provider.Requests);
    }
}
