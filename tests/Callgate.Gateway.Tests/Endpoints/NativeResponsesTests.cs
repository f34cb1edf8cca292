using System.Text.Json;
using System.Text.RegularExpressions;
using Callgate.Caching;
using Callgate.Formats.Responses;
using Callgate.Providers;
using Callgate.Testing;

namespace Callgate.Gateway.Tests.Endpoints;

/// <summary>The Responses API in front of a provider that speaks it: bytes pass through, and what they refer to belongs to a key.</summary>
public partial class NativeResponsesTests
{
    private const string Answer =
        """{"id":"resp_up1","object":"response","created_at":1,"status":"completed","error":null,"model":"gpt-4o-mini-2024","output":[{"id":"ws_1","type":"web_search_call","status":"completed"},{"id":"msg_up1","type":"message","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Hi","annotations":[]}]}],"usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4},"output_tokens":3,"total_tokens":12},"new_field":{"model":"x"}}""";

    private static Task<GatewayHost> StartAsync() => GatewayHost.StartAsync(GatewayHost.Models(withNative: true));

    private static string IdOf(string body) => JsonDocument.Parse(body).RootElement.GetProperty("id").GetString()!;

    [Fact]
    public async Task RequestAndAnswer_AreTheirBytes_UnderTheClientsNameOfTheModel()
    {
        await using var gateway = await StartAsync();
        gateway.Provider.Enqueue(FakeReply.Json(Answer));

        var (status, body) = await gateway.SendAsync(
            "/v1/responses",
            """{"model":"native","input":"Hello", "tools":[{"type":"web_search"}],"metadata":{"a":"b"},"tags":["t"]}"""
        );

        Assert.Equal((200, Answer.Replace("gpt-4o-mini-2024", "native", StringComparison.Ordinal)), (status, body));
        var sent = Assert.Single(gateway.Provider.Requests);
        Assert.Equal("/v1/responses", sent.Path);
        Assert.Equal(
            """{"model":"gpt-4o-mini","input":"Hello","tools":[{"type":"web_search"}],"metadata":{"a":"b"}}""",
            sent.BodyText
        );
        var call = Assert.Single(await gateway.EndsAsync());
        Assert.Equal((9L, 4L, 3L), (call.Usage.PromptTokens, call.Usage.CachedTokens, call.Usage.CompletionTokens));
        Assert.Equal("Hi", gateway.Events.Answers.Single()?.Text);

        var token = TestContext.Current.CancellationToken;
        Assert.Equal(body, await gateway.Http.GetStringAsync("/v1/responses/resp_up1", token));
        Assert.Contains(
            "Hello",
            await gateway.Http.GetStringAsync("/v1/responses/resp_up1/input_items", token),
            StringComparison.Ordinal
        );
        using var other = gateway.NewClient(await gateway.NewKeyAsync());
        foreach (var (client, id) in new[] { (other, "resp_up1"), (gateway.Http, "msg_up1") })
        {
            using var read = await client.GetAsync($"/v1/responses/{id}", token);
            Assert.Equal(404, (int)read.StatusCode);
        }
    }

    [Fact]
    public async Task Stream_ShowsTheClientsModel_InEveryEvent_AndIsKept()
    {
        await using var gateway = await StartAsync();

        var (_, body) = await gateway.SendAsync(
            "/v1/responses",
            """{"model":"native","input":"Hello","stream":true}"""
        );

        Assert.Equal(["native", "native", "native"], Model().Matches(body).Select(m => m.Groups[1].Value));
        Assert.EndsWith("}\n\n", body, StringComparison.Ordinal);
        var last = JsonDocument.Parse(body[(body.LastIndexOf("data: ", StringComparison.Ordinal) + 6)..]).RootElement;
        Assert.Equal("response.completed", last.GetProperty("type").GetString());
        var response = last.GetProperty("response");
        Assert.Equal(
            response.GetRawText(),
            await gateway.Http.GetStringAsync(
                $"/v1/responses/{response.GetProperty("id").GetString()}",
                TestContext.Current.CancellationToken
            )
        );
        var call = Assert.Single(await gateway.EndsAsync());
        Assert.Equal((CallOutcome.Completed, UsageSource.Reported), (call.Outcome, call.Usage.Source));
        Assert.Equal("stop", ((Wire.ChatCompletion)gateway.Events.Answers.Single()!.Typed).Choices[0].FinishReason);
    }

