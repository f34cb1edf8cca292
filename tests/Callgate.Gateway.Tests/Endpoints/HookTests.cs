using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Callgate.Testing;
using Callgate.Wire;

namespace Callgate.Gateway.Tests.Endpoints;

/// <summary>What hooks can do to a call, on every endpoint that chats, unary and streamed, passed through and translated.</summary>
public class HookTests
{
    public static TheoryData<string, string, bool> Chats
    {
        get
        {
            var data = new TheoryData<string, string, bool>();
            foreach (var path in (string[])["chat/completions", "completions", "messages", "responses"])
            {
                foreach (var model in (string[])["gpt", "claude"])
                {
                    data.Add(path, model, false);
                    data.Add(path, model, true);
                }
            }

            return data;
        }
    }

    private static string Ask(string path, string model, bool stream, string text = "Hello")
    {
        var tail = stream ? ""","stream":true""" : "";
        return path switch
        {
            "completions" => $$"""{"model":"{{model}}","prompt":"{{text}}"{{tail}}}""",
            "responses" => $$"""{"model":"{{model}}","input":"{{text}}"{{tail}}}""",
            _ =>
                $$"""{"model":"{{model}}","max_tokens":50,"messages":[{"role":"user","content":"{{text}}"}]{{tail}}}""",
        };
    }

    /// <summary>The text of an answer, in whatever format.</summary>
    private static string TextOf(string path, bool stream, string body)
    {
        if (!stream)
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            return path switch
            {
                "completions" => root.GetProperty("choices")[0].GetProperty("text").GetString()!,
                "messages" => root.GetProperty("content")[0].GetProperty("text").GetString()!,
                "responses" => root.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString()!,
                _ => root.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!,
            };
        }

        var text = new StringBuilder();
        foreach (var line in body.Split('\n').Where(l => l.StartsWith("data: {", StringComparison.Ordinal)))
        {
            using var json = JsonDocument.Parse(line[6..]);
            var root = json.RootElement;
            text.Append(
                path switch
                {
                    "messages" => root.TryGetProperty("delta", out var delta)
                    && delta.TryGetProperty("text", out var piece)
                        ? piece.GetString()
                        : "",
                    "responses" => root.GetProperty("type").GetString() == "response.output_text.delta"
                        ? root.GetProperty("delta").GetString()
                        : "",
                    _ when root.GetProperty("choices").GetArrayLength() == 0 => "",
                    "completions" => root.GetProperty("choices")[0].GetProperty("text").GetString(),
                    _ => root.GetProperty("choices")[0].GetProperty("delta").TryGetProperty("content", out var content)
                        ? content.GetString()
                        : "",
                }
            );
        }

