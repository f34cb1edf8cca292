using System.ClientModel;
using System.Text.Json;
using OpenAI.Chat;
using OpenAI.Embeddings;
using OpenAI.Models;

namespace Callgate.Gateway.Tests.Sdks;

/// <summary>OpenAI's SDK: chat, embeddings and models, in front of a model that speaks its format and of one that doesn't.</summary>
public class OpenAiChatTests(SdkGateway gateway) : IClassFixture<SdkGateway>
{
    private const string Schema = """
        {"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name","age"],"additionalProperties":false}
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ChatCompletionOptions WithTool =>
        new()
        {
            Tools =
            {
                ChatTool.CreateFunctionTool(
                    "get_weather",
                    "Tells the weather.",
                    BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}}}""")
                ),
            },
        };

    [Theory]
    [InlineData("gpt", "Hello from gpt-4o-mini (mock).")]
    [InlineData("claude", "Hello from claude-sonnet-4-5 (mock).")]
    public async Task Chat(string model, string answer)
    {
        ChatCompletion completion = await gateway
            .Chat(model)
            .CompleteChatAsync(
                [new SystemChatMessage("Be brief."), new UserChatMessage("Hello")],
                cancellationToken: Token
            );

        Assert.Equal(answer, completion.Content[0].Text);
        Assert.Equal((model, ChatFinishReason.Stop), (completion.Model, completion.FinishReason));
        Assert.Equal(ChatMessageRole.Assistant, completion.Role);
        Assert.True(completion.Usage is { InputTokenCount: > 0, OutputTokenCount: > 0 });
        Assert.True(completion.CreatedAt > DateTimeOffset.UnixEpoch);
    }

    [Theory]
    [InlineData("gpt", "Hello from gpt-4o-mini (mock).")]
    [InlineData("claude", "Hello from claude-sonnet-4-5 (mock).")]
    public async Task Chat_Streamed(string model, string answer)
    {
        var (text, pieces) = ("", 0);
        ChatTokenUsage? usage = null;
        ChatFinishReason? reason = null;
        var updates = gateway.Chat(model).CompleteChatStreamingAsync(["Hello"], cancellationToken: Token);
        await foreach (var update in updates)
        {
            Assert.Equal(model, update.Model);
            text += string.Concat(update.ContentUpdate.Select(p => p.Text));
            pieces += update.ContentUpdate.Count;
            reason = update.FinishReason ?? reason;
            usage = update.Usage ?? usage;
        }

        Assert.Equal((answer, ChatFinishReason.Stop), (text, reason));
        Assert.True(pieces > 1);
        Assert.True(usage is { InputTokenCount: > 0, OutputTokenCount: > 0 });
    }

    [Theory]
    [InlineData("gpt")]
    [InlineData("claude")]
    public async Task Tools_InTwoTurns(string model)
    {
        var client = gateway.Chat(model);
        List<ChatMessage> messages = [new UserChatMessage("How is the weather in Paris?")];
        ChatCompletion first = await client.CompleteChatAsync(messages, WithTool, Token);

        Assert.Equal(ChatFinishReason.ToolCalls, first.FinishReason);
        var call = Assert.Single(first.ToolCalls);
        Assert.Equal("get_weather", call.FunctionName);
        Assert.Equal("Paris", JsonDocument.Parse(call.FunctionArguments).RootElement.GetProperty("city").GetString());

        messages.Add(new AssistantChatMessage(first));
        messages.Add(new ToolChatMessage(call.Id, "18 degrees"));
        ChatCompletion second = await client.CompleteChatAsync(messages, WithTool, Token);

        Assert.Equal(Answers.Weather, second.Content[0].Text);
        Assert.Contains(call.Id, gateway.RequestOf("18 degrees").BodyText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpt")]
    [InlineData("claude")]
    public async Task Tools_Streamed(string model)
    {
        var (id, name, arguments) = ("", "", "");
        ChatFinishReason? reason = null;
        var updates = gateway
            .Chat(model)
            .CompleteChatStreamingAsync([new UserChatMessage("And in Paris?")], WithTool, Token);
        await foreach (var update in updates)
        {
            foreach (var call in update.ToolCallUpdates)
            {
                Assert.Equal(0, call.Index);
                id += call.ToolCallId;
                name += call.FunctionName;
                arguments += call.FunctionArgumentsUpdate;
            }

            reason = update.FinishReason ?? reason;
        }

        Assert.NotEqual("", id);
        Assert.Equal(("get_weather", """{"city":"Paris"}"""), (name, arguments));
        Assert.Equal(ChatFinishReason.ToolCalls, reason);
    }

    [Theory]
    [InlineData("gpt", "json_schema")]
    [InlineData("claude", "output_config")]
    public async Task StructuredOutput(string model, string field)
    {
        var options = new ChatCompletionOptions
        {
            ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat(
                "person",
                BinaryData.FromString(Schema),
                jsonSchemaIsStrict: true
            ),
        };
        ChatCompletion completion = await gateway
            .Chat(model)
            .CompleteChatAsync([new UserChatMessage($"Describe Ada, {model}.")], options, Token);

        Assert.Equal(Answers.Person, completion.Content[0].Text);
        var request = gateway.RequestOf($"Describe Ada, {model}.").BodyText;
        Assert.Contains(field, request, StringComparison.Ordinal);
        Assert.Contains("\"age\"", request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embeddings_AsTheSdkAsks_AreBase64()
    {
        OpenAIEmbeddingCollection vectors = await gateway
            .Embeddings("embed")
            .GenerateEmbeddingsAsync(["One", "Two"], cancellationToken: Token);

        Assert.Equal([0, 1], vectors.Select(v => v.Index));
        Assert.All(vectors, v => Assert.Equal(8, v.ToFloats().Length));
        Assert.NotEqual(vectors[0].ToFloats().ToArray(), vectors[1].ToFloats().ToArray());
        Assert.Equal("embed", vectors.Model);
        Assert.True(vectors.Usage.InputTokenCount > 0);
        Assert.Contains("base64", gateway.RequestOf("\"One\"").BodyText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embeddings_AsFloats_AreTheSame()
    {
        var client = gateway.Embeddings("embed");
        OpenAIEmbedding packed = await client.GenerateEmbeddingAsync("Three", cancellationToken: Token);
        using var body = BinaryContent.Create(
            BinaryData.FromString("""{"model":"embed","input":"Three","encoding_format":"float"}""")
        );
        var plain = await client.GenerateEmbeddingsAsync(body);

        var answer = plain.GetRawResponse().Content.ToObjectFromJson<JsonElement>();
        Assert.Equal(
            packed.ToFloats().ToArray(),
            answer.GetProperty("data")[0].GetProperty("embedding").EnumerateArray().Select(n => n.GetSingle())
        );
    }

    [Fact]
    public async Task Models_AreListed_AndShown()
    {
        OpenAIModelCollection models = await gateway.Models().GetModelsAsync(Token);
        Assert.Equal(["gpt", "claude", "embed", "native"], models.Select(m => m.Id));

        OpenAIModel model = await gateway.Models().GetModelAsync("claude", Token);
        Assert.Equal("claude", model.Id);

        var unknown = await Assert.ThrowsAsync<ClientResultException>(() =>
            gateway.Models().GetModelAsync("no-such", Token)
        );
        Assert.Equal(404, unknown.Status);
    }

    [Theory]
    [InlineData("gpt")]
    [InlineData("claude")]
    public async Task ClientThatLeaves_AbortsTheCall(string model)
    {
        var prompt = $"Stall, chat of {model}.";
        await foreach (var update in gateway.Chat(model).CompleteChatStreamingAsync([prompt], cancellationToken: Token))
        {
            if (update.ContentUpdate.Count > 0)
            {
                break;
            }
        }

        await gateway.AssertAbortedAsync(prompt, model);
    }

    [Theory]
    [InlineData("gpt")]
    [InlineData("claude")]
    public async Task CancelledToken_AbortsTheCall(string model)
    {
        var prompt = $"Stall, cancelled, of {model}.";
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            var updates = gateway
                .Chat(model)
                .CompleteChatStreamingAsync([prompt], cancellationToken: cancellation.Token);
            await foreach (var update in updates)
            {
                await cancellation.CancelAsync();
            }
        });

        await gateway.AssertAbortedAsync(prompt, model);
    }
}
