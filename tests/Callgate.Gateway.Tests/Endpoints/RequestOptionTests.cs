using System.Net.Sockets;
using System.Text;
using Callgate.Testing;

namespace Callgate.Gateway.Tests.Endpoints;

/// <summary>What a request says besides its content: fallbacks, limits of time, the cache.</summary>
public class RequestOptionTests
{
    private const string Chat = "/v1/chat/completions";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Ask(string fields, string model = "gpt") =>
        $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hi"}],{{fields}}}""";

    [Theory]
    [InlineData(""" "fallbacks":["claude"] """)]
    [InlineData(""" "fallbacks":[{"model":"claude"}] """)]
    public async Task AFallback_IsAName_OrAnObjectWithOne(string fallbacks)
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Provider.Respond = r => r.Path == "/v1/messages" ? null : FakeReply.Error(500);

        var (status, body) = await gateway.SendAsync(Chat, Ask(fallbacks));

        Assert.True(status == 200, body);
        Assert.Equal(["gpt", "claude"], Assert.Single(await gateway.EndsAsync()).Attempts.Select(a => a.ModelGroup));
    }

    [Fact]
    public async Task AFallback_IsTheModelThatItsNameStandsFor_AndWhichTheKeyMayCall()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Provider.Respond = static _ => FakeReply.Error(500);
        // The key has another meaning for the name of a model that it may not call.
        using var client = gateway.NewClient(
            await gateway.NewKeyAsync("""{"models":["gpt","embed"],"aliases":{"claude":"embed"}}""")
        );

        await gateway.SendAsync(Chat, Ask(""" "fallbacks":["claude"] """), client);

        Assert.Equal(["gpt", "embed"], Assert.Single(await gateway.EndsAsync()).Attempts.Select(a => a.ModelGroup));
    }

    [Fact]
    public async Task TheTimeoutOfAStream_IsForItsFirstEvent()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Provider.DefaultReply = FakeReply.Mock() with { DelayHeaders = Timeout.InfiniteTimeSpan };

        var (status, body) = await gateway.SendAsync(Chat, Ask(""" "stream":true,"stream_timeout":0.05 """));

        Assert.Equal(408, status);
        Assert.Contains("first token limit of 0.05 s", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABody_ThatIsLongInComing_IsRefused()
    {
        await using var gateway = await GatewayHost.StartAsync(configure: o =>
            o.RequestBodyTimeout = TimeSpan.FromMilliseconds(20)
        );
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", gateway.Address.Port, Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST {Chat} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {GatewayHost.MasterKey}\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
            ),
            Token
        );
        using var reader = new StreamReader(stream, Encoding.ASCII);

        Assert.StartsWith("HTTP/1.1 408", await reader.ReadLineAsync(Token), StringComparison.Ordinal);
        var call = await gateway.Events.WaitForFailureAsync(_ => true);
        Assert.Contains("The body took longer than 0.02 s", call.Exception!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACachedAnswer_MayBeTooOldForARequest_OrNotWanted()
    {
        await using var gateway = await GatewayHost.StartAsync(GatewayHost.Models() + "\n  cache: true\n");

        await gateway.SendAsync(Chat, Ask(""" "n":1 """));
        await gateway.SendAsync(Chat, Ask(""" "n":1,"cache":{"s-maxage":600} """));
        await gateway.SendAsync(Chat, Ask(""" "n":1,"cache":{"s-maxage":0.000001} """));
        await gateway.SendAsync(Chat, Ask(""" "n":1,"caching":false """));
        await gateway.SendAsync(Chat, Ask(""" "n":1 """));

        Assert.Equal([false, true, false, false, true], (await gateway.EndsAsync()).Select(c => c.CacheHit));
    }
}