    [Fact]
    public async Task StreamThatBreaksOff_IsEndedUnderItsOwnIdAndNumbers()
    {
        await using var gateway = await StartAsync();
        gateway.Provider.Enqueue(FakeReply.Mock() with { CutAfterBytes = 3500 });

        var (_, body) = await gateway.SendAsync(
            "/v1/responses",
            """{"model":"native","input":"Hello","stream":true}"""
        );

        var events = body.Split('\n')
            .Where(l => l.StartsWith("data: ", StringComparison.Ordinal))
            .Select(l => JsonDocument.Parse(l[6..]).RootElement)
            .ToList();
        Assert.Equal(
            Enumerable.Range(0, events.Count),
            events.Select(e => e.GetProperty("sequence_number").GetInt32())
        );
        Assert.Equal("response.failed", events[^1].GetProperty("type").GetString());
        Assert.Equal("error", events[^2].GetProperty("type").GetString());
        Assert.Single(events, e => e.GetProperty("type").GetString() == "response.created");
        Assert.Equal(
            events[0].GetProperty("response").GetProperty("id").GetString(),
            events[^1].GetProperty("response").GetProperty("id").GetString()
        );
        var call = Assert.Single(await gateway.EndsAsync());
        Assert.Equal((CallOutcome.UpstreamFailed, UsageSource.Estimated), (call.Outcome, call.Usage.Source));
        Assert.True(call.Usage.CompletionTokens > 0);
    }

    [Theory]
    [InlineData("", 429)]
    [InlineData(""","stream":true""", 429)]
    public async Task ResponseThatFailed_IsAnError(string extra, int expected)
    {
        await using var gateway = await StartAsync();
        const string failed =
            """{"id":"resp_1","object":"response","status":"failed","error":{"code":"rate_limit_exceeded","message":"Slow down."},"model":"m","output":[]}""";
        gateway.Provider.Enqueue(
            extra.Length == 0
                ? FakeReply.Json(failed)
                : FakeReply.Sse(
                    $$"""
                    event: response.failed
                    data: {"type":"response.failed","sequence_number":0,"response":{{failed}}}


                    """
                )
        );

        var (status, body) = await gateway.SendAsync(
            "/v1/responses",
            $$"""{"model":"native","input":"Hello"{{extra}}}"""
        );

        Assert.Equal(expected, status);
        Assert.Contains("Slow down.", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""" "previous_response_id":"resp_up1","input":"And?" """, 400)]
    [InlineData(""" "input":[{"type":"item_reference","id":"msg_up1"},{"role":"user","content":"And?"}] """, 404)]
    public async Task WhatIsKeptUpstream_IsReferredToByIts_OwnerAlone(string fields, int expected)
    {
        await using var gateway = await StartAsync();
        gateway.Provider.Enqueue(FakeReply.Json(Answer));
        await gateway.SendAsync("/v1/responses", """{"model":"native","input":"Hello"}""");
        using var other = gateway.NewClient(await gateway.NewKeyAsync());
        var next = $$"""{"model":"native","tools":[{"type":"web_search"}],{{fields.Trim()}}}""";

        var (refused, _) = await gateway.SendAsync("/v1/responses", next, other);
        Assert.Equal(expected, refused);
        Assert.Single(gateway.Provider.Requests);

        Assert.Equal(200, (await gateway.SendAsync("/v1/responses", next)).Status);
        Assert.Equal(2, gateway.Provider.Requests.Count);
        Assert.Equal("/v1/responses", gateway.Provider.Requests[^1].Path);
        Assert.Contains(fields.Trim(), gateway.Provider.Requests[^1].BodyText, StringComparison.Ordinal);
        // Whoever builds on it sees all of it.
        await gateway.EndsAsync();
        Assert.Contains(gateway.Events.Successes[^1].Messages, m => m.Text == "Hi");

        using var deleted = await gateway.Http.DeleteAsync(
            "/v1/responses/resp_up1",
            TestContext.Current.CancellationToken
        );
        Assert.Equal(expected, (await gateway.SendAsync("/v1/responses", next)).Status);
    }

