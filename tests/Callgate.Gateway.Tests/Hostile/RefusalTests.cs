using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Callgate.Calls;
using Callgate.Gateway.Endpoints;
using Callgate.Gateway.Keys;

namespace Callgate.Gateway.Tests.Hostile;

/// <summary>Each reason to refuse a request, on each path of each endpoint: the client is told in its format, and one event says who it was.</summary>
public class RefusalTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Reasons => [.. Reason.All.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task EachRefusal_OnEachRoute_TellsItsClient_AndOneEvent(string name)
    {
        var reason = Reason.All.Single(r => r.Name == name);
        await using var gateway = await GatewayHost.StartAsync(
            configure: o => o.MaxRequestBodyBytes = 4096,
            callbacks: reason.Callbacks
        );
        var (key, hash) = await KeyFor(gateway, reason);
        gateway.Provider.DefaultReply = reason.Reply ?? gateway.Provider.DefaultReply;
        foreach (var ask in Ask.All)
        {
            gateway.Events.Clear();
            gateway.Provider.ClearRequests();

            using var reply = await SendAsync(gateway, ask, reason, key);
            var body = await reply.Content.ReadAsStringAsync(Token);

            Assert.True((int)reply.StatusCode == reason.Status, $"{ask}: {reply.StatusCode} {body}");
            AssertError(ask, reason, body);
            Assert.Equal(reason.Reply is null ? 0 : 1, gateway.Provider.RequestCount);
            gateway.Server.Refusals.Tell();
            var call = Assert.Single(await gateway.EndsAsync());
            Assert.Equal(reason.Outcome, call.Outcome);
            Assert.Equal(reason.Outcome == CallOutcome.Rejected, call.Rejection is not null);
            Assert.Equal(ask.Route.Format.CallType, call.CallType);
            Assert.Equal(hash ?? "unknown", call.LitellmParams.Metadata["user_api_key_hash"]);
            Assert.Equal(hash is null ? "unknown" : "team-key", call.LitellmParams.Metadata["user_api_key_alias"]);
            Assert.Equal(
                reason.IsCounted ? 1 : null,
                call.LitellmParams.Metadata.GetValueOrDefault(RefusalCounter.CountEntry)
            );
            Assert.Equal(0, gateway.Client.Runtime.OpenCalls.Count);
            // So that the next is the first of its kind again.
            gateway.Server.Refusals.Tell();
        }
    }

    [Fact]
    public async Task UnauthenticatedRequests_AreToldTogether_AfterTheFirst()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var ask = Ask.All[0];
        using var nobody = gateway.NewClient(null);

        for (var i = 0; i < 25; i++)
        {
            Assert.Equal(401, (await gateway.SendAsync(ask.Path("gpt"), ask.Body("gpt"), nobody)).Status);
        }

        Assert.Equal(1, CountOf(Assert.Single(await gateway.EndsAsync())));
        gateway.Server.Refusals.Tell();
        Assert.Equal([1, 24], (await gateway.EndsAsync()).Select(CountOf));

        static object? CountOf(CallDetails call) => call.LitellmParams.Metadata[RefusalCounter.CountEntry];
    }

    [Theory]
    [InlineData("anthropic-version", "2023-06-01é")]
    [InlineData("anthropic-beta", "a\u0001b")]
    public async Task AHeaderThatCannotBeSentOn_IsTheClientsFault(string name, string value)
    {
        await using var gateway = await GatewayHost.StartAsync();
        var ask = Ask.All.First(a => a.IsAnthropic);
        var body = ask.Body("claude");
        using var connection = await RawConnection.OpenAsync(gateway.Address);

        await connection.SendAsync(
            $"POST {ask.Path("claude")} HTTP/1.1\r\nHost: gateway\r\nx-api-key: {GatewayHost.MasterKey}\r\n{name}: {value}\r\nContent-Length: {body.Length}\r\n\r\n{body}"
        );

        var reply = (await connection.ReadReplyAsync())!;
        Assert.Equal(400, reply.Status);
        Assert.Contains($"The header '{name}' must be plain ASCII text.", reply.Text, StringComparison.Ordinal);
        Assert.Equal(CallOutcome.Rejected, Assert.Single(await gateway.EndsAsync()).Outcome);
    }

    [Fact]
    public async Task ABodyThatCannotBeRead_IsRefused_WithThePlaceThatIsWrong()
    {
        await using var gateway = await GatewayHost.StartAsync();

        var (status, body) = await gateway.SendAsync(
            "/v1/chat/completions",
            """{"model":"gpt","messages":[{"role":"user","content":5}]}"""
        );

        Assert.Equal(400, status);
        Assert.Contains("see $.messages", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AToolThatIsNull_IsNone()
    {
        await using var gateway = await GatewayHost.StartAsync();

        var (status, body) = await gateway.SendAsync(
            "/v1/completions",
            """{"model":"claude","prompt":"Hi","tools":[null]}"""
        );

        Assert.True(status == 200, body);
    }

    [Fact]
    public async Task AModelWithASlash_MayStandInThePath()
    {
        await using var gateway = await GatewayHost.StartAsync(
            """
            model_list:
              - model_name: mock/*
                litellm_params: {model: mock/*}
            """
        );

        var (status, body) = await gateway.SendAsync(
            "/openai/deployments/mock%2Fany/chat/completions",
            """{"messages":[{"role":"user","content":"Hi"}]}"""
        );

        Assert.True(status == 200, body);
    }

    [Fact]
    public async Task UnauthenticatedRequests_AreToldOfEachRoute_AndCounted()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var nobody = gateway.NewClient(null);
        string[] reading = ["/v1/models", "/model/info", "/health", "/metrics", "/v1/responses/resp_1", "/key/info"];
        string[] writing = ["/v1/messages/count_tokens", "/key/generate"];

        foreach (var path in reading)
        {
            using var refused = await nobody.GetAsync(path, Token);
            Assert.Equal(401, (int)refused.StatusCode);
        }

        foreach (var path in (string[])[.. writing, .. writing])
        {
            Assert.Equal(401, (await gateway.SendAsync(path, "{}", nobody)).Status);
        }

        gateway.Server.Refusals.Tell();
        Assert.Equal(
            [.. reading.Select(p => p.Replace("resp_1", "{id}", StringComparison.Ordinal)), .. writing, .. writing],
            (await gateway.EndsAsync()).Select(c => c.LitellmParams.Metadata["user_api_key_request_route"])
        );
        Assert.Contains(
            "litellm_proxy_total_requests_metric_total{requested_model=\"other\",outcome=\"Rejected\",status=\"failure\"} 10\n",
            await gateway.Http.GetStringAsync("/metrics", Token),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task CountingRefusals_OutlivesTheClientThatTellsOfThem()
    {
        await using var gateway = await GatewayHost.StartAsync();
        await gateway.Client.DisposeAsync();

        gateway.Server.Refusals.Count("/v1/models", null, KeyLookup.Missing());
        gateway.Server.Refusals.Count("/v1/models", null, KeyLookup.Missing());
        gateway.Server.Refusals.Tell();
    }

    [Fact]
    public async Task WhatCountsCalls_AndFails_CostsNoCallItsEvent()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var runtime = gateway.Client.Runtime;
        var format = Ask.All[0].Route.Format;
        var call = new Call(
            runtime,
            "gpt",
            new GatewayCall(null, ClientRequest.Empty(format, "gpt"))
            {
                Format = format,
                UserApiKey = new UserApiKey(),
                OnClosed = (_, _) => throw new InvalidOperationException("sabotage"),
            },
            new CallOptions(),
            new CallKind(format.CallType, IsSync: false, IsStream: false)
        );

        runtime.Pipeline.Refuse(call, Refusals.BadRequest("Not this one."));

        Assert.Equal(call.Id, Assert.Single(await gateway.EndsAsync()).LitellmCallId);
    }

    [Fact]
    public async Task TheGateway_WithoutCors_AnswersNoPreflight()
    {
        await using var gateway = await GatewayHost.StartAsync();
        foreach (var ask in Ask.All)
        {
            using var request = new HttpRequestMessage(HttpMethod.Options, ask.Path("gpt"));
            request.Headers.Add("Origin", "https://evil.test");
            request.Headers.Add("Access-Control-Request-Method", "POST");
            using var reply = await gateway.Http.SendAsync(request, Token);

            Assert.Equal(405, (int)reply.StatusCode);
            Assert.DoesNotContain(
                reply.Headers,
                h => h.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase)
            );
        }
    }

    [Theory]
    [InlineData("POST", "/key/generate")]
    [InlineData("POST", "/key/update")]
    [InlineData("POST", "/key/delete")]
    [InlineData("POST", "/key/block")]
    [InlineData("POST", "/key/unblock")]
    [InlineData("GET", "/key/list")]
    public async Task AdministratorsRoutes_LetTheMasterKeyInAlone(string method, string path)
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var user = gateway.NewClient(await gateway.NewKeyAsync());
        using var nobody = gateway.NewClient(null);
        using var stranger = gateway.NewClient("sk-nobody-knows-this-one");

        Assert.Equal(403, await StatusAsync(user));
        Assert.Equal(401, await StatusAsync(nobody));
        Assert.Equal(401, await StatusAsync(stranger));

        async Task<int> StatusAsync(HttpClient client)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            using var reply = await client.SendAsync(request, Token);
            return (int)reply.StatusCode;
        }
    }

    [Fact]
    public async Task AnAdministratorsBody_ThatIsBroken_IsRefused()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var connection = await RawConnection.OpenAsync(gateway.Address);

        await connection.SendAsync(
            $"POST /key/generate HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {GatewayHost.MasterKey}\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{{}}"
        );

        Assert.Equal(400, (await connection.ReadReplyAsync())!.Status);
    }

    private static async Task<(string? Key, string? Hash)> KeyFor(GatewayHost gateway, Reason reason)
    {
        if (reason.Key is not (Reason.Good or Reason.Expired or Reason.Blocked))
        {
            return (reason.Key, null);
        }

        var key = await gateway.NewKeyAsync("""{"key_alias":"team-key","models":["gpt","embed","toString"]}""");
        var hash = KeyAdmin.HashOf(key);
        if (reason.Key == Reason.Blocked)
        {
            Assert.Equal(200, (await gateway.SendAsync("/key/block", $$"""{"key":"{{key}}"}""")).Status);
        }
        else if (reason.Key == Reason.Expired)
        {
            await gateway.Server.Keys.UpdateAsync(
                hash,
                stored => stored with { Expires = DateTimeOffset.UnixEpoch },
                setsSpend: false,
                Token
            );
        }

        return (key, hash.ToString());
    }

    private static async Task<HttpResponseMessage> SendAsync(GatewayHost gateway, Ask ask, Reason reason, string? key)
    {
        var model = reason.Model ?? ask.Model;
        using var request = new HttpRequestMessage(HttpMethod.Post, ask.Path(model));
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(reason.Spoil(ask.Body(model))));
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(reason.ContentType);
        request.Headers.Authorization = key is null ? null : new("Bearer", key);
        using var client = gateway.NewClient(null);
        return await client.SendAsync(request, Token);
    }

    private static void AssertError(Ask ask, Reason reason, string body)
    {
        using var json = JsonDocument.Parse(body);
        var error = json.RootElement.GetProperty("error");
        Assert.NotEmpty(error.GetProperty("type").GetString()!);
        Assert.Contains(reason.Says, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        if (ask.IsAnthropic)
        {
            Assert.Equal("error", json.RootElement.GetProperty("type").GetString());
            Assert.False(error.TryGetProperty("code", out _));
        }
        else
        {
            Assert.True(error.TryGetProperty("code", out _));
            Assert.True(error.TryGetProperty("param", out _));
        }
    }
}
