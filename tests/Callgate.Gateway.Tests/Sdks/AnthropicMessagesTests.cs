using System.Text.Json;
using Anthropic;
using Anthropic.Models.Messages;

namespace Callgate.Gateway.Tests.Sdks;

/// <summary>Anthropic's SDK, in front of a model that speaks its format and of one that doesn't.</summary>
public class AnthropicMessagesTests(SdkGateway gateway) : IClassFixture<SdkGateway>
{
    private static readonly JsonElement s_schema = JsonSerializer.Deserialize<JsonElement>(
        """{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name","age"],"additionalProperties":false}"""
    );

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private AnthropicClient Client => gateway.Claude();

    private static MessageCreateParams Ask(string model, params IReadOnlyList<MessageParam> messages) =>
        new()
        {
            Model = model,
            MaxTokens = 2000,
            Messages = messages,
        };

    private static MessageCreateParams WithTool(string model, params IReadOnlyList<MessageParam> messages) =>
        Ask(model, messages) with
        {
            Tools =
            [
                new Tool
                {
                    Name = "get_weather",
                    Description = "Tells the weather.",
                    InputSchema = new InputSchema
                    {
                        Properties = new Dictionary<string, JsonElement>
                        {
                            ["city"] = JsonSerializer.Deserialize<JsonElement>("""{"type":"string"}"""),
                        },
                    },
                },
            ],
        };

    private static UserMessageParam User(string text) => new(text);

    /// <summary>The answer as the next turn's history, block for block.</summary>
    private static AssistantMessageParam Again(Message answer) =>
        new(answer.Content.Select(b => new ContentBlockParam(b.Json)).ToList());

    private static string TextOf(Message message) =>
        string.Concat(message.Content.Select(b => b.TryPickText(out var text) ? text.Text : ""));

    [Theory]
    [InlineData("gpt", "Hello from gpt-4o-mini (mock).")]
    [InlineData("claude", "Hello from claude-sonnet-4-5 (mock).")]
    public async Task Message(string model, string answer)
    {
        var message = await Client.Messages.Create(Ask(model, User("Hello")) with { System = "Be brief." }, Token);

        Assert.Equal(answer, TextOf(message));
        Assert.Equal((model, StopReason.EndTurn), (message.Model.Raw(), message.StopReason!.Value()));
        Assert.True(message.Usage is { InputTokens: > 0, OutputTokens: > 0 });
    }

    [Theory]
    [InlineData("gpt", "Hello from gpt-4o-mini (mock).")]
    [InlineData("claude", "Hello from claude-sonnet-4-5 (mock).")]
    public async Task Message_Streamed(string model, string answer)
    {
        var message = await Client.Messages.CreateStreaming(Ask(model, User("Hello")), Token).Aggregate();

        Assert.Equal(answer, TextOf(message));
        Assert.Equal((model, StopReason.EndTurn), (message.Model.Raw(), message.StopReason!.Value()));
        Assert.True(message.Usage is { InputTokens: > 0, OutputTokens: > 0 });
    }

    [Theory]
    [InlineData("gpt", false)]
    [InlineData("gpt", true)]
    [InlineData("claude", false)]
    [InlineData("claude", true)]
    public async Task Tools_InTwoTurns(string model, bool streamed)
    {
        var question = User("How is the weather in Paris?");
        var ask = WithTool(model, question);
        var first = streamed
            ? await Client.Messages.CreateStreaming(ask, Token).Aggregate()
            : await Client.Messages.Create(ask, Token);

        Assert.Equal(StopReason.ToolUse, first.StopReason!.Value());
        var call = first.Content.Select(b => b.TryPickToolUse(out var use) ? use : null).Single(u => u is not null)!;
        Assert.Equal(("get_weather", "Paris"), (call.Name, call.Input["city"].GetString()));

        var result = new UserMessageParam(
            new List<ContentBlockParam> { new ToolResultBlockParam(call.ID) { Content = "18 degrees" } }
        );
        var second = await Client.Messages.Create(WithTool(model, question, Again(first), result), Token);

        Assert.Equal(Answers.Weather, TextOf(second));
        Assert.Contains(call.ID, gateway.RequestOf("18 degrees").BodyText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpt", "json_schema")]
    [InlineData("claude", "output_config")]
    public async Task StructuredOutput(string model, string field)
    {
        var prompt = $"Describe Ada to {model}.";
        var message = await Client.Messages.Create(
            Ask(model, User(prompt)) with
            {
                OutputConfig = new OutputConfig
                {
                    Format = new JsonOutputFormat
                    {
                        Schema = s_schema.EnumerateObject().ToDictionary(p => p.Name, p => p.Value),
                    },
                },
            },
            Token
        );

        Assert.Equal(Answers.Person, TextOf(message));
        Assert.Contains(field, gateway.RequestOf(prompt).BodyText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpt", false, "")]
    [InlineData("gpt", true, "")]
    [InlineData("claude", false, "c2ln")]
    [InlineData("claude", true, "c2ln")]
    public async Task Thinking_IsABlock_AndGoesBack(string model, bool streamed, string signature)
    {
        var ask = Ask(model, User("Think: two and two?")) with { Thinking = new ThinkingConfigEnabled(1024) };
        var message = streamed
            ? await Client.Messages.CreateStreaming(ask, Token).Aggregate()
            : await Client.Messages.Create(ask, Token);

        Assert.True(message.Content[0].TryPickThinking(out var thinking));
        Assert.Equal((Answers.Thinking, signature), (thinking.Thinking, thinking.Signature));
        Assert.Equal("Four.", TextOf(message));

        var next = await Client.Messages.Create(
            ask with
            {
                Messages = [User("Think: two and two?"), Again(message), User("Are you sure?")],
            },
            Token
        );
        Assert.Equal("Four.", TextOf(next));
    }

    [Theory]
    [InlineData("gpt")]
    [InlineData("claude")]
    public async Task Tokens_AreCounted(string model)
    {
        var count = await Client.Messages.CountTokens(
            new MessageCountTokensParams { Model = model, Messages = [User("How many tokens are these?")] },
            Token
        );

        Assert.InRange(count.InputTokens, 5, 30);
    }

    [Theory]
    [InlineData("gpt")]
    [InlineData("claude")]
    public async Task ClientThatLeaves_AbortsTheCall(string model)
    {
        var prompt = $"Stall, message of {model}.";
        await foreach (var e in Client.Messages.CreateStreaming(Ask(model, User(prompt)), Token))
        {
            if (e.TryPickContentBlockDelta(out _))
            {
                break;
            }
        }

        await gateway.AssertAbortedAsync(prompt, model);
    }
}
