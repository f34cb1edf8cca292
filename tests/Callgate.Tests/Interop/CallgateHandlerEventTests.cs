using System.Text.Json;
using System.Text.Json.Nodes;
using Callgate.Testing;
using Callgate.Tests.Recorded;
using Callgate.Wire;

namespace Callgate.Tests.Interop;

/// <summary>An exchange that another client makes gives the same events as one that <see cref="LlmClient"/> makes.</summary>
public sealed class CallgateHandlerEventTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ChatRequest Ask(string model, bool isStream) =>
        new()
        {
            Model = model,
            Messages =
            [
                Message.System("Be brief."),
                Message.User("What's the weather in Graz?"),
                new Message
                {
                    Role = "assistant",
                    Content = "Let me see.",
                    ToolCalls =
                    [
                        new ToolCall
                        {
                            Id = "call_1",
                            Type = "function",
                            Function = new FunctionCall { Name = "weather", Arguments = """{"city":"Graz"}""" },
                        },
                    ],
                },
                Message.Tool("call_1", "Rain"),
                Message.User(
                    (ContentPart[])
                        [
                            ContentPart.FromText("This:"),
                            ContentPart.FromImage("data:image/png;base64,AAAA"),
                            ContentPart.FromImage("https://example.org/a.png"),
                        ]
                ),
            ],
            MaxTokens = 100,
            Temperature = 0.5,
            Stop = ["END"],
            User = "u1",
            Tools =
            [
                ToolDefinition.FromFunction(
                    "weather",
                    "Tells the weather",
                    """{"type":"object","properties":{"city":{"type":"string"}}}"""
                ),
            ],
            ToolChoice = JsonElement.Parse("\"auto\""),
            Stream = isStream ? true : null,
            StreamOptions = isStream ? new StreamOptions { IncludeUsage = true } : null,
        };

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var model in (string[])["gpt-4o", "azure/gpt-4o", "claude-sonnet-4-5"])
        {
            foreach (
                var reply in (string[])
                    [
                        "answer",
                        "tools",
                        "refused",
                        "limited",
                        "nonsense",
                        "stream",
                        "streamed tools",
                        "streamed error",
                        "cut stream",
                        "lost stream",
                        "refused stream",
                        "streamed nonsense",
                    ]
            )
            {
                cases.Add(model, reply);
            }
        }

        foreach (var (name, _) in OpenAiStreams.All)
        {
            cases.Add("gpt-4o", $"stream: {name}");
        }

        foreach (var (name, _) in AnthropicStreams.All)
        {
            cases.Add("claude-sonnet-4-5", $"stream: {name}");
        }

        return cases;
    }

    private static FakeReply Reply(string reply) =>
        reply switch
        {
            "answer" => FakeReply.Mock(),
            "stream" => FakeReply.Mock() with { SplitEvery = 7 },
            "tools" or "streamed tools" => FakeReply.Mock(
                new MockOptions
                {
                    ToolCalls =
                    [
                        new ToolCall
                        {
                            Function = new FunctionCall { Name = "weather", Arguments = """{"city":"Wien"}""" },
                        },
                    ],
                }
            ),
            "refused" or "refused stream" => FakeReply.Error(400, "context_length_exceeded"),
            "limited" => FakeReply.Error(429, retryAfter: TimeSpan.FromSeconds(3)),
            "nonsense" => FakeReply.Json("""{"choices":7}"""),
            "streamed error" => FakeReply.Mock(new MockOptions { FailAfterChunks = 2 }),
            "cut stream" => FakeReply.Mock() with { CutAfterBytes = 700 },
            "lost stream" => FakeReply.Mock() with { ResetAfterBytes = 700 },
            "streamed nonsense" => FakeReply.Sse("data: {\"choices\":7}\n\n"),
            _ => FakeReply.Sse(
                OpenAiStreams.All.Concat(AnthropicStreams.All).First(s => reply == $"stream: {s.Name}").Sse
            ) with
            {
                SplitEvery = 11,
            },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Events_AreTheClients(string model, string reply)
    {
        var isStream = reply.Contains("stream", StringComparison.Ordinal);
        await using var own = await HandlerFixture.StartAsync(new ManualTimeProvider());
        own.Provider.DefaultReply = Reply(reply);
        try
        {
            if (isStream)
            {
                var stream = own.Client.CompleteStreamingAsync(Ask(model, true), null, Token);
                await foreach (var _ in stream) { }
            }
            else
            {
                await own.Client.CompleteAsync(Ask(model, false), null, Token);
            }
        }
        catch (LlmException)
        {
            // The event tells.
        }

        var sent = own.Provider.Requests[0];
        await using var other = await HandlerFixture.StartAsync(new ManualTimeProvider());
        other.Provider.DefaultReply = Reply(reply);
        try
        {
            using var posted = await other.Http.SendAsync(
                other.Post(sent.BodyText, sent.Path + sent.Query),
                HttpCompletionOption.ResponseHeadersRead,
                Token
            );
            await posted.Content.ReadAsByteArrayAsync(Token);
        }
        catch (HttpRequestException) when (reply == "lost stream")
        {
            // As without us.
        }

        await own.EventAsync();
        await other.EventAsync();
        Assert.Equal(Observed(own).Select(r => r.Hook), Observed(other).Select(r => r.Hook));
        foreach (var (expected, actual) in Observed(own).Zip(Observed(other)))
        {
            Assert.Equal(Describe(expected, own), Describe(actual, other));
        }
    }

    [Fact]
    public async Task Embeddings_AreTheClients()
    {
        await using var own = await HandlerFixture.StartAsync(new ManualTimeProvider());
        await own.Client.EmbedAsync("text-embedding-3-small", ["Hello", "World"], null, Token);
        await using var other = await HandlerFixture.StartAsync(new ManualTimeProvider());
        using var _ = await other.Http.SendAsync(
            other.Post(own.Provider.Requests[0].BodyText, "/v1/embeddings"),
            Token
        );

        Assert.Equal(Describe(await own.EventAsync(), own), Describe(await other.EventAsync(), other));
    }

    private static IEnumerable<RecordedHook> Observed(HandlerFixture fixture) =>
        fixture.Log.Records.Where(r =>
            r.Hook.StartsWith("Log", StringComparison.Ordinal) && r.Hook.Contains("Event", StringComparison.Ordinal)
            || r.Hook.EndsWith("ApiCallAsync", StringComparison.Ordinal)
        );

    /// <summary>All that an event says, but for ids, times, and what differs by the HTTP client.</summary>
    private static string[] Describe(RecordedHook hook, HandlerFixture fixture)
    {
        var call = hook.Call!;
        var payload = JsonNode.Parse(call.StandardLoggingPayload.ToJson())!;
        Blank(payload);
        var text = string.Join(
            '\n',
            call.LogEventType,
            call.Model,
            call.ModelGroup,
            call.ModelId,
            call.CustomLlmProvider,
            JsonSerializer.Serialize(call.Messages, WireJson.Default.IReadOnlyListMessage),
            string.Join('|', call.Input),
            string.Join(
                '|',
                call.OptionalParams.Where(p => p.Key != "stream_options").OrderBy(p => p.Key, StringComparer.Ordinal)
            ),
            call.Stream,
            call.User,
            call.AdditionalArgs.CompleteInput,
            call.AdditionalArgs.ApiBase,
            call.OriginalResponse,
            call.Outcome,
            call.Rejection,
            call.Usage,
            call.Cost,
            call.CompletionStartTime is not null,
            Of(call.Exception),
            hook.Chunk is null ? "" : System.Text.Encoding.UTF8.GetString(hook.Chunk.Data.Span),
            hook.Response is Wire.ChatCompletion completion
                ? JsonSerializer.Serialize(completion, WireJson.Default.ChatCompletion)
                : "",
            hook.Response?.HiddenParams.ResponseCost,
            string.Join('|', call.ResponseHeaders.Where(h => h.Key != "Date")),
            string.Join(
                '\n',
                call.Attempts.Select(a =>
                    $"{a.Number} {a.Reason} {a.ModelId} {a.ModelGroup} {a.Model} {a.CustomLlmProvider} {a.ApiBase} {a.StatusCode} {a.RequestId} {a.Usage} {a.Cost} {Of(a.Exception)}"
                )
            ),
            payload
        );
        return System
            .Text.RegularExpressions.Regex.Replace(
                text.Replace(fixture.Provider.AnthropicBase, "BASE", StringComparison.Ordinal)
                    .Replace(call.LitellmCallId, "CALL", StringComparison.Ordinal)
                    // The model as the caller wrote it: another client has no need to name the provider.
                    .Replace("azure/", "", StringComparison.Ordinal),
                "\"created\":\\s*\\d+",
                "\"created\":0"
            )
            .Split('\n');

        static string Of(Exception? exception) =>
            exception is LlmException e
                ? $"{e.GetType().Name} {e.Message} {e.Kind} {e.StatusCode} {e.Provider} {e.Model} {e.Code} {e.ErrorType} {e.ProviderMessage} {e.RequestId} {e.RetryAfter} {e.IsRetryable}"
                : exception?.GetType().Name ?? "";
    }

    private static void Blank(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var name in fields.Select(f => f.Key).ToList())
                {
                    if (s_ownValues.Contains(name))
                    {
                        fields.Remove(name);
                    }
                    else
                    {
                        Blank(fields[name]);
                    }
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Blank(item);
                }

                break;
        }
    }

    // The headers that are sent are each client's own, and so is who it says it is; hooks that steer run for our own client only.
    private static readonly HashSet<string> s_ownValues = new(StringComparer.OrdinalIgnoreCase)
    {
        "litellm_call_id",
        "call_id",
        "trace_id",
        "date",
        "created",
        "user_agent",
        "traceback",
        "hook_runs",
        // Our own client also counts the events of routing.
        "sequence",
        // Says when the mock answered.
        "response_sha256",
        // Asks for what Anthropic's wire has always.
        "stream_options",
    };
}
