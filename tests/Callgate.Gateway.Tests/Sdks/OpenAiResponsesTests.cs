#pragma warning disable OPENAI001 // The SDK calls its Responses client experimental.
using System.ClientModel;
using OpenAI.Responses;

namespace Callgate.Gateway.Tests.Sdks;

/// <summary>OpenAI's SDK: the Responses API in front of chat models of either wire.</summary>
public class OpenAiResponsesTests(SdkGateway gateway) : IClassFixture<SdkGateway>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static CreateResponseOptions WithTool(string model, params IEnumerable<ResponseItem> items) =>
        new(model, items)
        {
            Tools =
            {
                ResponseTool.CreateFunctionTool(
                    "get_weather",
                    BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}}}"""),
                    false,
                    "Tells the weather."
                ),
            },
        };

    [Theory]
    [InlineData("gpt", "Hello from gpt-4o-mini (mock).")]
    [InlineData("claude", "Hello from claude-sonnet-4-5 (mock).")]
    [InlineData("native", "Hello from gpt-4o-mini (mock).")]
    public async Task Response(string model, string answer)
    {
        ResponseResult response = await gateway
            .Responses()
            .CreateResponseAsync(model, "Hello", cancellationToken: Token);

        Assert.Equal((answer, ResponseStatus.Completed), (response.GetOutputText(), response.Status));
        Assert.Equal(model, response.Model);
        Assert.True(response.Usage is { InputTokenCount: > 0, OutputTokenCount: > 0 });
    }

    [Theory]
    [InlineData("gpt", "Hello from gpt-4o-mini (mock).")]
    [InlineData("claude", "Hello from claude-sonnet-4-5 (mock).")]
    [InlineData("native", "Hello from gpt-4o-mini (mock).")]
    public async Task Response_Streamed(string model, string answer)
    {
        var (text, last) = ("", -1);
        ResponseResult? end = null;
        var updates = await gateway.Responses().CreateResponseStreamingAsync(model, "Hello", cancellationToken: Token);
        await foreach (var update in updates)
        {
            Assert.Equal(last + 1, update.SequenceNumber);
            last = update.SequenceNumber;
            text += (update as StreamingResponseOutputTextDeltaUpdate)?.Delta;
            end = (update as StreamingResponseCompletedUpdate)?.Response ?? end;
        }

        Assert.Equal(answer, text);
        Assert.Equal((answer, model), (end!.GetOutputText(), end.Model));
        Assert.True(end.Usage.TotalTokenCount > 0);

        // What was streamed is kept as well.
        ResponseResult kept = await gateway.Responses().GetResponseAsync(end.Id, Token);
        Assert.Equal(answer, kept.GetOutputText());
    }

    [Theory]
    [InlineData("gpt")]
    [InlineData("claude")]
    [InlineData("native")]
    public async Task Tools_InTwoTurns(string model)
    {
        var client = gateway.Responses();
        var question = ResponseItem.CreateUserMessageItem("How is the weather in Paris?");
        ResponseResult first = await client.CreateResponseAsync(WithTool(model, question), Token);

        var call = Assert.IsType<FunctionCallResponseItem>(
            first.OutputItems.Single(i => i is FunctionCallResponseItem)
        );
        Assert.Equal(("get_weather", """{"city":"Paris"}"""), (call.FunctionName, call.FunctionArguments.ToString()));

        var next = WithTool(model, ResponseItem.CreateFunctionCallOutputItem(call.CallId, "18 degrees"));
        next.PreviousResponseId = first.Id;
        ResponseResult second = await client.CreateResponseAsync(next, Token);

        Assert.Equal(Answers.Weather, second.GetOutputText());
    }

    [Theory]
    [InlineData("gpt", "json_schema")]
    [InlineData("claude", "output_config")]
    public async Task StructuredOutput(string model, string field)
    {
        var prompt = $"Describe Ada to {model}.";
        var options = new CreateResponseOptions(model, [ResponseItem.CreateUserMessageItem(prompt)])
        {
            TextOptions = new ResponseTextOptions
            {
                TextFormat = ResponseTextFormat.CreateJsonSchemaFormat(
                    "person",
                    BinaryData.FromString(
                        """{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name","age"],"additionalProperties":false}"""
                    ),
                    jsonSchemaIsStrict: true
                ),
            },
        };
        ResponseResult response = await gateway.Responses().CreateResponseAsync(options, Token);

        Assert.Equal(Answers.Person, response.GetOutputText());
        Assert.Contains(field, gateway.RequestOf(prompt).BodyText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpt")]
    [InlineData("claude")]
    public async Task Thinking_IsASummary(string model)
    {
        var options = new CreateResponseOptions(model, [ResponseItem.CreateUserMessageItem("Think: two and two?")])
        {
            ReasoningOptions = new ResponseReasoningOptions
            {
                ReasoningEffortLevel = ResponseReasoningEffortLevel.Low,
                ReasoningSummaryVerbosity = ResponseReasoningSummaryVerbosity.Auto,
            },
        };
        ResponseResult response = await gateway.Responses().CreateResponseAsync(options, Token);

        Assert.Equal("Four.", response.GetOutputText());
        Assert.Equal(Answers.Thinking, response.OutputItems.OfType<ReasoningResponseItem>().Single().GetSummaryText());
    }

    [Theory]
    [InlineData("gpt")]
    [InlineData("claude")]
    public async Task Stored_IsContinued_Read_AndDeleted(string model)
    {
        var client = gateway.Responses();
        ResponseResult first = await client.CreateResponseAsync(
            model,
            $"My name is Ada, {model}.",
            cancellationToken: Token
        );
        ResponseResult second = await client.CreateResponseAsync(model, $"Who am I, {model}?", first.Id, Token);

        Assert.Equal(first.Id, second.PreviousResponseId);
        Assert.Contains(
            $"My name is Ada, {model}.",
            gateway.RequestOf($"Who am I, {model}?").BodyText,
            StringComparison.Ordinal
        );

        ResponseResult kept = await client.GetResponseAsync(second.Id, Token);
        Assert.Equal((second.Id, second.GetOutputText()), (kept.Id, kept.GetOutputText()));

        var items = new List<ResponseItem>();
        await foreach (var item in client.GetResponseInputItemsAsync(second.Id, Token))
        {
            items.Add(item);
        }

        Assert.Equal(3, items.Count);

        ResponseDeletionResult deleted = await client.DeleteResponseAsync(second.Id, Token);
        Assert.True(deleted.Deleted);
        var gone = await Assert.ThrowsAsync<ClientResultException>(() => client.GetResponseAsync(second.Id, Token));
        Assert.Equal(404, gone.Status);
    }

    [Theory]
    [InlineData("gpt")]
    [InlineData("claude")]
    public async Task ClientThatLeaves_AbortsTheCall(string model)
    {
        var prompt = $"Stall, response of {model}.";
        var updates = await gateway.Responses().CreateResponseStreamingAsync(model, prompt, cancellationToken: Token);
        await foreach (var update in updates)
        {
            if (update is StreamingResponseOutputTextDeltaUpdate)
            {
                break;
            }
        }

        await gateway.AssertAbortedAsync(prompt, model);
    }
}
