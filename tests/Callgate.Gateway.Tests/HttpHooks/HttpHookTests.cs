using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Callgate.Gateway.HttpHooks;
using Callgate.Gateway.UserCode;
using Callgate.Testing;
using Callgate.Tests;
using Callgate.Wire;

namespace Callgate.Gateway.Tests.HttpHooks;

public sealed class HttpHookTests : IAsyncLifetime
{
    private static readonly ChatRequest s_request = new()
    {
        Model = "gpt-4o",
        Messages = [Message.User("Grüße")],
        AdditionalProperties = ExtraFields.Parse("""{"top_k":5}"""),
    };

    private static readonly PreCallContext s_preCall = new()
    {
        LitellmCallId = "call-1",
        CallType = "acompletion",
        Data = s_request,
        Metadata = new Dictionary<string, object?> { ["team"] = "blue", ["api_key"] = "sk-hidden" },
        UserApiKey = new UserApiKey
        {
            KeyHash = "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b",
            TeamAlias = "interns",
            Models = ["gpt-4o"],
            Spend = 1.25m,
            Metadata = new Dictionary<string, object?> { ["seat"] = 7 },
        },
    };

    private FakeProvider _service = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _service = await FakeProvider.StartAsync(cancellationToken: Token);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    private HttpHookLogger NewHook(
        string hooks,
        string? secret = null,
        TimeProvider? time = null,
        TimeSpan? timeout = null
    ) =>
        new(
            new HttpHookSettings
            {
                Name = "guard",
                Endpoint = $"{_service.BaseAddress}check?tenant=secret-query",
                Hooks = hooks.Split(','),
                Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer token-1" },
                Secret = secret,
                Timeout = timeout ?? TimeSpan.FromSeconds(30),
            },
            time ?? TimeProvider.System
        );

    private void Reply(string json) => _service.Enqueue(FakeReply.Json(json, 200));

    [Fact]
    public async Task PreCall_SendsTheRequest_AndWhoCalls()
    {
        Reply("""{"action":"continue"}""");

        var result = await NewHook("pre_call").PreCallHookAsync(s_preCall, Token);

        Assert.Equal(default, result);
        var request = Assert.Single(_service.Requests);
        Assert.Equal(
            """{"version":"1","hook":"pre_call","call_id":"call-1","call_type":"acompletion","user_api_key":{"key_hash":"88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b","key_alias":null,"user_id":null,"user_email":null,"team_id":null,"team_alias":"interns","org_id":null,"end_user_id":null,"models":["gpt-4o"],"metadata":{"seat":7},"spend":1.25,"max_budget":null},"metadata":{"team":"blue","api_key":"***"},"data":{"model":"gpt-4o","messages":[{"role":"user","content":"Grüße"}],"top_k":5}}""",
            request.BodyText
        );
        Assert.Equal("POST", request.Method);
        Assert.Equal("/check", request.Path);
        Assert.Equal("application/json", request.Headers["content-type"]);
        Assert.Equal("Bearer token-1", request.Headers["authorization"]);
        Assert.Equal("pre_call", request.Headers["x-callgate-hook"]);
        Assert.Equal("call-1", request.Headers["x-callgate-call-id"]);
        Assert.False(request.Headers.ContainsKey("x-callgate-signature"));
    }

    [Fact]
    public async Task PreCall_TakesAnotherRequest()
    {
        Reply(
            """{"action":"replace","data":{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hello"}],"top_k":6},"more":1}"""
        );

        var result = await NewHook("pre_call").PreCallHookAsync(s_preCall, Token);

        Assert.Equal(HookDecision.Replace, result.Decision);
        var replaced = Assert.IsType<ChatRequest>(result.Value);
        Assert.Equal("gpt-4o-mini", replaced.Model);
        Assert.Equal("Hello", replaced.Messages[0].Text);
        Assert.Equal(6, replaced.AdditionalProperties!["top_k"].GetInt32());
    }

    [Theory]
    [InlineData("""{"action":"reject","status":451,"message":"Not here"}""", 451, "Not here")]
    [InlineData("""{"action":"reject"}""", 403, "Refused by guard.")]
    public async Task PreCall_Rejects(string reply, int status, string message)
    {
        Reply(reply);

        var result = await NewHook("pre_call").PreCallHookAsync(s_preCall, Token);

        var rejection = Assert.IsType<RejectException>(result.Value);
        Assert.Equal(status, (int)rejection.StatusCode!);
        Assert.Equal(message, rejection.Message);
    }

