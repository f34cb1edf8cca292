using System.Text.Json;
using Callgate.Testing;
using Callgate.Wire;

namespace Callgate.Gateway.Tests.Endpoints;

/// <summary>The hook that only calls of the Messages API have, passed through and translated, unary and streamed.</summary>
public class PreRequestHookTests
{
    private static readonly string[] s_booleans = ["false", "true"];

    private static string Ask(string model, bool stream, string more = "") =>
        $$"""{"model":"{{model}}","max_tokens":50,"messages":[{"role":"user","content":"Hello"}],"stream":{{s_booleans[
            stream ? 1 : 0
        ]}}{{more}}}""";

    [Theory]
    [InlineData("claude", false)]
    [InlineData("claude", true)]
    [InlineData("gpt", false)]
    [InlineData("gpt", true)]
    public async Task ItChangesTheTools_OneHandlerAfterTheOther(string model, bool stream)
    {
        await using var gateway = await GatewayHost.StartAsync(
            callbacks:
            [
                new PreRequest(r => r with { Tools = [ToolDefinition.FromFunction("search")] }),
                new PreRequest(r => r with { Tools = [.. r.Tools!, ToolDefinition.FromFunction("fetch")] }),
            ]
        );

        var (status, body) = await gateway.SendAsync(
            "/v1/messages",
            Ask(model, stream, ""","tools":[{"type":"web_search_20250305","name":"web_search"}]""")
        );

        Assert.True(status == 200, body);
        Assert.Equal(stream, body.Contains("event: message_stop", StringComparison.Ordinal));
        using var sent = JsonDocument.Parse(Assert.Single(gateway.Provider.Requests).BodyText);
        Assert.Equal(
            ["search", "fetch"],
            sent.RootElement.GetProperty("tools").EnumerateArray().Select(t => NameOf(t, model))
        );
        var call = Assert.Single(await gateway.EndsAsync());
        Assert.Equal(CallOutcome.Completed, call.Outcome);
        Assert.Equal(
            [("PreRequestHookAsync", "replace"), ("PreRequestHookAsync", "replace")],
            call.HookRuns.Select(r => (r.Hook, r.Decision))
        );
    }

    private static string? NameOf(JsonElement tool, string model) =>
        (model == "gpt" ? tool.GetProperty("function") : tool).GetProperty("name").GetString();

    /// <summary>A request that it leaves as it is goes on as the client's own bytes.</summary>
    [Fact]
    public async Task ItLooksOn_AndTheBytesPass()
    {
        await using var gateway = await GatewayHost.StartAsync(callbacks: new PreRequest(_ => null));

        var (status, _) = await gateway.SendAsync("/v1/messages", Ask("claude", false, ""","new_field":{"a": 1}"""));

        Assert.Equal(200, status);
        Assert.Contains(
            "\"new_field\":{\"a\": 1}",
            Assert.Single(gateway.Provider.Requests).BodyText,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("chat/completions", """{"model":"gpt","messages":[{"role":"user","content":"Hello"}]}""")]
    [InlineData("chat/completions", """{"model":"claude","messages":[{"role":"user","content":"Hello"}]}""")]
    [InlineData("completions", """{"model":"gpt","prompt":"Hello"}""")]
    [InlineData("responses", """{"model":"gpt","input":"Hello"}""")]
    [InlineData("embeddings", """{"model":"embed","input":"Hello"}""")]
    [InlineData("messages/count_tokens", """{"model":"claude","messages":[{"role":"user","content":"Hello"}]}""")]
    public async Task ItIsNotCalled_OnAnyOtherEndpoint(string path, string body)
    {
        await using var gateway = await GatewayHost.StartAsync(callbacks: new Refuser());

        var (status, reply) = await gateway.SendAsync($"/v1/{path}", body);

        Assert.True(status == 200, reply);
    }

    [Theory]
    [InlineData("claude", false)]
    [InlineData("claude", true)]
    [InlineData("gpt", false)]
    [InlineData("gpt", true)]
    public async Task ARefusal_LeavesTheProviderUnasked(string model, bool stream)
    {
        await using var gateway = await GatewayHost.StartAsync(callbacks: new Refuser());

        var (status, body) = await gateway.SendAsync("/v1/messages", Ask(model, stream));

        Assert.Equal(403, status);
        Assert.Contains("No messages today.", body, StringComparison.Ordinal);
        Assert.Empty(gateway.Provider.Requests);
        var call = Assert.Single(await gateway.EndsAsync());
        Assert.Equal((CallOutcome.Rejected, "shape"), (call.Outcome, call.Rejection!.Stage));
    }

    [Fact]
    public async Task ItRunsAfterEveryPreCallHook_WhoeverRegisteredFirst()
    {
        string? seen = null;
        await using var gateway = await GatewayHost.StartAsync(
            callbacks:
            [
                new PreRequest(r =>
                {
                    seen = r.Messages[0].Text;
                    return null;
                }),
                new PreCall(),
            ]
        );

        await gateway.SendAsync("/v1/messages", Ask("claude", false));

        Assert.Equal("Changed before", seen);
    }

    /// <summary>Whether the answer is streamed is the client's to say; a request that says nothing of it is as good as one that says the same.</summary>
    [Theory]
    [InlineData(false, null, 200)]
    [InlineData(false, false, 200)]
    [InlineData(false, true, 500)]
    [InlineData(true, null, 200)]
    [InlineData(true, true, 200)]
    [InlineData(true, false, 500)]
    public async Task ItCantChangeWhetherTheAnswerIsStreamed(bool stream, bool? given, int due)
    {
        await using var gateway = await GatewayHost.StartAsync(
            callbacks:
            [
                new PreRequest(r => new ChatRequest { Model = r.Model, Messages = r.Messages }),
                new PreRequest(r => r with { Stream = given, MaxTokens = 40 }),
            ]
        );

        var (status, body) = await gateway.SendAsync("/v1/messages", Ask("claude", stream));

        Assert.Equal(due, status);
        if (due == 200)
        {
            Assert.Equal(stream, body.Contains("event: message_stop", StringComparison.Ordinal));
        }
        else
        {
            Assert.Contains("failed in PreRequestHookAsync", body, StringComparison.Ordinal);
            Assert.Empty(gateway.Provider.Requests);
        }
    }

    private sealed class PreRequest(Func<ChatRequest, ChatRequest?> change) : CustomLogger
    {
        public override ValueTask<HookResult> PreRequestHookAsync(
            PreRequestContext context,
            CancellationToken cancellationToken
        ) => change((ChatRequest)context.Data) is { } changed ? Replace(changed) : Continue;
    }

    private sealed class PreCall : CustomLogger
    {
        public override ValueTask<HookResult> PreCallHookAsync(
            PreCallContext context,
            CancellationToken cancellationToken
        ) => Replace(((ChatRequest)context.Data) with { Messages = [Message.User("Changed before")] });
    }

    private sealed class Refuser : CustomLogger
    {
        public override ValueTask<HookResult> PreRequestHookAsync(
            PreRequestContext context,
            CancellationToken cancellationToken
        ) => Reject(403, "No messages today.");
    }
}
