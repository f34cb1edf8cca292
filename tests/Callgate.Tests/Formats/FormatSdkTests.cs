using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;
using Callgate.Formats;
using Callgate.Tests.Recorded;
using Callgate.Wire;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;
using static Callgate.Tests.Formats.FormatWire;

namespace Callgate.Tests.Formats;

/// <summary>The vendors' own SDKs understand what the formats write.</summary>
public class FormatSdkTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static HttpClient Http(string body, string contentType = "application/json", int status = 200) =>
        new(new StubHandler(_ => StubHandler.Text(body, contentType, status)));

    private static OpenAIClientOptions OpenAi(HttpClient http) =>
        new()
        {
            Endpoint = new Uri("https://gateway.test/v1"),
            Transport = new HttpClientPipelineTransport(http),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        };

    private static ChatClient ChatOf(HttpClient http) => new("my-model", new ApiKeyCredential("k"), OpenAi(http));

    private static AnthropicClient ClaudeOf(HttpClient http) =>
        new()
        {
            ApiKey = "k",
            BaseUrl = "https://gateway.test",
            MaxRetries = 0,
            HttpClient = http,
        };

    private static MessageCreateParams Ask =>
        new()
        {
            Model = "my-model",
            MaxTokens = 100,
            Messages = [new UserMessageParam("Hello")],
        };

    [Fact]
    public async Task OpenAi_StreamOfClaude_IsTextToolsAndUsage()
    {
        using var http = Http(
            FormatWire.Stream(FormatWire.Chat, Chunks(AnthropicStreams.Tools, true)),
            "text/event-stream"
        );
        var (text, name, arguments) = ("", "", "");
        ChatTokenUsage? usage = null;
        ChatFinishReason? reason = null;
        await foreach (var update in ChatOf(http).CompleteChatStreamingAsync(["Hello"], cancellationToken: Token))
        {
            Assert.Equal("my-model", update.Model);
            text += string.Concat(update.ContentUpdate.Select(p => p.Text));
            name += string.Concat(update.ToolCallUpdates.Select(c => c.FunctionName));
            arguments += string.Concat(update.ToolCallUpdates.Select(c => c.FunctionArgumentsUpdate.ToString()));
            usage = update.Usage ?? usage;
            reason = update.FinishReason ?? reason;
        }

        Assert.Equal("Okay, let's check the weather for San Francisco, CA:", text);
        Assert.Equal("get_weather", name);
        Assert.Equal("""{"location": "San Francisco, CA", "unit": "fahrenheit"}""", arguments);
        Assert.Equal(ChatFinishReason.ToolCalls, reason);
        Assert.Equal(472, usage!.InputTokenCount);
    }

    [Fact]
    public async Task OpenAi_AnswerOfClaude_IsACompletion()
    {
        using var http = Http(Write(FormatWire.Chat, Whole(Chunks(AnthropicStreams.ParallelTools, true))));
        OpenAI.Chat.ChatCompletion completion = await ChatOf(http)
            .CompleteChatAsync(["Hello"], cancellationToken: Token);

        Assert.Equal(["toolu_01Paris", "toolu_01Tokyo", "toolu_01Time"], completion.ToolCalls.Select(c => c.Id));
        Assert.Equal(ChatFinishReason.ToolCalls, completion.FinishReason);
        Assert.Equal("my-model", completion.Model);
        Assert.Empty(completion.Content);
    }

    [Theory]
    [InlineData("float")]
    [InlineData("base64")]
    public async Task OpenAi_Embeddings_AreRead(string encoding)
    {
        var request = Read(FormatWire.Embeddings, $$"""{"model":"m","input":"a","encoding_format":"{{encoding}}"}""");
        var answer = new EmbeddingResponse
        {
            Data = [new EmbeddingItem { Index = 0, Embedding = new float[] { 0.5f, -1.25f } }],
            Usage = new Wire.Usage { PromptTokens = 8, TotalTokens = 8 },
        };
        using var http = Http(Write(FormatWire.Embeddings, answer, request));
        OpenAIEmbeddingCollection vectors = await new EmbeddingClient(
            "my-model",
            new ApiKeyCredential("k"),
            OpenAi(http)
        ).GenerateEmbeddingsAsync(["a"], cancellationToken: Token);

        Assert.Equal([0.5f, -1.25f], vectors[0].ToFloats().ToArray());
        Assert.Equal(8, vectors.Usage.InputTokenCount);
    }

    [Fact]
    public async Task OpenAi_Error_IsTyped()
    {
        using var http = Http(
            Error(FormatWire.Chat, new ErrorReply(404, "No such model.", Param: "model", Code: "model_not_found")),
            status: 404
        );
        var exception = await Assert.ThrowsAsync<ClientResultException>(() =>
            ChatOf(http).CompleteChatAsync(["Hello"], cancellationToken: Token)
        );

        Assert.Equal(404, exception.Status);
        Assert.Contains("not_found_error: model_not_found", exception.Message, StringComparison.Ordinal);
        Assert.Contains("No such model.", exception.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, bool> Streams =>
        new([
            .. AnthropicStreams
                .All.Where(s => s.Sse.Contains("message_stop", StringComparison.Ordinal))
                .Select(s => (s.Name, true)),
            .. OpenAiStreams
                .All.Where(s =>
                    s.Sse.Contains("[DONE]", StringComparison.Ordinal)
                    && !s.Sse.Contains("data: {\"error\"", StringComparison.Ordinal)
                )
                .Select(s => (s.Name, false)),
        ]);

    /// <summary>What the SDK puts together from a stream is what it reads of the whole answer.</summary>
    [Theory]
    [MemberData(nameof(Streams))]
    public async Task Anthropic_StreamPutTogether_IsTheMessage(string name, bool isAnthropic)
    {
        var sse = (isAnthropic ? AnthropicStreams.All : OpenAiStreams.All).Single(s => s.Name == name).Sse;
        var chunks = Chunks(sse, isAnthropic, 2);
        using var http = Http(FormatWire.Stream(FormatWire.Messages, chunks), "text/event-stream");
        using var unary = Http(Write(FormatWire.Messages, Whole(chunks)));

        var streamed = await ClaudeOf(http).Messages.CreateStreaming(Ask, Token).Aggregate();
        var whole = await ClaudeOf(unary).Messages.Create(Ask, Token);

        // A recording of a server's tool has less than the SDK wants to be told.
        if (name != nameof(AnthropicStreams.WebSearch))
        {
            whole.Validate();
            streamed.Validate();
        }

        Assert.Equal(Texts(whole), Texts(streamed));
        Assert.Equal(Calls(whole), Calls(streamed));
        Assert.Equal(whole.StopReason, streamed.StopReason);
        Assert.Equal(whole.Usage.InputTokens, streamed.Usage.InputTokens);
        Assert.Equal(whole.Usage.OutputTokens, streamed.Usage.OutputTokens);
        Assert.Equal(whole.Usage.CacheReadInputTokens, streamed.Usage.CacheReadInputTokens);

        static string Texts(Anthropic.Models.Messages.Message message) =>
            string.Concat(
                message.Content.Select(b =>
                    b.TryPickText(out var text) ? text.Text
                    : b.TryPickThinking(out var thinking) ? $"<{thinking.Thinking}|{thinking.Signature}>"
                    : ""
                )
            );

        static List<string> Calls(Anthropic.Models.Messages.Message message) =>
            [
                .. message
                    .Content.Select(b =>
                        b.TryPickToolUse(out var call)
                            ? $"{call.ID} {call.Name} {JsonSerializer.Serialize(call.Input)}"
                            : ""
                    )
                    .Where(c => c.Length > 0),
            ];
    }

    [Fact]
    public async Task Anthropic_StreamThatFails_Throws()
    {
        using var http = Http(
            FormatWire.Stream(
                FormatWire.Messages,
                Chunks(AnthropicStreams.Plain, true),
                new ErrorReply(503, "Overloaded.")
            ),
            "text/event-stream"
        );

        await Assert.ThrowsAnyAsync<AnthropicException>(async () =>
        {
            await foreach (var _ in ClaudeOf(http).Messages.CreateStreaming(Ask, Token)) { }
        });
    }

    [Fact]
    public async Task Anthropic_Error_IsTyped()
    {
        using var http = Http(Error(FormatWire.Messages, new ErrorReply(429, "Slowly.")), status: 429);

        var exception = await Assert.ThrowsAsync<AnthropicRateLimitException>(() =>
            ClaudeOf(http).Messages.Create(Ask, Token)
        );

        Assert.Contains("rate_limit_error", exception.ResponseBody!, StringComparison.Ordinal);
    }
}