    [Fact]
    public async Task Conversation_StaysAtTheDeploymentThatKeepsIt_UntilThatFails()
    {
        await using var gateway = await GatewayHost.StartAsync(
            """
            model_list:
              - model_name: native
                litellm_params: {model: openai/one, api_base: PROVIDER/v1, api_key: k, use_chat_completions_api: false}
              - model_name: native
                litellm_params: {model: openai/other, api_base: PROVIDER/v1, api_key: k, use_chat_completions_api: false}
            litellm_settings:
              num_retries: 1
            """
        );
        var (_, body) = await gateway.SendAsync("/v1/responses", """{"model":"native","input":"I am Ada."}""");
        for (var turn = 1; turn <= 8; turn++)
        {
            (_, body) = await gateway.SendAsync(
                "/v1/responses",
                $$"""{"model":"native","input":"{{turn}}","previous_response_id":"{{IdOf(body)}}"}"""
            );
        }

        var home = Assert.Single(gateway.Provider.Requests.Select(r => (r.Path, ModelOf(r))).Distinct());
        Assert.Equal("/v1/responses", home.Path);

        gateway.Provider.Enqueue(FakeReply.Error(500));
        var (status, _) = await gateway.SendAsync(
            "/v1/responses",
            $$"""{"model":"native","input":"Who am I?","previous_response_id":"{{IdOf(body)}}"}"""
        );

        Assert.Equal(200, status);
        Assert.Equal(home, (gateway.Provider.Requests[^2].Path, ModelOf(gateway.Provider.Requests[^2])));
        var last = gateway.Provider.Requests[^1];
        Assert.NotEqual(home.Item2, ModelOf(last));
        Assert.Equal("/v1/chat/completions", last.Path);
        Assert.Contains("I am Ada.", last.BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatAnotherModelCannotBeTold_IsRefusedThere_AndRecordsOfSearchesAreLeftOut()
    {
        await using var gateway = await StartAsync();
        gateway.Provider.Enqueue(FakeReply.Json(Answer));
        await gateway.SendAsync("/v1/responses", """{"model":"native","input":"Hello"}""");
        const string next = """{"model":"claude","previous_response_id":"resp_up1","input":"And?"}""";

        Assert.Equal(200, (await gateway.SendAsync("/v1/responses", next)).Status);

        gateway.Provider.Enqueue(
            FakeReply.Json(Answer.Replace("web_search_call", "image_generation_call", StringComparison.Ordinal))
        );
        await gateway.SendAsync("/v1/responses", """{"model":"native","input":"Paint"}""");
        var sent = gateway.Provider.Requests.Count;

        var (status, body) = await gateway.SendAsync("/v1/responses", next);

        Assert.Equal(400, status);
        Assert.Contains("'image_generation_call'", body, StringComparison.Ordinal);
        Assert.Contains("previous_response_id", body, StringComparison.Ordinal);
        Assert.Equal(sent, gateway.Provider.Requests.Count);
        // Where it is kept, it goes on.
        var (there, _) = await gateway.SendAsync(
            "/v1/responses",
            next.Replace("claude", "native", StringComparison.Ordinal)
        );
        Assert.Equal((200, "/v1/responses"), (there, gateway.Provider.Requests[^1].Path));
    }

    [Fact]
    public async Task WhatWasTranslated_IsTranslatedOn_AndTakesNoToolsOfOpenAis()
    {
        await using var gateway = await StartAsync();
        var (_, first) = await gateway.SendAsync("/v1/responses", """{"model":"claude","input":"I am Ada."}""");
        var next = $$"""{"model":"native","previous_response_id":"{{IdOf(first)}}","input":"Who am I?" """;

        Assert.Equal(200, (await gateway.SendAsync("/v1/responses", next + "}")).Status);
        Assert.Equal("/v1/chat/completions", gateway.Provider.Requests[^1].Path);
        Assert.Contains("I am Ada.", gateway.Provider.Requests[^1].BodyText, StringComparison.Ordinal);

        var (status, body) = await gateway.SendAsync("/v1/responses", next + ""","tools":[{"type":"web_search"}]}""");
        Assert.Equal(400, status);
        Assert.Contains("web_search", body, StringComparison.Ordinal);
        Assert.Equal(2, gateway.Provider.Requests.Count);
    }

    [Theory]
    [InlineData(""" "background":true """)]
    [InlineData(""" "conversation":"conv_1" """)]
    public async Task WhatHasNoBillOrNoOwner_IsRefused(string field)
    {
        await using var gateway = await StartAsync();

        var (status, body) = await gateway.SendAsync(
            "/v1/responses",
            $$"""{"model":"native","input":"Hello",{{field}}}"""
        );

        Assert.Equal(400, status);
        Assert.Contains("unsupported_parameter", body, StringComparison.Ordinal);
        Assert.Empty(gateway.Provider.Requests);
        Assert.Equal(CallOutcome.Rejected, Assert.Single(await gateway.EndsAsync()).Outcome);
    }

    [Fact]
    public async Task ReasoningThatWasSealedHere_IsOpenedHere()
    {
        await using var gateway = await StartAsync();

        await gateway.SendAsync(
            "/v1/responses",
            """{"model":"native","input":[{"type":"reasoning","summary":[],"encrypted_content":"callgate.thinking.abc"},{"role":"user","content":"Hello"}]}"""
        );

        Assert.Equal("/v1/chat/completions", Assert.Single(gateway.Provider.Requests).Path);

        await gateway.SendAsync("/v1/responses", """{"model":"native","input":"callgate.thinking.abc"}""");
        Assert.Equal("/v1/responses", gateway.Provider.Requests[^1].Path);
    }

    [Fact]
    public async Task Fallback_IsTranslated()
    {
        await using var gateway = await StartAsync();
        gateway.Provider.Enqueue(FakeReply.Error(500));

        var (status, body) = await gateway.SendAsync(
            "/v1/responses",
            """{"model":"native","input":"Hello","fallbacks":["claude"]}"""
        );

        Assert.Equal(200, status);
        Assert.Contains("\"model\":\"claude\"", body, StringComparison.Ordinal);
        Assert.Equal(["/v1/responses", "/v1/messages"], gateway.Provider.Requests.Select(r => r.Path));
        using var kept = await gateway.Http.GetAsync(
            $"/v1/responses/{IdOf(body)}",
            TestContext.Current.CancellationToken
        );
        Assert.Equal(200, (int)kept.StatusCode);
    }

    [Fact]
    public async Task StoredPrompt_NeedsNoInput()
    {
        await using var gateway = await StartAsync();
        gateway.Provider.Enqueue(FakeReply.Json(Answer));

        var (status, _) = await gateway.SendAsync(
            "/v1/responses",
            """{"model":"native","prompt":{"id":"pmpt_1"},"store":false}"""
        );

        Assert.Equal(200, status);
        using var kept = await gateway.Http.GetAsync("/v1/responses/resp_up1", TestContext.Current.CancellationToken);
        Assert.Equal(404, (int)kept.StatusCode);
    }

    [Fact]
    public async Task WhatOnlyTheProviderReads_IsAnotherAnswerToTheCache()
    {
        await using var gateway = await GatewayHost.StartAsync(
            GatewayHost.Models(withNative: true),
            o => o.ConfigureClient = c => c.Cache = new InMemoryCallCache(timeProvider: TimeProvider.System)
        );
        foreach (var prompt in (string[])["pmpt_1", "pmpt_2", "pmpt_2"])
        {
            await gateway.SendAsync(
                "/v1/responses",
                $$"""{"model":"native","prompt":{"id":"{{prompt}}"},"input":"Hi"}"""
            );
        }

        Assert.Equal(2, gateway.Provider.Requests.Count);
    }

    [Theory]
    [InlineData("openai", "https://api.openai.com/v1", null, null, true)]
    [InlineData("openai", "https://api.openai.com/v1", null, true, false)]
    [InlineData("openai", "http://vllm:8000/v1", null, null, false)]
    [InlineData("openai", "http://vllm:8000/v1", null, false, true)]
    [InlineData("azure", "https://x.openai.azure.com", "2024-10-21", null, false)]
    [InlineData("azure", "https://x.openai.azure.com", "preview", null, true)]
    [InlineData("azure", "https://x.openai.azure.com/openai/v1", null, null, true)]
    [InlineData("anthropic", "https://api.anthropic.com", null, null, false)]
    public void Provider_SpeaksIt_WhereItIsKnownTo(
        string provider,
        string apiBase,
        string? version,
        bool? chat,
        bool expected
    ) =>
        Assert.Equal(
            expected,
            ProviderTable
                .Find(provider)!
                .Speaks(
                    new ResponsesFormat(),
                    new ProviderTarget("m", apiBase, "k", false, version, false, UseChatCompletionsApi: chat)
                )
        );

    private static string ModelOf(RecordedRequest request) =>
        JsonDocument.Parse(request.BodyText).RootElement.GetProperty("model").GetString()!;

    [GeneratedRegex("\"model\":\"([^\"]*)\"")]
    private static partial Regex Model();
}
