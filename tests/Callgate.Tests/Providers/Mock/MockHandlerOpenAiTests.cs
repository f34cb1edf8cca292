using System.ClientModel;
using System.ClientModel.Primitives;
using Callgate.Providers.Mock;
using Callgate.Wire;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;
using ChatCompletion = OpenAI.Chat.ChatCompletion;

namespace Callgate.Tests.Providers.Mock;

/// <summary>The mock in OpenAI's wire, as OpenAI's own SDK reads it.</summary>
public sealed class MockHandlerOpenAiTests : IDisposable
{
    private readonly List<HttpClient> _clients = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Unary_NamesTheModel_AndEstimatesTokens()
    {
        ChatCompletion completion = await Chat(new MockOptions())
            .CompleteChatAsync(["12345678"], cancellationToken: Token);

        Assert.Equal("Hello from gpt-4o (mock).", completion.Content[0].Text);
        Assert.Equal("gpt-4o", completion.Model);
        Assert.Equal(ChatFinishReason.Stop, completion.FinishReason);
        Assert.StartsWith("chatcmpl-mock-", completion.Id, StringComparison.Ordinal);
        Assert.Equal(new ManualTimeProvider().GetUtcNow(), completion.CreatedAt);
        Assert.Equal(2, completion.Usage.InputTokenCount);
        Assert.Equal(7, completion.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task Unary_IsTheSameForTheSameRequest_AndAnotherForAnother()
    {
        var chat = Chat(new MockOptions());
        ChatCompletion first = await chat.CompleteChatAsync(["a"], cancellationToken: Token);
        ChatCompletion same = await chat.CompleteChatAsync(["a"], cancellationToken: Token);
        ChatCompletion other = await chat.CompleteChatAsync(["b"], cancellationToken: Token);

        Assert.Equal(first.Id, same.Id);
        Assert.NotEqual(first.Id, other.Id);
    }

    /// <summary>A short request must not be able to fill the memory.</summary>
    [Theory]
    [InlineData("/v1/embeddings", """{"model":"m","input":"a","dimensions":2147483647}""")]
    [InlineData("/v1/embeddings", """{"model":"m","input":"a","dimensions":0}""")]
    [InlineData("/v1/embeddings", """{"model":"m","input":[MANY],"dimensions":8192}""")]
    [InlineData("/v1/chat/completions", """{"model":"m","messages":[],"n":128}""")]
    [InlineData("/v1/chat/completions", """{"model":"m","messages":[],"n":128,"stream":true}""")]
    [InlineData("/v1/completions", """{"model":"m","prompt":[MANY],"n":128}""")]
    public async Task AnAnswerBeyondMeasure_IsRefused(string path, string body)
    {
        using var response = await MockRequests.Send(
            new MockOptions { Response = new string('x', 10_000) },
            path,
            body.Replace("MANY", string.Join(',', Enumerable.Repeat("\"a\"", 600)), StringComparison.Ordinal),
            Token
        );

        Assert.Equal(400, (int)response.StatusCode);
    }

    [Fact]
    public async Task Usage_IsWhatTheOptionsSay()
    {
        var options = new MockOptions
        {
            PromptTokens = 100,
            CompletionTokens = 50,
            CachedTokens = 40,
            ReasoningTokens = 30,
        };
        ChatCompletion completion = await Chat(options).CompleteChatAsync(["a"], cancellationToken: Token);

        Assert.Equal(100, completion.Usage.InputTokenCount);
        Assert.Equal(50, completion.Usage.OutputTokenCount);
        Assert.Equal(150, completion.Usage.TotalTokenCount);
        Assert.Equal(40, completion.Usage.InputTokenDetails.CachedTokenCount);
        Assert.Equal(30, completion.Usage.OutputTokenDetails.ReasoningTokenCount);
    }

    [Fact]
    public async Task Stream_AddsUpToTheUnaryAnswer()
    {
        // Surrogate pairs, which no chunk may tear apart.
        var options = new MockOptions { Response = "Grüße 👋🏽 aus 東京, 🎉!", ChunkSize = 1 };
        var text = new List<string>();
        ChatTokenUsage? usage = null;
        ChatFinishReason? finish = null;
        await foreach (var update in Chat(options).CompleteChatStreamingAsync(["a"], cancellationToken: Token))
        {
            text.AddRange(update.ContentUpdate.Select(p => p.Text));
            usage ??= update.Usage;
            finish ??= update.FinishReason;
        }

        Assert.Equal(options.Response, string.Concat(text));
        Assert.DoesNotContain(text, t => t.Length == 1 && char.IsSurrogate(t[0]));
        Assert.True(text.Count > 10);
        Assert.Equal(ChatFinishReason.Stop, finish);
        Assert.Equal(1, usage!.InputTokenCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stream_ReportsUsageOnlyWhereItIsAsked(bool asked)
    {
        var flag = asked ? "true" : "false";
        var body =
            "{\"model\":\"m\",\"stream\":true,\"messages\":[],\"stream_options\":{\"include_usage\":" + flag + "}}";
        var text = await MockRequests.Text(new MockOptions(), "/v1/chat/completions", body, Token);

        Assert.Equal(asked, text.Contains("\"usage\"", StringComparison.Ordinal));
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ToolCalls_ComeUnaryAndStreamed()
    {
        var options = new MockOptions
        {
            ToolCalls =
            [
                new ToolCall
                {
                    Function = new FunctionCall { Name = "weather", Arguments = """{"city":"München"}""" },
                },
                new ToolCall
                {
                    Id = "call_x",
                    Function = new FunctionCall { Name = "time" },
                },
            ],
        };
        ChatCompletion unary = await Chat(options).CompleteChatAsync(["a"], cancellationToken: Token);

        Assert.Equal(ChatFinishReason.ToolCalls, unary.FinishReason);
        Assert.Empty(unary.Content);
        Assert.Equal(["weather", "time"], unary.ToolCalls.Select(c => c.FunctionName));
        Assert.Equal(["call_mock_0", "call_x"], unary.ToolCalls.Select(c => c.Id));
        Assert.Equal("""{"city":"München"}""", unary.ToolCalls[0].FunctionArguments.ToString());

        var arguments = new string[] { "", "" };
        var ids = new List<string>();
        await foreach (var update in Chat(options).CompleteChatStreamingAsync(["a"], cancellationToken: Token))
        {
            foreach (var call in update.ToolCallUpdates)
            {
                arguments[call.Index] += call.FunctionArgumentsUpdate?.ToString();
                ids.AddRange(call.ToolCallId is { } id ? [id] : []);
            }
        }

        Assert.Equal(["""{"city":"München"}""", "{}"], arguments);
        Assert.Equal(["call_mock_0", "call_x"], ids);
    }

    [Fact]
    public async Task Embeddings_AreDeterministicAndNormalised()
    {
        var client = new EmbeddingClient(
            "text-embedding-3-small",
            new ApiKeyCredential("k"),
            Options(new MockOptions())
        );
        OpenAIEmbeddingCollection vectors = await client.GenerateEmbeddingsAsync(
            ["a", "b", "a"],
            cancellationToken: Token
        );
        OpenAIEmbedding wide = await client.GenerateEmbeddingAsync(
            "a",
            new EmbeddingGenerationOptions { Dimensions = 256 },
            Token
        );

        Assert.Equal(3, vectors.Count);
        Assert.Equal(8, vectors[0].ToFloats().Length);
        Assert.Equal(vectors[0].ToFloats().ToArray(), vectors[2].ToFloats().ToArray());
        Assert.NotEqual(vectors[0].ToFloats().ToArray(), vectors[1].ToFloats().ToArray());
        Assert.All(vectors, v => Assert.Equal(1, v.ToFloats().ToArray().Sum(x => (double)x * x), 5));
        Assert.Equal(256, wide.ToFloats().Length);
        Assert.Equal(3, vectors.Usage.InputTokenCount);
    }

    [Fact]
    public async Task Embeddings_AreTheSameInBothEncodings()
    {
        var path = "/v1/embeddings";
        var floats = await MockRequests.Json(new MockOptions(), path, """{"model":"m","input":"a"}""", Token);
        var base64 = await MockRequests.Json(
            new MockOptions(),
            path,
            """{"model":"m","input":"a","encoding_format":"base64"}""",
            Token
        );

        var plain = floats.GetProperty("data")[0].GetProperty("embedding").EnumerateArray().Select(x => x.GetSingle());
        var bytes = base64.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64();
        Assert.Equal(plain, Enumerable.Range(0, bytes.Length / 4).Select(i => BitConverter.ToSingle(bytes, i * 4)));
    }

    [Theory]
    [InlineData(400, "context_length_exceeded", "context_length_exceeded")]
    [InlineData(401, null, "invalid_api_key")]
    [InlineData(429, null, "rate_limit_exceeded")]
    [InlineData(500, null, null)]
    public async Task Error_IsInOpenAiFormat(int status, string? code, string? expected)
    {
        var options = new MockOptions { ErrorStatus = status, ErrorCode = code };
        var exception = await Assert.ThrowsAsync<ClientResultException>(() =>
            Chat(options).CompleteChatAsync(["a"], cancellationToken: Token)
        );
        using var error = System.Text.Json.JsonDocument.Parse(exception.GetRawResponse()!.Content);

        Assert.Equal(status, exception.Status);
        Assert.Equal(expected, error.RootElement.GetProperty("error").GetProperty("code").GetString());
        Assert.True(exception.GetRawResponse()!.Headers.TryGetValue("x-request-id", out _));
    }

    [Fact]
    public async Task ErrorTimes_CountsAcrossHandlersOfTheSameOptions()
    {
        var options = new MockOptions { ErrorStatus = 429, ErrorTimes = 2 };
        var statuses = new List<int>();
        for (var i = 0; i < 4; i++)
        {
            using var response = await MockRequests.Send(
                options,
                "/v1/chat/completions",
                """{"model":"m","messages":[]}""",
                Token
            );
            statuses.Add((int)response.StatusCode);
        }

        Assert.Equal([429, 429, 200, 200], statuses);
    }

    [Fact]
    public async Task FailAfterChunks_BreaksOffWithAnErrorEvent()
    {
        var body = """{"model":"m","stream":true,"messages":[]}""";
        var text = await MockRequests.Text(
            new MockOptions { FailAfterChunks = 2, ChunkSize = 3 },
            "/v1/chat/completions",
            body,
            Token
        );

        Assert.Contains("\"content\":\"Hel\"", text, StringComparison.Ordinal);
        Assert.Contains("\"content\":\"lo \"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"content\":\"fro\"", text, StringComparison.Ordinal);
        Assert.Contains("data: {\"error\":{", text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"m","stream":true,"messages":[]}""")]
    [InlineData("/v1/completions", """{"model":"m","stream":true,"prompt":"x"}""")]
    [InlineData("/v1/responses", """{"model":"m","stream":true,"input":"x"}""")]
    public async Task FailAfterNoChunks_FailsAtOnce(string path, string body)
    {
        var text = await MockRequests.Text(
            new MockOptions { Response = "Hello", FailAfterChunks = 0 },
            path,
            body,
            Token
        );

        Assert.DoesNotContain("Hello", text, StringComparison.Ordinal);
        Assert.Contains("error", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/chat/completions", "{", 400)]
    [InlineData("/v1/chat/completions", "[]", 400)]
    [InlineData("/v1/chat/completions", """{"model":"m"}""", 400)]
    [InlineData("/v1/chat/completions", """{"messages":[]}""", 400)]
    [InlineData("/v1/embeddings", """{"model":"m","input":[]}""", 400)]
    [InlineData("/v1/nothing", """{"model":"m"}""", 404)]
    [InlineData("/openai/deployments/gpt-4o/chat/completions", """{"messages":[]}""", 200)]
    public async Task Request_IsCheckedAsTheProviderWould(string path, string body, int status)
    {
        using var response = await MockRequests.Send(new MockOptions(), path, body, Token);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task Choices_AreAsManyAsAsked()
    {
        var body = """{"model":"m","n":2,"messages":[{"role":"user","content":"a"}]}""";
        var unary = await MockRequests.Json(new MockOptions(), "/v1/chat/completions", body, Token);
        var stream = await MockRequests.Text(
            new MockOptions(),
            "/v1/chat/completions",
            body.Replace("\"n\"", "\"stream\":true,\"n\"", StringComparison.Ordinal),
            Token
        );

        Assert.Equal(2, unary.GetProperty("choices").GetArrayLength());
        Assert.Equal(2, stream.Split("\"finish_reason\":\"stop\"").Length - 1);
    }

    public void Dispose() => _clients.ForEach(c => c.Dispose());

    private ChatClient Chat(MockOptions options) => new("gpt-4o", new ApiKeyCredential("k"), Options(options));

    private OpenAIClientOptions Options(MockOptions options)
    {
        var client = new HttpClient(new MockHandler(options, new ManualTimeProvider()));
        _clients.Add(client);
        return new OpenAIClientOptions
        {
            Transport = new HttpClientPipelineTransport(client),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        };
    }
}
