using System.ComponentModel;
using System.Text.Json;
using Callgate.Interop;
using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Tests.Interop;

public sealed class RequestToWireTests
{
    private static readonly ChatMessage[] s_hi = [new(ChatRole.User, "Hi")];

    [Fact]
    public void Options_BecomeTheRequestsFields()
    {
        var options = new ChatOptions
        {
            Instructions = "Be brief.",
            ModelId = "gpt-4o",
            Temperature = 0.7f,
            TopP = 0.1f,
            TopK = 40,
            FrequencyPenalty = 0.3f,
            PresencePenalty = -0.2f,
            MaxOutputTokens = 100,
            Seed = 7,
            StopSequences = ["END"],
            AllowMultipleToolCalls = false,
            ToolMode = ChatToolMode.RequireSpecific("weather"),
            Tools = [AIFunctionFactory.Create(Weather)],
            ResponseFormat = ChatResponseFormat.Json,
            Reasoning = new ReasoningOptions { Effort = ReasoningEffort.High },
            ConversationId = "conv_1",
        };

        JsonText.Same(
            """
            {"model":"gpt-4o",
             "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}],
             "temperature":0.7,"top_p":0.1,"top_k":40,"frequency_penalty":0.3,"presence_penalty":-0.2,
             "max_completion_tokens":100,"seed":7,"stop":["END"],
             "tools":[{"type":"function","function":{"name":"weather","description":"The weather of a city.",
               "parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}],
             "tool_choice":{"type":"function","function":{"name":"weather"}},
             "parallel_tool_calls":false,
             "response_format":{"type":"json_object"},
             "reasoning_effort":"high"}
            """,
            JsonText.Of(RequestToWire.Map(s_hi, options, "other"))
        );
    }

    [Fact]
    public void NoOptions_NoFields() =>
        JsonText.Same(
            """{"model":"m","messages":[{"role":"user","content":"Hi"}]}""",
            JsonText.Of(RequestToWire.Map(s_hi, null, "m"))
        );

    [Theory]
    [InlineData("auto", "\"auto\"")]
    [InlineData("none", "\"none\"")]
    [InlineData("required", "\"required\"")]
    public void ToolModes(string mode, string expected)
    {
        ChatToolMode given =
            mode == "auto" ? ChatToolMode.Auto
            : mode == "none" ? ChatToolMode.None
            : ChatToolMode.RequireAny;
        var options = new ChatOptions { ToolMode = given, Tools = [AIFunctionFactory.Create(Weather)] };

        Assert.Equal(expected, RequestToWire.Map(s_hi, options, "m").ToolChoice!.Value.GetRawText());
    }

    [Fact]
    public void WithoutTools_NoToolChoice()
    {
        var options = new ChatOptions
        {
            ToolMode = ChatToolMode.Auto,
            AllowMultipleToolCalls = true,
            Tools = [],
        };

        JsonText.Same(
            """{"model":"m","messages":[{"role":"user","content":"Hi"}]}""",
            JsonText.Of(RequestToWire.Map(s_hi, options, "m"))
        );
    }

    [Fact]
    public void ResponseSchemas_ComeWithTheirNameAndStrictness()
    {
        var options = new ChatOptions
        {
            ResponseFormat = ChatResponseFormat.ForJsonSchema(
                JsonElement.Parse("""{"type":"object"}"""),
                "city",
                "A city."
            ),
            AdditionalProperties = new() { ["strict"] = true },
        };

        var request = RequestToWire.Map(s_hi, options, "m");

        JsonText.Same(
            """
            {"model":"m","messages":[{"role":"user","content":"Hi"}],
             "response_format":{"type":"json_schema","json_schema":{"name":"city","description":"A city.","schema":{"type":"object"},"strict":true}}}
            """,
            JsonText.Of(request)
        );
    }

    [Fact]
    public void HostedTools_AreNotDropped()
    {
        var options = new ChatOptions { Tools = [new HostedWebSearchTool(), new HostedCodeInterpreterTool()] };

        JsonText.Same(
            """
            {"model":"m","messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"code_interpreter"}],"web_search_options":{}}
            """,
            JsonText.Of(RequestToWire.Map(s_hi, options, "m"))
        );
    }

