using System.Text;
using System.Text.Json.Nodes;
using Callgate.Formats.Responses;
using Callgate.Wire;
using static Callgate.Tests.Formats.Responses.ResponsesWire;

namespace Callgate.Tests.Formats.Responses;

public class ResponseHistoryTests
{
    private readonly MemoryResponseStore _store = new(new ManualTimeProvider());
    private readonly ResponseHistory _history;

    public ResponseHistoryTests() => _history = new(_store, new ManualTimeProvider());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Chain_IsTheConversation()
    {
        await AnswerAsync(
            "resp_a1",
            """{"model":"m","input":"Weather?","instructions":"Be brief."}""",
            """{"role":"assistant","content":"I look.","thinking_blocks":[{"type":"thinking","thinking":"Hm.","signature":"c2ln"}],"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]}"""
        );
        await AnswerAsync(
            "resp_b2",
            """{"model":"m","previous_response_id":"resp_a1","input":[{"type":"function_call_output","call_id":"c1","output":"sunny"}]}""",
            """{"role":"assistant","content":"Sunny."}"""
        );

        var third = await _history.ResumeAsync(
            Read("""{"model":"m","previous_response_id":"resp_b2","input":"And Rome?","instructions":"Be rude."}"""),
            "key",
            Token
        );

        AssertSame(
            """
            {"model":"m","messages":[
              {"role":"system","content":"Be rude."},
              {"role":"user","content":"Weather?"},
              {"role":"assistant","content":"I look.","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}],"reasoning_content":"Hm.","thinking_blocks":[{"type":"thinking","thinking":"Hm.","signature":"c2ln"}]},
              {"role":"tool","content":"sunny","tool_call_id":"c1"},
              {"role":"assistant","content":"Sunny."},
              {"role":"user","content":"And Rome?"}]}
            """,
            Sent(third)
        );
        // Only once: what was looked up stays.
        Assert.Same(third, await _history.ResumeAsync(third, "nobody", Token));
    }

    [Fact]
    public async Task References_AreTheItems()
    {
        await AnswerAsync(
            "resp_a1",
            """{"model":"m","input":[{"role":"user","content":"One"},{"role":"assistant","content":"Two","id":"mine"}]}""",
            """{"role":"assistant","content":"Three","thinking_blocks":[{"type":"thinking","thinking":"Hm.","signature":"s"}]}"""
        );

        var request = await _history.ResumeAsync(
            Read(
                """{"model":"m","input":[{"type":"item_reference","id":"msg_a1i0"},{"id":"rs_a1o0"},{"type":"item_reference","id":"msg_a1o1"},{"role":"user","content":"Four"}]}"""
            ),
            "key",
            Token
        );

        Assert.Equal(["user: One", "assistant: Three", "user: Four"], request.Messages.Select(m => m.ToString()));
        Assert.Equal("s", request.Messages[1].ThinkingBlocks![0].Signature);
        // What is stored of it needs no references any more.
        Assert.All(
            ResponsesEnvelope.Of(request).Input,
            i => Assert.True(i.TryGetProperty("role", out _) || i.TryGetProperty("summary", out _))
        );
    }

    /// <summary>A few bytes may stand for many, and be repeated.</summary>
    [Fact]
    public async Task References_ToMoreThanARequestMayHold_AreRefused()
    {
        await AnswerAsync(
            "resp_a1",
            $$"""{"model":"m","input":"{{new string('x', 1 << 20)}}"}""",
            """{"role":"assistant","content":"Three"}"""
        );
        var references = string.Join(',', Enumerable.Repeat("""{"type":"item_reference","id":"msg_a1i0"}""", 100));

        var e = await Assert.ThrowsAsync<LlmBadRequestException>(async () =>
            await _history.ResumeAsync(Read($$"""{"model":"m","input":[{{references}}]}"""), "key", Token)
        );

        Assert.Equal("input[63]", e.Param);
        Assert.Contains("64 MiB", e.Message, StringComparison.Ordinal);
    }

    /// <summary>An item that a provider gave is kept alone, and used up to its size once.</summary>
    [Fact]
    public async Task ReferenceToALargeItem_IsChargedOnce()
    {
        var history = new ResponseHistory(
            new MemoryResponseStore(new ManualTimeProvider(), new() { MaxResponseBytes = 50 << 20 }),
            new ManualTimeProvider()
        );
        var answer =
            $$"""{"id":"resp_up","output":[{"id":"msg_up","type":"message","role":"assistant","content":"{{new string('x', 40 << 20)}}"}]}""";
        await history.SaveAsync(Read(Hello), Encoding.UTF8.GetBytes(answer), "key", "one", Token);

        var next = await history.ResumeAsync(
            Read("""{"model":"m","input":[{"type":"item_reference","id":"msg_up"}]}"""),
            "key",
            Token
        );

        Assert.Equal(40 << 20, next.Messages.Single().Text!.Length);
    }