    [Theory]
    [InlineData("""{"action":"answer","text":"Canned"}""")]
    [InlineData(
        """{"action":"answer","response":{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"Canned"},"finish_reason":"stop"}]}}"""
    )]
    public async Task PreCall_Answers(string reply)
    {
        Reply(reply);

        var result = await NewHook("pre_call").PreCallHookAsync(s_preCall, Token);

        Assert.Equal(HookDecision.Answer, result.Decision);
        var answer = Assert.IsType<ChatCompletion>(result.Value);
        Assert.Equal("Canned", answer.Text);
        Assert.Equal("stop", answer.Choices[0].FinishReason);
    }

    [Fact]
    public async Task PreCall_OfEmbeddings_TakesEmbeddings()
    {
        var context = s_preCall with
        {
            Data = new EmbeddingRequest { Model = "e", Input = ["a"] },
        };
        Reply("""{"action":"replace","data":{"model":"e","input":"b"}}""");
        Reply("""{"action":"answer","response":{"data":[{"index":0,"embedding":[0.5]}]}}""");
        var hook = NewHook("pre_call");

        Assert.Equal(["b"], ((EmbeddingRequest)(await hook.PreCallHookAsync(context, Token)).Value!).Input);
        Assert.Single(((EmbeddingResponse)(await hook.PreCallHookAsync(context, Token)).Value!).Data);
        Assert.Contains(
            "\"data\":{\"model\":\"e\",\"input\":[\"a\"]}",
            _service.Requests[0].BodyText,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task PreRequest_TakesAnotherRequest_OrRejects_AndNoAnswer()
    {
        Reply("""{"action":"replace","data":{"model":"gpt-4o","messages":[{"role":"user","content":"Hello"}]}}""");
        Reply("""{"action":"reject","status":400,"message":"No tools"}""");
        Reply("""{"action":"answer","text":"Canned"}""");
        var hook = NewHook("pre_request");
        var context = new PreRequestContext { Data = s_request };

        var replaced = (ChatRequest)(await hook.PreRequestHookAsync(context, Token)).Value!;
        var rejection = (RejectException)(await hook.PreRequestHookAsync(context, Token)).Value!;

        Assert.Equal("Hello", replaced.Messages[0].Text);
        Assert.Equal("No tools", rejection.Message);
        await Assert.ThrowsAsync<HttpHookException>(async () => await hook.PreRequestHookAsync(context, Token));
        Assert.Contains("\"hook\":\"pre_request\"", _service.Requests[0].BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Moderation_ContinuesOrRejects()
    {
        Reply("""{"action":"continue"}""");
        Reply("""{"action":"reject","status":400,"message":"Unsafe"}""");
        var hook = NewHook("moderation");
        var context = new ModerationContext { Data = s_request };

        Assert.Equal(default, await hook.ModerationHookAsync(context, Token));
        Assert.Equal("Unsafe", ((RejectException)(await hook.ModerationHookAsync(context, Token)).Value!).Message);
    }

    [Fact]
    public async Task PostCallSuccess_TakesAnotherAnswer_OrAnotherText()
    {
        var context = new PostCallContext
        {
            Data = s_request,
            Response = new ChatCompletion
            {
                Id = "chatcmpl-1",
                Choices = [new Choice { Message = Message.Assistant("A secret"), FinishReason = "length" }],
                HiddenParams = new HiddenParams { CallId = "call-1", ResponseCost = 0.5m },
            },
        };
        Reply("""{"action":"replace","text":"A ***"}""");
        Reply(
            """{"action":"replace","response":{"id":"new","choices":[{"index":0,"message":{"role":"assistant","content":"Other"}}]}}"""
        );
        var hook = NewHook("post_call_success");

        var text = (ChatCompletion)(await hook.PostCallSuccessHookAsync(context, Token)).Value!;
        var whole = (ChatCompletion)(await hook.PostCallSuccessHookAsync(context, Token)).Value!;

        Assert.Equal(("A ***", "chatcmpl-1", "length"), (text.Text, text.Id, text.Choices[0].FinishReason));
        Assert.Equal(("Other", "new", 0.5m), (whole.Text, whole.Id, whole.HiddenParams.ResponseCost));
        Assert.EndsWith(
            "\"response\":{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"A secret\"},\"finish_reason\":\"length\"}],\"id\":\"chatcmpl-1\"}}",
            _service.Requests[0].BodyText,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task PostCallStreaming_SeesEachChunk_AndMayChangeItsText()
    {
        var chunk = ChatChunk.FromBytes(
            """{"id":"c","choices":[{"index":0,"delta":{"content":"secret"}}]}"""u8.ToArray(),
            null
        );
        var context = new StreamChunkContext
        {
            LitellmCallId = "call-1",
            Data = s_request,
            Chunk = chunk,
        };
        Reply("""{"action":"replace","text":"***"}""");

        var result = await NewHook("post_call_streaming").PostCallStreamingHookAsync(context, Token);

        Assert.Equal("***", Assert.IsType<ChatChunk>(result.Value).Text);
        var body = _service.Requests[0].BodyText;
        Assert.EndsWith(
            "\"text\":\"secret\",\"chunk\":{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"secret\"}}]}}",
            body,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("\"data\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PostCallFailure_MayBecomeAnotherFailure()
    {
        var context = new PostCallFailureContext
        {
            Data = s_request,
            OriginalException = LlmException.Create(LlmErrorKind.RateLimit, "Too many requests."),
        };
        Reply("""{"action":"reject","status":503,"message":"Come back later"}""");

        var result = await NewHook("post_call_failure").PostCallFailureHookAsync(context, Token);

        Assert.Equal(503, (int)((RejectException)result.Value!).StatusCode!);
        Assert.EndsWith(
            "\"error\":{\"status\":429,\"type\":\"RateLimitError\",\"message\":\"Too many requests.\"}}",
            _service.Requests[0].BodyText,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task ResponseHeaders_AreAdded()
    {
        var context = new ResponseHeadersContext
        {
            Data = s_request,
            RequestHeaders = new Dictionary<string, string> { ["x-trace"] = "7" },
        };
        Reply("""{"action":"continue","headers":{"x-checked-by":"guard"}}""");

        var headers = await NewHook("response_headers").PostCallResponseHeadersHookAsync(context, Token);

        Assert.Equal("guard", headers!["x-checked-by"]);
        Assert.EndsWith(
            "\"response\":null,\"request_headers\":{\"x-trace\":\"7\"}}",
            _service.Requests[0].BodyText,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Events_AreSent_WholeAsTheLogHasThem()
    {
        _service.DefaultReply = FakeReply.Json("", 204);
        await using var client = new LlmClient(
            new LlmClientOptions
            {
                LoggerFactory = Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
                Callbacks = [NewHook("success_event,failure_event")],
            }
        );

        await client.CompleteAsync("mock/gpt-4o-mini", [Message.User("Hi")], null, Token);
        await Assert.ThrowsAsync<LlmNotFoundException>(() =>
            client.CompleteAsync(
                "mock/gpt-4o-mini",
                [Message.User("Hi")],
                new CallOptions { Mock = new() { ErrorStatus = 404 } },
                Token
            )
        );
        var counts = await client.FlushAsync(cancellationToken: Token);

        Assert.Equal((2, 0), (counts.Delivered, counts.Failed));
        var bodies = _service.Requests.Select(r => JsonDocument.Parse(r.Body).RootElement).ToList();
        Assert.Equal(["success_event", "failure_event"], bodies.Select(b => b.GetProperty("hook").GetString()));
        Assert.Equal(
            ["success", "failure"],
            bodies.Select(b => b.GetProperty("event").GetProperty("status").GetString())
        );
    }

    [Fact]
    public void OnlyTheConfiguredHooks_AreCalled()
    {
        Assert.Equal(
            Hooks.PreCallHookAsync | Hooks.LogFailureEventAsync,
            HookScan.HooksOf(NewHook("pre_call,failure_event"))
        );
    }

    [Fact]
    public async Task ASignature_IsOfTimeAndBody()
    {
        Assert.Equal(
            "t=1767323045,v1=b94e6ec9d4132edb52e80745965acfdfbf3030544a2f389335674c48e1727f54",
            HttpHookSignature.Of(
                """{"hook":"pre_call"}"""u8,
                "correct horse battery staple",
                DateTimeOffset.FromUnixTimeSeconds(1767323045)
            )
        );
        Reply("""{"action":"continue"}""");

        await NewHook("pre_call", "key-1", new ManualTimeProvider()).PreCallHookAsync(s_preCall, Token);

        // As a service does it.
        var request = _service.Requests[0];
        var parts = request
            .Headers["x-callgate-signature"]
            .Split(',')
            .Select(p => p.Split('='))
            .ToDictionary(p => p[0], p => p[1]);
        Assert.Equal("1767323045", parts["t"]);
        var signed = Encoding.UTF8.GetBytes($"{parts["t"]}.{request.BodyText}");
        Assert.Equal(Convert.ToHexStringLower(HMACSHA256.HashData("key-1"u8, signed)), parts["v1"]);
    }

    public static TheoryData<FakeReply, string> BadReplies =>
        new()
        {
            { FakeReply.Json("""{"action":"continue"}""", 500), "answered with status 500." },
            {
                FakeReply.Json("""{"action":"continue"}""", 302) with
                {
                    Headers = new Dictionary<string, string> { ["location"] = "/elsewhere" },
                },
                "answered with status 302; redirects are not followed."
            },
            { FakeReply.Json("""{"action":"continue"}""", 404), "answered with status 404." },
            { FakeReply.Json("", 200), "answered with what is no reply: " },
            { FakeReply.Json("null", 200), "answered with what is no reply: " },
            { FakeReply.Json("[]", 200), "answered with what is no reply: " },
            { FakeReply.Json("{}", 200), "answered with what is no reply: " },
            { FakeReply.Json("<html>", 200), "answered with what is no reply: " },
            { FakeReply.Json("""{"action":"continue"} trailing""", 200), "answered with what is no reply: " },
            { FakeReply.Json("""{"action":"reject","action":"continue"}""", 200), "answered with what is no reply: " },
            {
                FakeReply.Json(
                    """{"action":"continue","headers":{"words-of-the-prompt":"1","words-of-the-prompt":"2"}}""",
                    200
                ),
                "answered with what is no reply: see its line 1, byte "
            },
            {
                FakeReply.Json("""{"action":"continue","headers":{"words-of-the-prompt":{}}}""", 200),
                "answered with what is no reply: see its line 1, byte "
            },
            {
                FakeReply.Json("""{"action":"replace","data":{"model":{"words-of-the-prompt":1}}}""", 200),
                "answered with what is no reply: 'data' is no ChatRequest."
            },
            { FakeReply.Json("""{"action":"approve"}""", 200), "answered with an action that there isn't." },
            { FakeReply.Json("""{"action":"replace"}""", 200), "answered with what is no reply: 'data' is missing." },
            {
                FakeReply.Json("""{"action":"replace","data":{"model":"gpt-4o"}}""", 200),
                "answered with what is no reply: "
            },
            { FakeReply.Json("""{"action":"replace","data":"gpt-4o"}""", 200), "answered with what is no reply: " },
            {
                FakeReply.Json("""{"action":"answer"}""", 200),
                "answered with what is no reply: 'response' is missing."
            },
            {
                FakeReply.Json("""{"action":"answer","response":{}}""", 200),
                "answered with what is no reply: 'response' has no choice with a message."
            },
            {
                FakeReply.Json("""{"action":"reject","status":200}""", 200),
                "rejected with status 200; it must be from 400 to 599."
            },
            { FakeReply.Json(new string(' ', (32 << 20) + 1), 200), "answered with more than 32 MiB." },
            { FakeReply.Disconnect(), "could not be reached: " },
            { FakeReply.Json("""{"action":"continue"}""", 200) with { ResetAfterBytes = 5 }, "broke off its answer." },
        };

    [Theory]
    [MemberData(nameof(BadReplies), DisableDiscoveryEnumeration = true)]
    public async Task AServiceThatFails_IsNamed(FakeReply reply, string message)
    {
        _service.Enqueue(reply);
        // A connection that breaks before an answer is tried once more.
        _service.DefaultReply = reply;

        var failure = await Assert.ThrowsAsync<HttpHookException>(async () =>
            await NewHook("pre_call").PreCallHookAsync(s_preCall, Token)
        );

        var subject = $"The HTTP hook 'guard' ({_service.BaseAddress}check) ";
        Assert.StartsWith(subject, failure.Message, StringComparison.Ordinal);
        Assert.StartsWith(message, failure.Message[subject.Length..], StringComparison.Ordinal);
        Assert.DoesNotContain("secret-query", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("words-of-the-prompt", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("token-1", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("moderation")]
    [InlineData("post_call_failure")]
    [InlineData("response_headers")]
    public async Task AnActionThatAHookHasNoUseFor_IsAFailure(string name)
    {
        _service.DefaultReply = FakeReply.Json("""{"action":"replace","text":"x"}""", 200);
        var hook = NewHook(name);

        var failure = await Assert.ThrowsAsync<HttpHookException>(async () =>
        {
            _ = name switch
            {
                "moderation" => (object)
                    await hook.ModerationHookAsync(new ModerationContext { Data = s_request }, Token),
                "post_call_failure" => await hook.PostCallFailureHookAsync(
                    new PostCallFailureContext { Data = s_request, OriginalException = new TimeoutException() },
                    Token
                ),
                _ => (
                    await hook.PostCallResponseHeadersHookAsync(new ResponseHeadersContext { Data = s_request }, Token)
                )!,
            };
        });

        Assert.EndsWith($"answered 'replace', which {name} has no use for.", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AServiceThatHangs_IsLeft(bool beforeItsHeaders)
    {
        var time = new ManualTimeProvider();
        _service.DefaultReply = beforeItsHeaders
            ? FakeReply.Json("{}", 200) with
            {
                DelayHeaders = Timeout.InfiniteTimeSpan,
            }
            : FakeReply.Json("""{"action":"continue"}""", 200) with
            {
                StallAfterBytes = 5,
            };
        var pending = NewHook("pre_call", time: time, timeout: TimeSpan.FromSeconds(2))
            .PreCallHookAsync(s_preCall, Token);
        await (await _service.WaitForRequestsAsync(1, Token))[0].Stalled.WaitAsync(Token);

        time.Advance(TimeSpan.FromSeconds(2));

        var failure = await Assert.ThrowsAsync<HttpHookException>(async () => await pending);
        Assert.EndsWith("did not answer within 2 s.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACallThatIsCancelled_IsNoFailureOfTheService()
    {
        using var cancel = new CancellationTokenSource();
        _service.DefaultReply = FakeReply.Json("{}", 200) with { DelayHeaders = Timeout.InfiniteTimeSpan };
        var pending = NewHook("pre_call").PreCallHookAsync(s_preCall, cancel.Token);
        await _service.WaitForRequestsAsync(1, Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await pending);
    }

    [Fact]
    public void WrongSettings_AreRefused_AllAtOnce_WithoutTheSecrets()
    {
        var settings = new HttpHookSettings
        {
            Name = "guard",
            Endpoint = "/check",
            Hooks = ["pre_call", "precall"],
            Timeout = TimeSpan.Zero,
            Headers = new Dictionary<string, string>
            {
                ["x bad"] = "v",
                ["x-key"] = "sk-1\r\nx-evil: 1",
                ["X-Callgate-Signature"] = "t=1",
            },
            Secret = " ",
        };

        var error = Assert
            .Throws<CallbackLoadException>(() => new HttpHookLogger(settings, TimeProvider.System))
            .Message;

        Assert.Equal(
            """
            callback_settings.guard.endpoint: must be an absolute http or https address
            callback_settings.guard.hooks: 'precall' is no hook. There are: failure_event, moderation, post_call_failure, post_call_streaming, post_call_success, pre_call, pre_request, response_headers, success_event
            callback_settings.guard.timeout: must be above zero, and at most an hour
            callback_settings.guard.headers.x bad: its name or its value is none that a header can have: a value is plain ASCII text in one line
            callback_settings.guard.headers.x-key: its name or its value is none that a header can have: a value is plain ASCII text in one line
            callback_settings.guard.headers.X-Callgate-Signature: is set by Callgate itself
            callback_settings.guard.secret: is empty, so anybody could sign with it
            """,
            error
        );
    }

    [Theory]
    [InlineData("ftp://host/x", "must be an absolute http or https address")]
    [InlineData("file:///etc/passwd", "must be an absolute http or https address")]
    [InlineData("https://user:pass@host/x", "must not hold a user or password; send them in 'headers'")]
    public void AnEndpoint_IsPlainHttp(string endpoint, string message)
    {
        var settings = new HttpHookSettings
        {
            Name = "guard",
            Endpoint = endpoint,
            Hooks = ["pre_call"],
        };

        Assert.Equal(("callback_settings.guard.endpoint", message), Assert.Single(settings.Problems()));
    }
}