    [Fact]
    public void AdditionalProperties_AreFieldsByTheirNamesOnTheWire()
    {
        var options = new ChatOptions
        {
            Temperature = 0.5f,
            AdditionalProperties = new()
            {
                ["user"] = "u1",
                ["n"] = 2,
                ["temperature"] = 0.9,
                ["logit_bias"] = new Dictionary<string, int> { ["50256"] = -100 },
                ["store"] = null,
                ["model"] = "sneaky",
                ["stream"] = true,
                ["state"] = new Action(() => { }),
                [CallOptionsCarrier.Key] = new CallOptions { Tags = ["secret"] },
            },
        };

        var request = RequestToWire.Map(s_hi, options, "m");

        Assert.Equal(("u1", 2, 0.9), (request.User, request.N, request.Temperature));
        JsonText.Same(
            """
            {"model":"m","messages":[{"role":"user","content":"Hi"}],"user":"u1","n":2,"temperature":0.9,"logit_bias":{"50256":-100},"store":null}
            """,
            JsonText.Of(request)
        );
    }

    [Fact]
    public void ARawRequest_WinsAndIsAddedTo()
    {
        using var client = new NoClient();
        var options = new ChatOptions
        {
            Temperature = 0.5f,
            MaxOutputTokens = 10,
            StopSequences = ["b"],
            Tools = [AIFunctionFactory.Create(Weather)],
            AdditionalProperties = new() { ["user"] = "u1", ["top_k"] = 5 },
            RawRepresentationFactory = c => new ChatRequest
            {
                Model = "",
                Messages = [Message.System("First.")],
                Temperature = 0,
                MaxTokens = 20,
                Stop = ["a"],
                User = ReferenceEquals(c, client) ? "raw" : "another client",
                Tools = [ToolDefinition.FromFunction("own")],
            },
        };

        var request = RequestToWire.Map(s_hi, options, "m", client);

        Assert.Equal("m", request.Model);
        Assert.Equal(["First.", "Hi"], request.Messages.Select(m => m.Text));
        Assert.Equal(0, request.Temperature);
        Assert.Equal((20, (int?)null), (request.MaxTokens, request.MaxCompletionTokens));
        Assert.Equal(["a", "b"], request.Stop!);
        Assert.Equal("raw", request.User);
        Assert.Equal(["own", "weather"], request.Tools!.Select(t => t.Function!.Name));
        Assert.Equal(5, request.AdditionalProperties!["top_k"].GetInt32());
    }

    [Fact]
    public void TheFactoryOfAnothersRequest_IsNotCalled()
    {
        var options = new ChatOptions { RawRepresentationFactory = _ => throw new InvalidOperationException() };

        Assert.Equal("m", RequestToWire.Map(s_hi, options, "m").Model);
    }

    [Fact]
    public void Messages_AreEnumeratedOnce()
    {
        var times = 0;
        RequestToWire.Map(Once(), null, "m");
        Assert.Equal(1, times);

        IEnumerable<ChatMessage> Once()
        {
            times++;
            yield return s_hi[0];
        }
    }

    [Fact]
    public void EmbeddingOptions_BecomeTheRequestsFields()
    {
        var options = new EmbeddingGenerationOptions
        {
            Dimensions = 256,
            AdditionalProperties = new()
            {
                ["user"] = "u1",
                ["input_type"] = "query",
                ["input"] = "sneaky",
            },
        };

        var request = EmbeddingsToWire.Map(["a", "b"], options, "text-embedding-3-small");

        JsonText.Same(
            """{"model":"text-embedding-3-small","input":["a","b"],"dimensions":256,"user":"u1","input_type":"query"}""",
            JsonSerializer.Serialize(request, WireJson.Default.EmbeddingRequest)
        );
    }

    [Fact]
    public void Embeddings_SurviveTheWayThereAndBack()
    {
        var response = new EmbeddingResponse
        {
            Object = "list",
            Model = "e",
            Usage = new Wire.Usage { PromptTokens = 4, TotalTokens = 4 },
            Data =
            [
                new EmbeddingItem
                {
                    Object = "embedding",
                    Index = 1,
                    Embedding = new float[] { 3, 4 },
                },
                new EmbeddingItem
                {
                    Object = "embedding",
                    Index = 0,
                    Embedding = new float[] { 1, 2 },
                },
            ],
        };

        var there = EmbeddingsFromWire.Map(response);
        var back = EmbeddingsToWire.Map(there);

        Assert.Equal([1, 2], there[0].Vector.ToArray());
        JsonText.Same(
            """
            {"model":"e","usage":{"prompt_tokens":4,"completion_tokens":0,"total_tokens":4},"object":"list",
             "data":[{"object":"embedding","index":0,"embedding":[1,2]},{"object":"embedding","index":1,"embedding":[3,4]}]}
            """,
            JsonSerializer.Serialize(back, WireJson.Default.EmbeddingResponse)
        );
    }

    [Description("The weather of a city.")]
    [DisplayName("weather")]
    private static string Weather(string city) => city;

    private sealed class NoClient : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            CancellationToken cancellationToken = default
        ) => throw new InvalidOperationException();

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            CancellationToken cancellationToken = default
        ) => throw new InvalidOperationException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose() { }
    }
}
