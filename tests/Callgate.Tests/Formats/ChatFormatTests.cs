using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Callgate.Formats;
using Callgate.Tests.Recorded;
using Callgate.Tests.WireFormat;
using Callgate.Wire;
using CsCheck;
using static Callgate.Tests.Formats.FormatWire;
using static Callgate.Tests.Providers.Anthropic.AnthropicWire;

namespace Callgate.Tests.Formats;

public class ChatFormatTests
{
    private static string Stamp(params string[] chunks) =>
        FormatWire.Stream(FormatWire.Chat, chunks.Select(c => ChatChunk.FromBytes(Encoding.UTF8.GetBytes(c), null)));

    [Theory]
    [InlineData(
        """{"id":"1","object":"o","created":1,"model":"gpt-5.4","choices":[]}""",
        """{"id":"1","object":"o","created":1,"model":"my-model","choices":[]}"""
    )]
    [InlineData(
        """{"choices":[{"delta":{"model":"inner","content":"\"model\":\"x\""}}],"id":"1","object":"o","created":1,"model" : "gpt" }""",
        """{"choices":[{"delta":{"model":"inner","content":"\"model\":\"x\""}}],"id":"1","object":"o","created":1,"model" : "my-model" }"""
    )]
    [InlineData(
        """{"id":"1","object":"o","created":1,"mod\u0065l":null,"x":"model"}""",
        """{"id":"1","object":"o","created":1,"mod\u0065l":"my-model","x":"model"}"""
    )]
    [InlineData(
        """{"id":"1","object":"o","created":1,"model":"a","model":{"b":1}}""",
        """{"id":"1","object":"o","created":1,"model":"my-model","model":"my-model"}"""
    )]
    [InlineData(
        """{"choices":[]}""",
        """{"id":"chatcmpl-call1","object":"chat.completion.chunk","created":1700000000,"model":"my-model","choices":[]}"""
    )]
    [InlineData(
        "{}",
        """{"id":"chatcmpl-call1","object":"chat.completion.chunk","created":1700000000,"model":"my-model"}"""
    )]
    [InlineData(
        "{\r\n \"id\":\"1\",\"object\":\"o\",\"created\":1,\n\"model\":\"a\",\n\"choices\":[]\n}",
        """{   "id":"1","object":"o","created":1, "model":"my-model", "choices":[] }"""
    )]
    public void Chunk_ShowsTheClientsModel_AndIsElseAsItCame(string chunk, string expected) =>
        Assert.Equal($"data: {expected}\n\ndata: {expected}\n\ndata: [DONE]\n\n", Stamp(chunk, chunk));

    [Fact]
    public void Chunks_ThatBeginAlikeAndGoOnDifferently_AreEachRight() =>
        Assert.Equal(
            ["my-model", "my-model", "my-model", "my-model"],
            Data(
                    Stamp(
                        """{"id":"1","object":"o","created":1,"model":"a","choices":[]}""",
                        """{"id":"1","object":"o","created":1,"model":"a","model":"b"}""",
                        """{"id":"1","object":"o","created":1,"model":"ab","choices":[]}""",
                        """{"id":"1","object":"o","created":1,"model":"a"}"""
                    )
                )
                // The last of two fields holds.
                .Select(n => JsonElement.Parse(n.ToJsonString()).GetProperty("model").GetString())
        );

    /// <summary>Chunks as servers might write them: nothing but the model changes, nor what is missing.</summary>
    [Fact]
    public void AnyChunk_IsTheSameButForItsModel() =>
        Tape.Gen(120)
            .Sample(bytes =>
            {
                var chunk = new ChunkWriter(new Tape(bytes)).Write();

                var events = EventsOf(Stamp(chunk, chunk));

                Assert.Equal(3, events.Count);
                Assert.Equal(events[0], events[1]);
                var expected = JsonSerializer.Deserialize(chunk, WireJson.Default.ChatChunkBody)!;
                var actual = JsonSerializer.Deserialize(events[0].Data, WireJson.Default.ChatChunkBody)!;
                Assert.Equal(
                    JsonSerializer.Serialize(
                        expected with
                        {
                            Id = actual.Id,
                            Object = actual.Object,
                            Created = actual.Created,
                            Model = "my-model",
                        },
                        WireJson.Default.ChatChunkBody
                    ),
                    JsonSerializer.Serialize(actual, WireJson.Default.ChatChunkBody)
                );
            });

