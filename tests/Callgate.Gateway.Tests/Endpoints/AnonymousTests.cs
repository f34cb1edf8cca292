using System.Net;
using System.Text;
using Callgate.Gateway.Endpoints;
using Callgate.Gateway.Keys;
using Microsoft.AspNetCore.Http;

namespace Callgate.Gateway.Tests.Endpoints;

/// <summary>Without a master key: programs on this machine are let in, other machines and web pages are not.</summary>
public class AnonymousTests
{
    public static TheoryData<string?, string?, int> Requests =>
        new()
        {
            { null, null, 200 },
            { "Host", "localhost:4000", 200 },
            { "Host", "gateway.localhost", 200 },
            { "Host", "[::1]:4000", 200 },
            // Somebody else's name, made to point here.
            { "Host", "rebound.test", 403 },
            { "Origin", "http://localhost:3000", 200 },
            { "Origin", "http://127.0.0.1:3000", 200 },
            { "Origin", "https://evil.test", 403 },
            { "Origin", "http://localhost.evil.test", 403 },
            { "Origin", "null", 403 },
            { "Sec-Fetch-Site", "same-origin", 200 },
            { "Sec-Fetch-Site", "cross-site", 403 },
            // What a page may send anywhere: a body without a type.
            { "Content-Type", null, 415 },
        };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task WithoutAMasterKey_WebPagesAreKeptOut(string? header, string? value, int status)
    {
        await using var gateway = await GatewayHost.StartAsync(configure: o => o.MasterKey = null);

        Assert.Equal(status, await SendAsync(gateway, header, value));

        var refused = (await gateway.EndsAsync()).Where(c => c.Outcome == CallOutcome.Rejected);
        Assert.Equal(status == 200 ? 0 : 1, refused.Count());
    }

    [Theory]
    [InlineData("Host", "gateway.test")]
    [InlineData("Origin", "https://page.test")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Content-Type", null)]
    public async Task WhereItIsAllowed_OrAKeyIsAskedFor_TheyAreNot(string header, string? value)
    {
        await using var open = await GatewayHost.StartAsync(configure: o =>
            (o.MasterKey, o.AllowAnonymous) = (null, true)
        );
        await using var keyed = await GatewayHost.StartAsync();

        Assert.Equal(200, await SendAsync(open, header, value));
        Assert.Equal(200, await SendAsync(keyed, header, value));
    }

    [Theory]
    [InlineData("192.0.2.1", false, 401)]
    [InlineData("192.0.2.1", true, null)]
    [InlineData("127.0.0.1", false, null)]
    [InlineData("::1", false, null)]
    [InlineData("::ffff:127.0.0.1", false, null)]
    [InlineData(null, false, null)]
    public async Task WithoutAMasterKey_OtherMachinesAreKeptOut(string? address, bool isAllowed, int? status)
    {
        await using var gateway = await GatewayHost.StartAsync(configure: o =>
            (o.MasterKey, o.AllowAnonymous) = (null, isAllowed)
        );
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);

        var lookup = Admission.Admit(http, gateway.Server);

        Assert.Equal(status, lookup.Refusal?.StatusCode);
        Assert.Equal(status is null ? VirtualKey.Anonymous : null, lookup.Key);
    }

    private static async Task<int> SendAsync(GatewayHost gateway, string? header, string? value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions");
        request.Content = new ByteArrayContent(
            Encoding.UTF8.GetBytes("""{"model":"gpt","messages":[{"role":"user","content":"Hi"}]}""")
        );
        if (header != "Content-Type")
        {
            request.Content.Headers.ContentType = new("application/json");
        }

        if (value is not null)
        {
            request.Headers.TryAddWithoutValidation(header!, value);
        }

        using var response = await gateway.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }
}
