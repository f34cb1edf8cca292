#pragma warning disable OPENAI001 // The SDK calls its client of Responses experimental.
using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using System.Text;
using Anthropic;
using Anthropic.Models.Messages;
using Callgate.Testing;
using Callgate.Wire;
using OpenAI;
using OpenAI.Models;
using OpenAI.Responses;

namespace Callgate.Tests.Testing;

/// <summary>The endpoints besides chat and messages, by the vendors' SDKs where they have them, else by their documented wire.</summary>
public sealed class FakeProviderEndpointTests : IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private FakeProvider _provider = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ResponsesClient Responses =>
        new(
            new ApiKeyCredential("k"),
            new ResponsesClientOptions
            {
                Endpoint = new Uri(_provider.OpenAiBase),
                RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            }
        );

    public async ValueTask InitializeAsync() =>
        _provider = await FakeProvider.StartAsync(new ManualTimeProvider(), Token);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task Responses_Unary()
    {
        _provider.DefaultReply = FakeReply.Mock(
            new MockOptions
            {
                CachedTokens = 1,
                ReasoningTokens = 3,
                Response = "Grüße",
            }
        );
        var response = (await Responses.CreateResponseAsync("gpt-4o", "Hello", null, Token)).Value;

        Assert.Equal("Grüße", response.GetOutputText());
        Assert.Equal("gpt-4o", response.Model);
        Assert.Equal(ResponseStatus.Completed, response.Status);
        Assert.Equal(
            (2, 5, 7),
            (response.Usage.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.TotalTokenCount)
        );
        Assert.Equal("/v1/responses", _provider.Requests[0].Path);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    public async Task Responses_Stream(int? splitEvery)
    {
        _provider.DefaultReply = FakeReply.Mock(new MockOptions { Response = "Grüße 👋🏽", ToolCalls = [Weather] }) with
        {
            SplitEvery = splitEvery,
        };
        var text = "";
        var arguments = "";
        ResponseResult? whole = null;
        await foreach (var update in await Responses.CreateResponseStreamingAsync("gpt-4o", "Hello", null, Token))
        {
            switch (update)
            {
                case StreamingResponseOutputTextDeltaUpdate delta:
                    text += delta.Delta;
                    break;
                case StreamingResponseFunctionCallArgumentsDeltaUpdate delta:
                    arguments += delta.Delta;
                    break;
                case StreamingResponseCompletedUpdate completed:
                    whole = completed.Response;
                    break;
            }
        }

        Assert.Equal("Grüße 👋🏽", text);
        Assert.Equal("""{"city":"Paris"}""", arguments);
        Assert.Equal("Grüße 👋🏽", whole!.GetOutputText());
        var call = Assert.IsType<FunctionCallResponseItem>(whole.OutputItems[1]);
        Assert.Equal(("call_1", "weather"), (call.CallId, call.FunctionName));
        Assert.Equal("""{"city":"Paris"}""", call.FunctionArguments.ToString());
        Assert.True(whole.Usage.OutputTokenCount > 0);
    }

    [Fact]
    public async Task Responses_StreamsTheDocumentedEvents()
    {
        using var response = await Post(
            "v1/responses",
            """{"model":"gpt-4o","input":[{"role":"user","content":[{"type":"input_text","text":"Hello"}]}],"stream":true}"""
        );
        var lines = (await response.Content.ReadAsStringAsync(Token)).Split('\n');

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(
            [
                "response.created",
                "response.in_progress",
                "response.output_item.added",
                "response.content_part.added",
                "response.output_text.delta",
                "response.output_text.delta",
                "response.output_text.delta",
                "response.output_text.delta",
                "response.output_text.done",
                "response.content_part.done",
                "response.output_item.done",
                "response.completed",
            ],
            lines.Where(l => l.StartsWith("event: ", StringComparison.Ordinal)).Select(l => l[7..])
        );
        var id = lines[1].Split("resp_mock_")[1].Split('"')[0];
        Assert.Equal(
            $$$$$"""data: {"type":"response.output_text.delta","item_id":"msg_mock_{{{{{id}}}}}","output_index":0,"content_index":0,"delta":"Hello fr","logprobs":[],"sequence_number":4}""",
            lines[13]
        );
        Assert.Equal(
            $$$$$"""data: {"type":"response.completed","response":{"id":"resp_mock_{{{{{id}}}}}","object":"response","created_at":1767323045,"status":"completed","error":null,"incomplete_details":null,"instructions":null,"max_output_tokens":null,"model":"gpt-4o","output":[{"id":"msg_mock_{{{{{id}}}}}","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hello from gpt-4o (mock).","annotations":[],"logprobs":[]}]}],"parallel_tool_calls":true,"previous_response_id":null,"reasoning":{"effort":null,"summary":null},"service_tier":"default","store":true,"temperature":1,"text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[],"top_p":1,"truncation":"disabled","usage":{"input_tokens":2,"input_tokens_details":{"cached_tokens":0,"cache_write_tokens":0},"output_tokens":7,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":9},"user":null,"metadata":{}},"sequence_number":11}""",
            lines[^3]
        );
    }

    [Fact]
    public async Task Responses_StreamThatFails_EndsWithAnError()
    {
        _provider.DefaultReply = FakeReply.Mock(
            new MockOptions { FailAfterChunks = 1, ErrorCode = "rate_limit_exceeded" }
        );
        var body = await StatusAndBody("v1/responses", """{"model":"m","input":"a","stream":true}""");

        Assert.EndsWith(
            """

            event: error
            data: {"type":"error","code":"rate_limit_exceeded","message":"Rate limit reached for requests.","param":null,"sequence_number":5}


            """.ReplaceLineEndings("\n"),
            body,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Responses_UsageOverride_StandsInTheStream()
    {
        _provider.DefaultReply = FakeReply.Mock() with { UsageOverride = """{"lie":1}""" };
        var body = await StatusAndBody("v1/responses", """{"model":"m","input":"a","stream":true}""");
        Assert.Equal(1, body.Split("\"usage\":{\"lie\":1}").Length - 1);
    }

    [Fact]
    public async Task Completions_Unary()
    {
        var body = await StatusAndBody("v1/completions", """{"model":"m","prompt":["One","Two"],"n":2}""");
        var id = body.Split("cmpl-mock-")[1].Split('"')[0];

        Assert.Equal(
            $$$$$"""200 {"id":"cmpl-mock-{{{{{id}}}}}","object":"text_completion","created":1767323045,"model":"m","system_fingerprint":"fp_mock","choices":[{"text":"Hello from m (mock).","index":0,"logprobs":null,"finish_reason":"stop"},{"text":"Hello from m (mock).","index":1,"logprobs":null,"finish_reason":"stop"},{"text":"Hello from m (mock).","index":2,"logprobs":null,"finish_reason":"stop"},{"text":"Hello from m (mock).","index":3,"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":2,"completion_tokens":20,"total_tokens":22,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}""",
            body
        );
    }

    [Fact]
    public async Task Completions_Stream()
    {
        _provider.DefaultReply = FakeReply.Mock(new MockOptions { Response = "Hello, world" });
        var body = await StatusAndBody(
            "openai/deployments/d/completions?api-version=1",
            """{"prompt":"One","stream":true,"stream_options":{"include_usage":true}}"""
        );
        var id = body.Split("cmpl-mock-")[1].Split('"')[0];
        var head =
            $$$$$"""data: {"id":"cmpl-mock-{{{{{id}}}}}","object":"text_completion","created":1767323045,"model":"d","system_fingerprint":"fp_mock","choices":""";

        Assert.Equal(
            $$$$$"""
            200 {{{{{head}}}}}[{"text":"Hello, w","index":0,"logprobs":null,"finish_reason":null}],"usage":null}

            {{{{{head}}}}}[{"text":"orld","index":0,"logprobs":null,"finish_reason":null}],"usage":null}

            {{{{{head}}}}}[{"text":"","index":0,"logprobs":null,"finish_reason":"stop"}],"usage":null}

            {{{{{head}}}}}[],"usage":{"prompt_tokens":1,"completion_tokens":3,"total_tokens":4,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}

            data: [DONE]


            """.ReplaceLineEndings("\n"),
            body
        );
    }

    [Theory]
    [InlineData("v1/completions", """{"model":"m"}""", "Missing required parameter: 'prompt'.")]
    [InlineData("v1/completions", """{"model":"m","prompt":[]}""", "'$.prompt' is invalid.")]
    [InlineData("v1/responses", """{"model":"m"}""", "Missing required parameter: 'input'.")]
    [InlineData("v1/messages/count_tokens", """{"model":"m"}""", "messages: Field required")]
    public async Task What_is_missing_is_refused(string path, string body, string message)
    {
        var answer = await StatusAndBody(path, body);
        Assert.StartsWith("400 ", answer, StringComparison.Ordinal);
        Assert.Contains(message, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_CountTokens()
    {
        using var claude = new AnthropicClient
        {
            ApiKey = "k",
            BaseUrl = _provider.AnthropicBase,
            MaxRetries = 0,
        };
        _provider.DefaultReply = FakeReply.Mock(new MockOptions { PromptTokens = 2095 });
        var count = await claude.Messages.CountTokens(
            new MessageCountTokensParams { Model = "claude-sonnet-4-5", Messages = [new UserMessageParam("Hello")] },
            Token
        );

        Assert.Equal(2095, count.InputTokens);
        Assert.Equal("/v1/messages/count_tokens", _provider.Requests[0].Path);

        _provider.DefaultReply = FakeReply.Error(429);
        Assert.Contains(
            "\"type\":\"rate_limit_error\"",
            await StatusAndBody("v1/messages/count_tokens", "{}"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Models_AreListed_AndEachIsKnown()
    {
        var models = new OpenAIModelClient(
            new ApiKeyCredential("k"),
            new OpenAIClientOptions { Endpoint = new Uri(_provider.OpenAiBase) }
        );
        var listed = (await models.GetModelsAsync(Token)).Value;
        OpenAIModel one = await models.GetModelAsync("org/any model", Token);

        Assert.Contains("gpt-4o", listed.Select(m => m.Id));
        Assert.Equal("org/any model", one.Id);
        using var refused = await Post("v1/models", "{}");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, refused.StatusCode);
    }

    private static ToolCall Weather =>
        new()
        {
            Id = "call_1",
            Type = "function",
            Function = new() { Name = "weather", Arguments = """{"city":"Paris"}""" },
        };

    private async Task<string> StatusAndBody(string path, string body)
    {
        using var response = await Post(path, body);
        return $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(Token)}";
    }

    private Task<HttpResponseMessage> Post(string path, string body) =>
        _http.PostAsync(
            new Uri(_provider.BaseAddress, path),
            new StringContent(body, Encoding.UTF8, "application/json"),
            Token
        );
}
