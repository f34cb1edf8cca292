using Callgate.Testing;
using Callgate.Wire;

namespace Callgate.Gateway.Tests.Endpoints;

/// <summary>Replies that pass through as they are: what the gateway has to see of them all the same.</summary>
public class PassThroughTests
{
    private const string Chat = """{"model":"gpt","messages":[{"role":"user","content":"Hello"}],"stream":true""";

    private const string Message =
        """{"model":"claude","max_tokens":50,"messages":[{"role":"user","content":"Hello"}],"stream":true}""";

    private static string Delta(string choice) =>
        $$"""
            data: {"id":"c","object":"chat.completion.chunk","model":"gpt-4o-mini","choices":[{{{choice}}}]}


            """;

    [Fact]
    public async Task Stream_ThatEndsWithinOneOfItsChoices_IsBroken()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Provider.Enqueue(
            FakeReply.Sse(
                Delta(""" "index":0,"delta":{"content":"Hi"},"finish_reason":null """)
                    + Delta(""" "index":0,"delta":{},"finish_reason":"stop" """)
                    + Delta(""" "index":1,"delta":{"content":"Hel"},"finish_reason":null """)
            )
        );

        var (_, body) = await gateway.SendAsync("/v1/chat/completions", Chat + ""","n":2}""");

        Assert.DoesNotContain("[DONE]", body, StringComparison.Ordinal);
        Assert.Contains("\"error\"", body, StringComparison.Ordinal);
        Assert.Equal(CallOutcome.UpstreamFailed, Assert.Single(await gateway.EndsAsync()).Outcome);
    }

    [Fact]
    public async Task MessageStream_ThatEndsWithoutAStopReason_IsBroken()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Provider.Enqueue(
            FakeReply.Sse(
                """
                event: message_start
                data: {"type":"message_start","message":{"id":"m","model":"claude","content":[],"usage":{"input_tokens":9,"output_tokens":1}}}

                event: message_delta
                data: {"type":"message_delta","delta":{"stop_reason":null},"usage":{"output_tokens":3}}


                """
            )
        );

        var (_, body) = await gateway.SendAsync("/v1/messages", Message);

        Assert.DoesNotContain("message_stop", body, StringComparison.Ordinal);
        var call = Assert.Single(await gateway.EndsAsync());
        Assert.Equal((CallOutcome.UpstreamFailed, UsageSource.Partial), (call.Outcome, call.Usage.Source));
    }

    [Theory]
    [InlineData("gpt", "/v1/chat/completions", """{"error":{"message":"Slow down.","type":"rate_limit_error"}}""", 429)]
    [InlineData("claude", "/v1/chat/completions", """{"type":"error","error":{"type":"rate_limit_error"}}""", 429)]
    [InlineData("gpt", "/v1/messages", """{"error":{"message":"Slow down.","type":"rate_limit_error"}}""", 429)]
    [InlineData("claude", "/v1/messages", """{"type":"error","error":{"type":"overloaded_error"}}""", 503)]
    [InlineData("embed", "/v1/embeddings", """{"error":{"message":"Slow down.","type":"rate_limit_error"}}""", 429)]
    public async Task Error_UnderTheStatus200_KeepsItsKind(string model, string path, string reply, int expected)
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Provider.Enqueue(FakeReply.Json(reply));

        var (status, _) = await gateway.SendAsync(
            path,
            $$"""{"model":"{{model}}","max_tokens":50,"input":"Hello","messages":[{"role":"user","content":"Hello"}]}"""
        );

        Assert.Equal(expected, status);
    }

    [Fact]
    public async Task BlanksAroundAnEvent_BreakNothing()
    {
        await using var gateway = await GatewayHost.StartAsync();
        gateway.Provider.Enqueue(
            FakeReply.Sse(
                "data:  {\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]} \n\n"
                    + "data: {\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]} \n\n"
                    + "data: [DONE] \n\n"
            ),
            FakeReply.Sse(
                """
                event: message_start
                data: {"type":"message_start","message":{"id":"m","model":"claude","content":[]}}

                event: ping
                data: {"type":"ping"} 

                event: message_stop
                data: {"type":"message_stop"}


                """
            )
        );

        await gateway.SendAsync("/v1/chat/completions", Chat + "}");
        await gateway.SendAsync("/v1/messages", Message);

        Assert.All(await gateway.EndsAsync(), c => Assert.Equal(CallOutcome.Completed, c.Outcome));
    }

    [Fact]
    public async Task EventThatOnlyObserversCannotRead_GoesOn_AndTheRestIsCounted()
    {
        var seen = new Seen();
        await using var gateway = await GatewayHost.StartAsync(callbacks: seen);
        var odd = Delta(""" "index":0,"delta":{"content":{}} """);
        gateway.Provider.Enqueue(FakeReply.Sse(Delta(""" "index":0,"delta":{"content":"Hello, Ada."} """) + odd));

        var (_, body) = await gateway.SendAsync("/v1/chat/completions", Chat + "}");

        Assert.Contains("\"delta\":{\"content\":{}}", body, StringComparison.Ordinal);
        var call = Assert.Single(await gateway.EndsAsync());
        Assert.Contains("broke off", call.Exception!.Message, StringComparison.Ordinal);
        Assert.Equal(UsageSource.Estimated, call.Usage.Source);
        Assert.True(call.Usage.CompletionTokens > 0);
        Assert.Equal("Hello, Ada.", seen.Response?.Text);
    }

    [Fact]
    public async Task StreamTooLongToBeKept_GoesOn_AndItsEventIsWithoutAnswer()
    {
        var seen = new Seen();
        await using var gateway = await GatewayHost.StartAsync(
            configure: options => options.ConfigureClient = client => client.MaxResponseBytes = 300,
            callbacks: seen
        );
        gateway.Provider.Enqueue(
            FakeReply.Sse(
                Delta(""" "index":0,"delta":{"content":"One"} """)
                    + Delta(""" "index":0,"delta":{"content":"Two"} """)
                    + Delta(""" "index":0,"delta":{"content":"Three"} """)
                    + Delta(""" "index":0,"delta":{},"finish_reason":"stop" """)
                    + """data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12}}"""
                    + "\n\ndata: [DONE]\n\n"
            )
        );

        var (_, body) = await gateway.SendAsync("/v1/chat/completions", Chat + "}");

        Assert.Contains("Three", body, StringComparison.Ordinal);
        var call = Assert.Single(await gateway.EndsAsync());
        Assert.Equal((CallOutcome.Completed, 12L), (call.Outcome, call.Usage.TotalTokens));
        Assert.Null(seen.Response);
    }

    [Fact]
    public async Task AStreamThatComesInOnePiece_IsKeptInItsOrder()
    {
        var seen = new Seen();
        await using var gateway = await GatewayHost.StartAsync(GatewayHost.Models(withNative: true), callbacks: seen);
        const string item =
            """{"type":"function_call","id":"fc_1","call_id":"call_1","name":"get_weather","arguments":"{}","status":"completed"}""";
        gateway.Provider.DefaultReply = FakeReply.Sse(
            """
            event: response.created
            data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","created_at":1,"model":"gpt-4o-mini","status":"in_progress","output":[]}}

            event: response.output_item.added
            data: {"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":ITEM}

            event: response.output_item.done
            data: {"type":"response.output_item.done","sequence_number":2,"output_index":0,"item":ITEM}

            event: response.completed
            data: {"type":"response.completed","sequence_number":3,"response":{"id":"resp_1","object":"response","created_at":1,"model":"gpt-4o-mini","status":"completed","output":[ITEM],"usage":{"input_tokens":9,"output_tokens":3,"total_tokens":12}}}


            """.Replace("ITEM", item, StringComparison.Ordinal)
        );

        var (status, body) = await gateway.SendAsync(
            "/v1/responses",
            """{"model":"native","input":"Hello","stream":true}"""
        );

        Assert.Equal(200, status);
        Assert.Contains("response.completed", body, StringComparison.Ordinal);
        Assert.Single(await gateway.EndsAsync());
        var answer = Assert.IsType<ChatCompletion>(seen.Response);
        Assert.Equal("tool_calls", Assert.Single(answer.Choices).FinishReason);
        Assert.NotNull(answer.Id);
    }

    private sealed class Seen : CustomLogger
    {
        public LlmResponse? Response { get; private set; }

        public override void LogStreamEvent(
            CallDetails call,
            LlmChunk chunk,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) { }

        public override void LogSuccessEvent(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) => Response = response;

        public override void LogFailureEvent(
            CallDetails call,
            LlmResponse? response,
            DateTimeOffset startTime,
            DateTimeOffset endTime
        ) => Response = response;
    }
}
