#pragma warning disable OPENAI001 // The SDK calls its Responses client experimental.
using System.Buffers;
using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using System.Text;
using Callgate.Formats;
using Callgate.Formats.Responses;
using Callgate.Wire;
using OpenAI.Responses;

namespace Callgate.Tests.Formats.Responses;

/// <summary>OpenAI's own SDK takes what the format writes, and writes what it reads.</summary>
public sealed class ResponsesSdkTests : IDisposable
{
    private readonly ResponsesFormat _format = new();
    private readonly ResponseHistory _history = new(new MemoryResponseStore(TimeProvider.System), TimeProvider.System);
    private readonly StubHandler _handler;
    private readonly HttpClient _http;
    private readonly ResponsesClient _client;
    private ChatRequest? _request;
    private Func<ChatRequest, IEnumerable<ChatChunk>> _answer = _ => [];

    public ResponsesSdkTests()
    {
        _handler = new StubHandler(ServeAsync);
        _http = new HttpClient(_handler);
        _client = new ResponsesClient(
            new ApiKeyCredential("k"),
            new ResponsesClientOptions
            {
                Endpoint = new Uri("https://host/v1"),
                Transport = new HttpClientPipelineTransport(_http),
                RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            }
        );
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static CreateResponseOptions Options =>
        new("claude", [ResponseItem.CreateUserMessageItem("Weather in Rome?")])
        {
            Instructions = "Be brief.",
            Temperature = 0.5f,
            MaxOutputTokenCount = 100,
            Tools =
            {
                ResponseTool.CreateFunctionTool(
                    "weather",
                    BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}}}"""),
                    true,
                    "Tells the weather."
                ),
            },
            ToolChoice = ResponseToolChoice.CreateAutoChoice(),
            TextOptions = new ResponseTextOptions
            {
                TextFormat = ResponseTextFormat.CreateJsonSchemaFormat(
                    "report",
                    BinaryData.FromString("""{"type":"object"}"""),
                    "A report.",
                    true
                ),
            },
            ReasoningOptions = new ResponseReasoningOptions
            {
                ReasoningEffortLevel = ResponseReasoningEffortLevel.High,
            },
            Metadata = { ["a"] = "b" },
        };

    private static IEnumerable<ChatChunk> CallWeather =>
        [
            ResponsesWire.Delta(
                """{"role":"assistant","reasoning_content":"Hm.","thinking_blocks":[{"type":"thinking","thinking":"Hm."}]}"""
            ),
            ResponsesWire.Delta("""{"thinking_blocks":[{"type":"thinking","signature":"c2ln"}]}"""),
            ResponsesWire.Delta("""{"content":"I "}"""),
            ResponsesWire.Delta("""{"content":"look."}"""),
            ResponsesWire.Delta(
                """{"tool_calls":[{"index":0,"id":"toolu_1","type":"function","function":{"name":"weather","arguments":""}}]}"""
            ),
            ResponsesWire.Delta("""{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":\"Rome\"}"}}]}"""),
            ResponsesWire.Delta("{}", "tool_calls"),
            ResponsesWire.Chunk(
                """{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14,"prompt_tokens_details":{"cached_tokens":2},"completion_tokens_details":{"reasoning_tokens":1}}}"""
            ),
        ];

    private static IEnumerable<ChatChunk> SayReport =>
        [ResponsesWire.Delta("""{"content":"{\"sky\":\"blue\"}"}"""), ResponsesWire.Delta("{}", "stop")];

    [Fact]
    public async Task Unary_WithTools_AndTheNextTurn()
    {
        _answer = _ => CallWeather;
        ResponseResult first = await _client.CreateResponseAsync(Options, Token);

        AssertAnswer(first);
        Assert.Equal("Be brief.", _request!.Messages[0].Text);
        Assert.Equal("weather", _request.Tools!.Single().Function!.Name);
        Assert.Equal("high", _request.ReasoningEffort);
        Assert.Equal("json_schema", _request.ResponseFormat!.Type);

        // All items of the answer go back, as the SDK writes them.
        var next = Options;
        foreach (var item in first.OutputItems)
        {
            next.InputItems.Add(item);
        }

        next.InputItems.Add(ResponseItem.CreateFunctionCallOutputItem("toolu_1", "sunny"));
        _answer = _ => SayReport;
        ResponseResult second = await _client.CreateResponseAsync(next, Token);

        Assert.Equal("""{"sky":"blue"}""", second.GetOutputText());
        var turn = _request.Messages[2];
        Assert.Equal(
            ("I look.", "c2ln", "Hm."),
            (turn.Text, turn.ThinkingBlocks![0].Signature, turn.ThinkingBlocks[0].Thinking)
        );
        Assert.Equal("""{"city":"Rome"}""", turn.ToolCalls!.Single().Function!.Arguments);
        Assert.Equal(("tool", "sunny"), (_request.Messages[3].Role, _request.Messages[3].Text));
    }

    [Fact]
    public async Task Streamed_WithTools()
    {
        _answer = _ => CallWeather;
        var options = Options;
        options.StreamingEnabled = true;
        var (text, reasoning, arguments, last) = ("", "", "", -1);
        ResponseResult? end = null;
        var result = await _client.CreateResponseStreamingAsync(options, Token);
        await foreach (var update in result.WithCancellation(Token))
        {
            Assert.True(update.SequenceNumber > last);
            last = update.SequenceNumber;
            switch (update)
            {
                case StreamingResponseOutputTextDeltaUpdate delta:
                    text += delta.Delta;
                    break;
                case StreamingResponseReasoningSummaryTextDeltaUpdate delta:
                    reasoning += delta.Delta;
                    break;
                case StreamingResponseFunctionCallArgumentsDoneUpdate done:
                    arguments = done.FunctionArguments.ToString();
                    break;
                case StreamingResponseCompletedUpdate completed:
                    end = completed.Response;
                    break;
            }
        }

        Assert.Equal(("I look.", "Hm.", """{"city":"Rome"}"""), (text, reasoning, arguments));
        AssertAnswer(end!);
    }

    [Fact]
    public async Task BrokenStream_IsAFailureToTheSdk()
    {
        _answer = Broken;
        var options = Options;
        options.StreamingEnabled = true;
        var kinds = new List<string>();
        try
        {
            var result = await _client.CreateResponseStreamingAsync(options, Token);
            await foreach (var update in result.WithCancellation(Token))
            {
                kinds.Add(
                    update switch
                    {
                        StreamingResponseErrorUpdate e => $"error {e.Message}",
                        StreamingResponseFailedUpdate f => $"failed {f.Response.Error.Message}",
                        _ => update.Kind.ToString(),
                    }
                );
            }
        }
        catch (ClientResultException e)
        {
            kinds.Add($"thrown {e.Message}");
        }

        Assert.Contains("error It broke.", kinds);
        Assert.Contains("failed It broke.", kinds);
        Assert.DoesNotContain("ResponseCompleted", kinds);

        static IEnumerable<ChatChunk> Broken(ChatRequest request)
        {
            yield return ResponsesWire.Delta("""{"content":"So"}""");
            throw new IOException("It broke.");
        }
    }

    [Fact]
    public async Task Stored_CanBeContinued_Read_AndDeleted()
    {
        _answer = _ => SayReport;
        ResponseResult first = await _client.CreateResponseAsync("claude", "One", cancellationToken: Token);
        ResponseResult second = await _client.CreateResponseAsync("claude", "Two", first.Id, Token);

        Assert.Equal(["One", """{"sky":"blue"}""", "Two"], _request!.Messages.Select(m => m.Text));
        Assert.Equal(first.Id, second.PreviousResponseId);

        ResponseResult got = await _client.GetResponseAsync(second.Id, Token);
        Assert.Equal((second.Id, second.GetOutputText()), (got.Id, got.GetOutputText()));

        var items = new List<ResponseItem>();
        await foreach (var item in _client.GetResponseInputItemsAsync(second.Id, Token))
        {
            items.Add(item);
        }

        Assert.Equal(3, items.Count);
        Assert.Equal("Two", ((MessageResponseItem)items[0]).Content[0].Text);

        ResponseDeletionResult deleted = await _client.DeleteResponseAsync(second.Id, Token);
        Assert.True(deleted.Deleted);
        var e = await Assert.ThrowsAsync<ClientResultException>(() => _client.GetResponseAsync(second.Id, Token));
        Assert.Equal(404, e.Status);
        Assert.Contains("not found", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusal_IsReadable()
    {
        var options = Options;
        options.Tools.Add(ResponseTool.CreateWebSearchTool());

        var e = await Assert.ThrowsAsync<ClientResultException>(() => _client.CreateResponseAsync(options, Token));

        Assert.Equal(400, e.Status);
        Assert.Contains("tools[1].type", e.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    private static void AssertAnswer(ResponseResult answer)
    {
        Assert.Equal(ResponseStatus.Completed, answer.Status);
        Assert.Equal("I look.", answer.GetOutputText());
        var reasoning = Assert.IsType<ReasoningResponseItem>(answer.OutputItems[0]);
        Assert.Equal("Hm.", reasoning.GetSummaryText());
        var call = Assert.IsType<FunctionCallResponseItem>(answer.OutputItems[2]);
        Assert.Equal(("toolu_1", "weather"), (call.CallId, call.FunctionName));
        Assert.Equal("""{"city":"Rome"}""", call.FunctionArguments.ToString());
        Assert.Equal(
            (9, 5, 14),
            (answer.Usage.InputTokenCount, answer.Usage.OutputTokenCount, answer.Usage.TotalTokenCount)
        );
        Assert.Equal(2, answer.Usage.InputTokenDetails.CachedTokenCount);
        Assert.Equal(1, answer.Usage.OutputTokenDetails.ReasoningTokenCount);
        Assert.Equal("b", answer.Metadata["a"]);
        Assert.Equal(0.5f, answer.Temperature);
        Assert.Equal(100, answer.MaxOutputTokenCount);
        Assert.Equal(ResponseTextFormatKind.JsonSchema, answer.TextOptions.TextFormat.Kind);
        Assert.IsType<FunctionTool>(answer.Tools.Single());
    }

    /// <summary>A gateway in small.</summary>
    private async Task<HttpResponseMessage> ServeAsync(HttpRequestMessage http, CancellationToken token)
    {
        var path = http.RequestUri!.AbsolutePath["/v1/responses".Length..].Trim('/').Split('/');
        try
        {
            return (http.Method.Method, path.Length) switch
            {
                ("POST", _) => await CreateAsync(await http.Content!.ReadAsByteArrayAsync(token), token),
                ("DELETE", _) => Json(await _history.DeleteAsync(path[0], "key", token)),
                (_, 2) => Json(await _history.GetInputItemsAsync(path[0], "key", new ItemPage(), token)),
                _ => Json(await _history.GetAsync(path[0], "key", token)),
            };
        }
        catch (LlmException e)
        {
            var output = new ArrayBufferWriter<byte>();
            var status = (int?)e.StatusCode ?? 500;
            _format.WriteError(output, new ErrorReply(status, e.Message, e.ErrorType, e.Param, e.Code));
            return Json(output.WrittenMemory, status);
        }
    }

    private async Task<HttpResponseMessage> CreateAsync(byte[] body, CancellationToken token)
    {
        _request = await _history.ResumeAsync((ChatRequest)_format.ReadRequest(body), "key", token);
        var context = new FormatContext(_request, _request.Model, "call_1", 1767323000);
        var output = new ArrayBufferWriter<byte>();
        if (_request.Stream != true)
        {
            var accumulator = new ChatAccumulator(keepContent: true);
            foreach (var chunk in _answer(_request))
            {
                accumulator.Add(chunk);
            }

            _format.WriteResponse(output, accumulator.ToCompletion(), context);
            await _history.SaveAsync(_request, output.WrittenMemory, "key", null, token);
            return Json(output.WrittenMemory);
        }

        var encoder = _format.EncodeStream(context);
        try
        {
            foreach (var chunk in _answer(_request))
            {
                encoder.Write(output, chunk);
            }

            encoder.Complete(output);
            await _history.SaveAsync(_request, encoder.Answer, "key", null, token);
        }
        catch (IOException e)
        {
            encoder.Fail(output, new ErrorReply(502, e.Message));
        }

        return StubHandler.Bytes(output.WrittenSpan.ToArray(), "text/event-stream");
    }

    private static HttpResponseMessage Json(ReadOnlyMemory<byte> body, int status = (int)HttpStatusCode.OK) =>
        StubHandler.Json(Encoding.UTF8.GetString(body.Span), status);
}