        return text.ToString();
    }

    private static async Task<GatewayHost> StartAsync(params CustomLogger[] callbacks)
    {
        var gateway = await GatewayHost.StartAsync(callbacks: callbacks);
        gateway.Provider.DefaultReply = FakeReply.Mock(
            new MockOptions { Response = "The secret word is swordfish, keep it." }
        );
        return gateway;
    }

    [Theory]
    [MemberData(nameof(Chats))]
    public async Task ARewritingHook_GivesTheSameText_WholeAndStreamed(string path, string model, bool stream)
    {
        await using var gateway = await StartAsync(new Rewriter());

        var (status, body) = await gateway.SendAsync($"/v1/{path}", Ask(path, model, stream));

        Assert.Equal(200, status);
        Assert.Equal("The secret word is *********, keep it.", TextOf(path, stream, body));
        Assert.DoesNotContain("swordfish", body, StringComparison.Ordinal);
        var call = Assert.Single(await gateway.EndsAsync());
        Assert.Equal(CallOutcome.Completed, call.Outcome);
        Assert.Equal("The secret word is *********, keep it.", call.Response!.Text);
        Assert.Equal(UsageSource.Reported, call.Usage.Source);
        Assert.True(call.ResponseCost > 0);
    }

    [Theory]
    [MemberData(nameof(Chats))]
    public async Task APreCallHook_ChangesTheModelAndThePrompt(string path, string model, bool stream)
    {
        var other = model == "gpt" ? "claude" : "gpt";
        await using var gateway = await StartAsync(
            new PreCall(c => ((ChatRequest)c.Data) with { Model = other, Messages = [Message.User("Changed")] })
        );

        var (status, body) = await gateway.SendAsync($"/v1/{path}", Ask(path, model, stream));

        Assert.Equal(200, status);
        Assert.Contains("swordfish", TextOf(path, stream, body), StringComparison.Ordinal);
        var sent = Assert.Single(gateway.Provider.Requests);
        Assert.Equal(other == "gpt" ? "/v1/chat/completions" : "/v1/messages", sent.Path);
        Assert.Contains("Changed", sent.BodyText, StringComparison.Ordinal);
        Assert.DoesNotContain("Hello", sent.BodyText, StringComparison.Ordinal);
        Assert.Equal(other, Assert.Single(await gateway.EndsAsync()).Attempts[0].ModelGroup);
    }

    [Theory]
    [MemberData(nameof(Chats))]
    public async Task APreCallHook_ThatRefuses_KeepsTheProviderUnasked(string path, string model, bool stream)
    {
        await using var gateway = await StartAsync(new Refuser());

        var (status, body) = await gateway.SendAsync($"/v1/{path}", Ask(path, model, stream));

        Assert.Equal(403, status);
        Assert.Contains("Not today.", body, StringComparison.Ordinal);
        Assert.Empty(gateway.Provider.Requests);
        var call = Assert.Single(await gateway.EndsAsync());
        Assert.Equal(CallOutcome.Rejected, call.Outcome);
        Assert.Equal("shape", call.Rejection!.Stage);
        Assert.Equal(0, call.ResponseCost);
    }

    [Theory]
    [MemberData(nameof(Chats))]
    public async Task APreCallHook_AnswersInTheClientsShape(string path, string model, bool stream)
    {
        await using var gateway = await StartAsync(new Answerer());

        var (status, body) = await gateway.SendAsync($"/v1/{path}", Ask(path, model, stream));

        Assert.Equal(200, status);
        Assert.Equal("I know that one.", TextOf(path, stream, body));
        Assert.Empty(gateway.Provider.Requests);
        var call = Assert.Single(await gateway.EndsAsync());
        Assert.Equal(CallOutcome.AnsweredByHook, call.Outcome);
        Assert.Equal(0, call.ResponseCost);
    }

    [Theory]
    [MemberData(nameof(Chats))]
    public async Task AModerationHook_ThatRefuses_LetsNothingThrough(string path, string model, bool stream)
    {
        await using var gateway = await StartAsync(new Moderator());

        var (status, body) = await gateway.SendAsync($"/v1/{path}", Ask(path, model, stream));

        Assert.Equal(400, status);
        Assert.Contains("Against the rules.", body, StringComparison.Ordinal);
        Assert.DoesNotContain("swordfish", body, StringComparison.Ordinal);
        var call = Assert.Single(await gateway.EndsAsync());
        Assert.Equal((CallOutcome.Rejected, "moderate"), (call.Outcome, call.Rejection!.Stage));
    }

    [Theory]
    [MemberData(nameof(Chats))]
    public async Task HeadersOfHooks_ReachTheClient(string path, string model, bool stream)
    {
        await using var gateway = await StartAsync(new HeaderAdder());

        using var response = await gateway.PostAsync($"/v1/{path}", Ask(path, model, stream));
        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal("from the headers hook", Assert.Single(response.Headers.GetValues("x-added")));
        Assert.Equal(!stream, response.Headers.Contains("x-of-the-answer"));
    }

    [Theory]
    [MemberData(nameof(Chats))]
    public async Task AFailureHook_PutsTheFailureInOtherWords(string path, string model, bool stream)
    {
        await using var gateway = await StartAsync(new Soother());
        gateway.Provider.DefaultReply = FakeReply.Error(500);

        var (status, body) = await gateway.SendAsync($"/v1/{path}", Ask(path, model, stream));

        Assert.Equal(503, status);
        Assert.Contains("Please come back later.", body, StringComparison.Ordinal);
        var call = Assert.Single(await gateway.EndsAsync());
        Assert.Equal(CallOutcome.UpstreamFailed, call.Outcome);
        Assert.IsType<LlmServerException>(call.Exception);
    }

    /// <summary>Masks a word, however it is cut into chunks: it holds back what may be its beginning.</summary>
    private sealed class Rewriter : CustomLogger
    {
        private const string Word = "swordfish";

        public override ValueTask<HookResult> PostCallSuccessHookAsync(
            PostCallContext context,
            CancellationToken cancellationToken
        ) => Replace(context.Response.WithText(Mask(context.Response.Text)));

        public override async IAsyncEnumerable<LlmChunk> PostCallStreamingIteratorHook(
            StreamContext context,
            IAsyncEnumerable<LlmChunk> chunks,
            [EnumeratorCancellation] CancellationToken cancellationToken
        )
        {
            var held = "";
            LlmChunk? last = null;
            await foreach (var chunk in chunks.WithCancellation(cancellationToken))
            {
                if (chunk.Text.Length == 0)
                {
                    if (held.Length > 0)
                    {
                        yield return last!.WithText(held);
                        held = "";
                    }

                    yield return chunk;
                    continue;
                }

                last = chunk;
                var text = Mask(held + chunk.Text);
                var keep = Enumerable
                    .Range(1, Word.Length - 1)
                    .Reverse()
                    .FirstOrDefault(n => text.EndsWith(Word[..n], StringComparison.Ordinal));
                held = text[(text.Length - keep)..];
                if (text.Length > keep)
                {
                    yield return chunk.WithText(text[..^keep]);
                }
            }
        }

        private static string Mask(string text) =>
            text.Replace(Word, new string('*', Word.Length), StringComparison.Ordinal);
    }

    private sealed class PreCall(Func<PreCallContext, LlmRequest> change) : CustomLogger
    {
        public override ValueTask<HookResult> PreCallHookAsync(
            PreCallContext context,
            CancellationToken cancellationToken
        ) => Replace(change(context));
    }

    private sealed class Refuser : CustomLogger
    {
        public override ValueTask<HookResult> PreCallHookAsync(
            PreCallContext context,
            CancellationToken cancellationToken
        ) => Reject(403, "Not today.");
    }

    private sealed class Answerer : CustomLogger
    {
        public override ValueTask<HookResult> PreCallHookAsync(
            PreCallContext context,
            CancellationToken cancellationToken
        ) =>
            Answer(
                new ChatCompletion
                {
                    Choices = [new Choice { FinishReason = "stop", Message = Message.Assistant("I know that one.") }],
                }
            );
    }

    private sealed class Moderator : CustomLogger
    {
        public override async ValueTask<HookResult> ModerationHookAsync(
            ModerationContext context,
            CancellationToken cancellationToken
        )
        {
            await Task.Yield();
            return Reject(400, "Against the rules.");
        }
    }

    private sealed class HeaderAdder : CustomLogger
    {
        public override ValueTask<HookResult> PostCallSuccessHookAsync(
            PostCallContext context,
            CancellationToken cancellationToken
        ) => Replace(context.Response.WithHeader("x-of-the-answer", "from the answer"));

        public override ValueTask<IReadOnlyDictionary<string, string>?> PostCallResponseHeadersHookAsync(
            ResponseHeadersContext context,
            CancellationToken cancellationToken
        ) => new(new Dictionary<string, string> { ["x-added"] = "from the headers hook" });
    }

    private sealed class Soother : CustomLogger
    {
        public override ValueTask<HookResult> PostCallFailureHookAsync(
            PostCallFailureContext context,
            CancellationToken cancellationToken
        ) => Reject(503, "Please come back later.");
    }
}