    [Fact]
    public async Task TooLargeToBeKept_IsSaid_AndNoPartOfItIsKept()
    {
        var store = new MemoryResponseStore(new ManualTimeProvider(), new() { MaxResponseBytes = 100 });
        var history = new ResponseHistory(store, new ManualTimeProvider());
        var answer = $$"""{"id":"resp_up","output":[{"id":"msg_up"}],"x":"{{new string('x', 100)}}"}""";

        var e = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await history.SaveAsync(Read(Hello), Encoding.UTF8.GetBytes(answer), "key", "one", Token)
        );

        Assert.Contains("bytes", e.Message, StringComparison.Ordinal);
        Assert.Null(await store.GetAsync("key", "msg_up", Token));
    }

    [Theory]
    [InlineData("msg_a1o7")]
    [InlineData("msg_b1o0")]
    [InlineData("x")]
    [InlineData("_o")]
    public async Task UnknownReference_IsNotFound(string id)
    {
        await AnswerAsync("resp_a1", Hello, """{"role":"assistant","content":"Hi"}""");

        var e = await Assert.ThrowsAsync<LlmNotFoundException>(async () =>
            await _history.ResumeAsync(
                Read($$"""{"model":"m","input":[{"type":"item_reference","id":"{{id}}"}]}"""),
                "key",
                Token
            )
        );

        Assert.Equal("input[0]", e.Param);
        Assert.Contains($"'{id}'", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("resp_a1", "other")]
    [InlineData("resp_zz", "key")]
    public async Task UnknownOrForeignResponse_IsNotFound(string id, string owner)
    {
        await AnswerAsync("resp_a1", Hello, """{"role":"assistant","content":"Hi"}""");
        var next = Read($$"""{"model":"m","previous_response_id":"{{id}}","input":"x"}""");

        var e = await Assert.ThrowsAsync<LlmBadRequestException>(async () =>
            await _history.ResumeAsync(next, owner, Token)
        );
        Assert.Equal(("previous_response_id", "previous_response_not_found"), (e.Param, e.Code));

        foreach (
            var ask in (Func<Task>[])
                [
                    async () => await _history.GetAsync(id, owner, Token),
                    async () => await _history.DeleteAsync(id, owner, Token),
                    async () => await _history.GetInputItemsAsync(id, owner, new ItemPage(), Token),
                ]
        )
        {
            var missing = await Assert.ThrowsAsync<LlmNotFoundException>(ask);
            Assert.Equal(404, (int?)missing.StatusCode);
            Assert.Equal($"Response with id '{id}' not found.", missing.Message);
        }
    }

    [Fact]
    public async Task GapInTheChain_IsNotFound()
    {
        await AnswerAsync("resp_a1", Hello, """{"role":"assistant","content":"1"}""");
        await AnswerAsync(
            "resp_b2",
            """{"model":"m","previous_response_id":"resp_a1","input":"x"}""",
            """{"role":"assistant","content":"2"}"""
        );
        await _history.DeleteAsync("resp_a1", "key", Token);

        var e = await Assert.ThrowsAsync<LlmBadRequestException>(async () =>
            await _history.ResumeAsync(
                Read("""{"model":"m","previous_response_id":"resp_b2","input":"x"}"""),
                "key",
                Token
            )
        );
        Assert.Contains("'resp_a1'", e.Message, StringComparison.Ordinal);
    }

    /// <summary>A provider's own answer may lack what is documented.</summary>
    [Fact]
    public async Task StoredWithoutOutput_IsBuiltOn()
    {
        await _history.SaveAsync(
            Read(Hello),
            """{"id":"resp_up","status":"incomplete"}"""u8.ToArray(),
            "key",
            "one",
            Token
        );

        var next = await _history.ResumeAsync(
            Read("""{"model":"m","previous_response_id":"resp_up","input":"And?"}"""),
            "key",
            Token
        );

        Assert.Equal("And?", next.Messages[^1].Text);
        Assert.Equal("one", ResponsesEnvelope.Of(next).Upstream);
        await _history.DeleteAsync("resp_up", "key", Token);
    }

    [Fact]
    public async Task StoreFalse_KeepsNothing()
    {
        await AnswerAsync("resp_a1", """{"model":"m","input":"x","store":false}""", """{"role":"assistant"}""");

        Assert.Null(await _store.GetAsync("key", "resp_a1", Token));
    }

    [Fact]
    public async Task Retrieved_IsTheAnswer_AndDeleted_IsGone()
    {
        var answer = await AnswerAsync("resp_a1", Hello, """{"role":"assistant","content":"Hi"}""");

        Assert.Equal(answer, Text(await _history.GetAsync("resp_a1", "key", Token)));
        AssertSame(
            """{"id":"resp_a1","object":"response","deleted":true}""",
            Text(await _history.DeleteAsync("resp_a1", "key", Token))
        );
        await Assert.ThrowsAsync<LlmNotFoundException>(async () => await _history.GetAsync("resp_a1", "key", Token));
    }

    [Fact]
    public async Task InputItems_AreAllThatTheResponseWasMadeFrom()
    {
        await AnswerAsync("resp_a1", """{"model":"m","input":"One"}""", """{"role":"assistant","content":"Two"}""");
        await AnswerAsync(
            "resp_b2",
            """{"model":"m","previous_response_id":"resp_a1","input":[{"role":"user","content":"Three"},{"type":"function_call_output","call_id":"c","output":"4"},{"role":"assistant","content":"Five"}]}""",
            """{"role":"assistant","content":"Six"}"""
        );

        AssertSame(
            """
            {"object":"list","data":[
              {"id":"msg_a1i0","type":"message","status":"completed","role":"user","content":[{"type":"input_text","text":"One"}]},
              {"id":"msg_a1o0","type":"message","status":"completed","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"Two"}],"role":"assistant"},
              {"id":"msg_b2i0","type":"message","status":"completed","role":"user","content":[{"type":"input_text","text":"Three"}]},
              {"id":"fco_b2i1","type":"function_call_output","call_id":"c","output":"4"},
              {"id":"msg_b2i2","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Five","annotations":[]}]}],
             "first_id":"msg_a1i0","last_id":"msg_b2i2","has_more":false}
            """,
            Text(await _history.GetInputItemsAsync("resp_b2", "key", ItemPage.Parse(null, "asc", null), Token))
        );

        var page = JsonNode.Parse(
            Text(await _history.GetInputItemsAsync("resp_b2", "key", ItemPage.Parse("2", null, "msg_b2i2"), Token))
        )!;
        Assert.Equal(["fco_b2i1", "msg_b2i0"], page["data"]!.AsArray().Select(i => (string?)i!["id"]));
        Assert.True((bool?)page["has_more"]);
    }

    [Theory]
    [InlineData("0", null, null, "limit")]
    [InlineData("101", null, null, "limit")]
    [InlineData("many", null, null, "limit")]
    [InlineData(null, "up", null, "order")]
    [InlineData(null, null, "msg_none", "after")]
    public void BadPage_IsRefused(string? limit, string? order, string? after, string param)
    {
        var e = Assert.Throws<LlmBadRequestException>(() => ItemPage.Parse(limit, order, after).Write([]));
        Assert.Equal(param, e.Param);
    }

    [Fact]
    public async Task EndlessConversation_IsRefused()
    {
        for (var i = 0; i <= 1000; i++)
        {
            await _store.SaveAsync(
                new StoredResponse(
                    "key",
                    $"resp_{i}",
                    1767323045,
                    i == 0 ? null : $"resp_{i - 1}",
                    "[]"u8.ToArray(),
                    """{"output":[]}"""u8.ToArray()
                ),
                Token
            );
        }

        var e = await Assert.ThrowsAsync<LlmBadRequestException>(async () =>
            await _history.ResumeAsync(
                Read("""{"model":"m","previous_response_id":"resp_1000","input":"x"}"""),
                "key",
                Token
            )
        );
        Assert.Contains("too long", e.Message, StringComparison.Ordinal);
    }

    private async Task<string> AnswerAsync(string id, string body, string message)
    {
        var request = await _history.ResumeAsync(Read(body), "key", Token);
        request = request with { Origin = ResponsesEnvelope.Of(request) with { ResponseId = id } };
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        Format.WriteResponse(output, Completion(message), Context(request));
        await _history.SaveAsync(request, output.WrittenMemory, "key", null, Token);
        return Text(output.WrittenMemory);
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