    [Fact]
    public void RecordedStreams_KeepEverythingElse()
    {
        foreach (var (name, sse) in OpenAiStreams.All.Where(s => s.Name is not "ErrorInStream" and not "Cut"))
        {
            if (sse.Contains("data: {\"error\"", StringComparison.Ordinal))
            {
                continue;
            }

            var text = FormatWire.Stream(FormatWire.Chat, Chunks(sse, false, 2));

            Assert.Equal(
                sse.Replace("\"model\":\"gpt-5.4\"", "\"model\":\"my-model\"", StringComparison.Ordinal)
                    .Replace("data: [DONE]\n\n", "", StringComparison.Ordinal),
                text.Replace("data: [DONE]\n\n", "", StringComparison.Ordinal)
            );
            Assert.True(text.EndsWith("data: [DONE]\n\n", StringComparison.Ordinal), name);
        }
    }

    [Fact]
    public void Answer_ShowsTheClientsModel_AndHasWhatClientsWaitFor()
    {
        AssertJson(
            """
            {"id":"chatcmpl-call1","object":"chat.completion","created":1700000000,"model":"my-model",
             "choices":[{"index":0,"message":{"role":"assistant","content":"Grüße 👋"},"finish_reason":"stop"}],"x":1}
            """,
            Write(
                FormatWire.Chat,
                Completion(
                    """{"model":"gpt-5.4","choices":[{"index":0,"message":{"role":"assistant","content":"Grüße 👋"},"finish_reason":"stop"}],"x":1}"""
                )
            )
        );
        AssertJson(
            """{"id":"i","object":"chat.completion","created":5,"model":"my-model","choices":[]}""",
            Write(FormatWire.Chat, Completion("""{"id":"i","created":5,"model":"a"}"""))
        );
    }

    [Theory]
    [InlineData(400, "invalid_request_error")]
    [InlineData(401, "authentication_error")]
    [InlineData(403, "permission_error")]
    [InlineData(404, "not_found_error")]
    [InlineData(408, "timeout_error")]
    [InlineData(413, "invalid_request_error")]
    [InlineData(429, "rate_limit_error")]
    [InlineData(500, "server_error")]
    [InlineData(503, "server_error")]
    [InlineData(504, "timeout_error")]
    public void Error_HasOpenAisForm(int status, string type)
    {
        foreach (var format in (ClientFormat[])[FormatWire.Chat, FormatWire.Embeddings, FormatWire.Completions])
        {
            AssertJson(
                $$$"""{"error":{"message":"No \"x\".","type":"{{{type}}}","param":null,"code":"{{{status}}}"}}""",
                Error(format, new ErrorReply(status, "No \"x\"."))
            );
        }
    }

    [Fact]
    public void Error_SaysWhatItKnows() =>
        AssertJson(
            """{"error":{"message":"m","type":"budget_exceeded","param":"model","code":"model_not_found"}}""",
            Error(FormatWire.Chat, new ErrorReply(404, "m", "budget_exceeded", "model", "model_not_found"))
        );

    [Fact]
    public void StreamThatFails_EndsWithItsError()
    {
        var text = FormatWire.Stream(
            FormatWire.Chat,
            Chunks(OpenAiStreams.Plain, false).Take(2),
            new ErrorReply(500, "It broke.")
        );

        Assert.EndsWith(
            """data: {"error":{"message":"It broke.","type":"server_error","param":null,"code":"500"}}""" + "\n\n",
            text,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Request_IsReadWithAllItsFields()
    {
        var request = (ChatRequest)Read(
            FormatWire.Chat,
            """{"model":"m","messages":[{"role":"user","content":"Hi","x":1}],"stream":true,"stream_options":{"include_usage":true},"metadata":{"a":1}}"""
        );

        Assert.Equal("Hi", request.Messages[0].Text);
        Assert.True(request.StreamOptions!.IncludeUsage);
        Assert.Equal(1, request.Messages[0].AdditionalProperties!["x"].GetInt32());
        Assert.Equal(1, request.AdditionalProperties!["metadata"].GetProperty("a").GetInt32());
        Assert.Equal("acompletion", FormatWire.Chat.CallType);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"model":"m"}""")]
    [InlineData("""{"model":"m","messages":[]} x""")]
    [InlineData("""{"model":"m","messages":{}}""")]
    [InlineData("""{"model":"m","messages":[{"content":"x"}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"\ud800"}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":5}]}""")]
    public void Request_ThatIsNone_IsAJsonException(string json) =>
        Assert.ThrowsAny<JsonException>(() => Read(FormatWire.Chat, json));

    [Theory]
    [InlineData("""{"model":"","messages":[]}""", "model")]
    [InlineData("""{"model":null,"messages":[]}""", "model")]
    [InlineData("""{"model":"m","messages":null}""", "messages")]
    public void Request_WithoutWhatItNeeds_IsRefusedByName(string json, string field) =>
        Assert.Equal(field, Assert.Throws<LlmBadRequestException>(() => Read(FormatWire.Chat, json)).Param);
}
