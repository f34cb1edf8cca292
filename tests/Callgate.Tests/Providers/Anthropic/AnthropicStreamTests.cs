using System.Text;
using System.Text.Json;
using Callgate.Providers.Anthropic;
using Callgate.Tests.Recorded;
using Callgate.Wire;
using static Callgate.Tests.Providers.Anthropic.AnthropicWire;

namespace Callgate.Tests.Providers.Anthropic;

public class AnthropicStreamTests
{
    private static (List<ChatChunk> Chunks, AnthropicChunkTranslator Translator) Translate(
        string sse,
        ChatRequest? request = null
    )
    {
        var translator = (AnthropicChunkTranslator)Provider.TranslateStream(request ?? Plain);
        var chunks = new Queue<ChatChunk>();
        using var reader = new SseReader();
        reader.Append(Encoding.UTF8.GetBytes(sse));
        while (reader.TryRead(out var type, out var data))
        {
            translator.Translate(type, data, chunks);
        }

        return ([.. chunks], translator);
    }

    private static ChatCompletion Completion(IEnumerable<ChatChunk> chunks)
    {
        var whole = new ChatAccumulator(keepContent: true);
        foreach (var chunk in chunks)
        {
            // By way of its bytes, as a client of the gateway gets it.
            whole.Add(ChatChunk.FromBytes(chunk.Data, chunk.PlainText));
        }

        return whole.ToCompletion();
    }

    [Fact]
    public void Plain_IsRoleTextFinishUsage()
    {
        var (chunks, translator) = Translate(AnthropicStreams.Plain);

        Assert.True(translator.IsComplete);
        Assert.True(translator.IsDone);
        const string Head = """
            "id":"msg_01Plain","object":"chat.completion.chunk","created":1741569952,"model":"claude-opus-4-8"
            """;
        string[] expected =
        [
            $$$"""{{{{Head}}},"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}""",
            $$$"""{{{{Head}}},"choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":null}]}""",
            $$$"""{{{{Head}}},"choices":[{"index":0,"delta":{"content":"!"},"finish_reason":null}]}""",
            $$$"""{{{{Head}}},"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""",
            $$$"""{{{{Head}}},"choices":[],"usage":{"prompt_tokens":25,"completion_tokens":15,"total_tokens":40}}""",
        ];
        Assert.Equal(expected, chunks.Select(c => Encoding.UTF8.GetString(c.Data.Span)));
        Assert.Equal([null, "Hello", "!", null, null], chunks.Select(c => c.PlainText));
    }

    [Fact]
    public void Escapes_AreCopiedAsTheyStand()
    {
        var completion = Completion(Translate(AnthropicStreams.Escapes).Chunks);

        Assert.Equal("Zeile 1\nZeile \"2\"\t\\ 日本語 😀 <b>&amp;</b>", completion.Text);
        foreach (var chunk in Translate(AnthropicStreams.Escapes).Chunks.Where(c => c.PlainText is not null))
        {
            Assert.Equal(chunk.PlainText, ChatChunk.FromBytes(chunk.Data, null).Text);
        }
    }

    [Fact]
    public void Tools_AreStreamedAsPieces()
    {
        var (chunks, _) = Translate(AnthropicStreams.Tools);
        var completion = Completion(chunks);

        Assert.Equal("Okay, let's check the weather for San Francisco, CA:", completion.Text);
        Assert.Equal("tool_calls", completion.Choices[0].FinishReason);
        var call = Assert.Single(completion.Choices[0].Message!.ToolCalls!);
        Assert.Equal("toolu_01T1x1fJ34qAmk2tNTrN7Up6", call.Id);
        Assert.Equal("get_weather", call.Function!.Name);
        Assert.Equal("""{"location": "San Francisco, CA", "unit": "fahrenheit"}""", call.Function.Arguments);
        Assert.All(
            chunks.SelectMany(c => c.Choices).SelectMany(c => c.Delta?.ToolCalls ?? []),
            p => Assert.Equal(0, p.Index)
        );
    }

    [Fact]
    public void ParallelTools_HaveTheirOwnIndexes()
    {
        var calls = Completion(Translate(AnthropicStreams.ParallelTools).Chunks).Choices[0].Message!.ToolCalls!;

        Assert.Equal(["toolu_01Paris", "toolu_01Tokyo", "toolu_01Time"], calls.Select(c => c.Id));
        Assert.Equal(
            ["""{"location": "Paris"}""", """{"location": "Tokyo"}""", "{}"],
            calls.Select(c => c.Function!.Arguments)
        );
    }

    [Fact]
    public void Thinking_IsShownAndKeptWithItsSignature()
    {
        var completion = Completion(Translate(AnthropicStreams.Thinking).Chunks);
        var message = completion.Choices[0].Message!;

        Assert.Equal("The greatest common divisor is **21**.", message.Text);
        Assert.Equal("I need the GCD of 1071 and 462.\n\n1071 = 2 × 462 + 147", message.ReasoningContent);
        Assert.Equal(
            [
                new ThinkingBlock
                {
                    Type = "thinking",
                    Thinking = message.ReasoningContent,
                    Signature = "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pk=",
                },
                new ThinkingBlock
                {
                    Type = "redacted_thinking",
                    Data = "EmwKAhgBEgy3va3pzix/LafPsn4aDFIT2Xlxh0L5L8rLVyI=",
                },
            ],
            message.ThinkingBlocks
        );
        AssertJson(
            """
            {"prompt_tokens":2340,"completion_tokens":230,"total_tokens":2570,
             "prompt_tokens_details":{"cached_tokens":2000,"cache_creation_tokens":300,"cache_creation_1h_tokens":200},
             "completion_tokens_details":{"reasoning_tokens":190},"service_tier":"standard"}
            """,
            JsonDocument.Parse(ToJson(completion)).RootElement.GetProperty("usage").GetRawText()
        );
        Assert.Equal("default", completion.ServiceTier);
    }

    [Fact]
    public void ServersTool_IsKeptWholeWithItsInputAndCitations()
    {
        var (chunks, _) = Translate(AnthropicStreams.WebSearch);
        var extras = chunks
            .SelectMany(c => c.Choices)
            .Select(c => c.Delta?.AdditionalProperties)
            .OfType<ExtraFields>()
            .ToList();

        Assert.Equal("I'll check the weather.It is 18 °C.", Completion(chunks).Text);
        Assert.Equal(["content_blocks", "content_blocks", "citations"], extras.Select(e => e.Keys.Single()));
        AssertJson(
            """[{"type":"server_tool_use","id":"srvtoolu_014hJH82Qum7Td6UV8gDXThB","name":"web_search","input":{"query":"weather NYC today"}}]""",
            extras[0]["content_blocks"].GetRawText()
        );
        Assert.Equal("18 °C", extras[2]["citations"][0].GetProperty("cited_text").GetString());
        Assert.Equal(
            1,
            chunks[^1].Usage!.AdditionalProperties!["server_tool_use"].GetProperty("web_search_requests").GetInt32()
        );
        Assert.Equal(10682, chunks[^1].Usage!.PromptTokens);
    }

    [Theory]
    [InlineData(AnthropicStreams.StopSequence, "stop", "stop_sequence")]
    [InlineData(AnthropicStreams.Length, "length", null)]
    [InlineData(AnthropicStreams.Refusal, "content_filter", "stop_details")]
    public void End_HasItsReason(string sse, string expected, string? extra)
    {
        var choice = Completion(Translate(sse).Chunks).Choices[0];

        Assert.Equal(expected, choice.FinishReason);
        Assert.Equal(extra is null ? [] : [extra], choice.AdditionalProperties?.Keys ?? []);
    }

    [Fact]
    public void JsonTool_IsTheAnswerWhereItWasAskedFor()
    {
        var request = Plain with { ResponseFormat = new ResponseFormat { Type = "json_schema" } };

        var asked = Completion(Translate(AnthropicStreams.JsonTool, request).Chunks);
        var unasked = Completion(Translate(AnthropicStreams.JsonTool).Chunks);

        Assert.Equal("{\"name\":\"Ada \\\"L\\\"\"}", asked.Text);
        Assert.Equal("stop", asked.Choices[0].FinishReason);
        Assert.Null(asked.Choices[0].Message!.ToolCalls);
        Assert.Equal("json_tool_call", unasked.Choices[0].Message!.ToolCalls![0].Function!.Name);
    }

    [Fact]
    public void UnknownEvents_AreIgnored() =>
        Assert.Equal(
            Translate(AnthropicStreams.Plain).Chunks.Select(c => c.Data.ToArray()),
            Translate(AnthropicStreams.UnknownEvents).Chunks.Select(c => c.Data.ToArray())
        );

    [Fact]
    public void Events_WithoutTheirNames_AreTheSame()
    {
        foreach (
            var (name, sse) in AnthropicStreams.All.Where(s => s.Name is not nameof(AnthropicStreams.ErrorInStream))
        )
        {
            var unnamed = string.Join(
                '\n',
                sse.Split('\n').Where(l => !l.StartsWith("event:", StringComparison.Ordinal))
            );

            Assert.Equal(
                Translate(sse).Chunks.Select(c => Encoding.UTF8.GetString(c.Data.Span)),
                Translate(unnamed).Chunks.Select(c => Encoding.UTF8.GetString(c.Data.Span))
            );
        }
    }

    [Fact]
    public void Error_InTheStream_IsThrownAfterWhatCameBefore()
    {
        var translator = Provider.TranslateStream(Plain);
        var chunks = new Queue<ChatChunk>();
        using var reader = new SseReader();
        reader.Append(Encoding.UTF8.GetBytes(AnthropicStreams.ErrorInStream));

        var error = Assert.Throws<LlmServiceUnavailableException>(() =>
        {
            while (reader.TryRead(out var type, out var data))
            {
                translator.Translate(type, data, chunks);
            }
        });

        Assert.Equal("Hel", Completion(chunks).Text);
        Assert.Equal("overloaded_error", error.ErrorType);
        Assert.Equal("Overloaded", error.ProviderMessage);
        Assert.Equal("claude-opus-4-8", error.Model);
        Assert.True(error.IsRetryable);
        Assert.False(translator.IsComplete);
    }

    [Theory]
    [InlineData("rate_limit_error", LlmErrorKind.RateLimit)]
    [InlineData("api_error", LlmErrorKind.Server)]
    [InlineData("invalid_request_error", LlmErrorKind.BadRequest)]
    public void Error_InTheStream_HasItsKind(string type, LlmErrorKind kind)
    {
        var data = Encoding.UTF8.GetBytes($$$"""{"type":"error","error":{"type":"{{{type}}}","message":"secret"}}""");

        var error = Assert.ThrowsAny<LlmException>(() =>
            Provider.TranslateStream(Plain).Translate("error"u8, data, new())
        );

        Assert.Equal(kind, error.Kind);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Error_ThatIsNoJson_IsAnErrorAllTheSame() =>
        Assert.Equal(
            "upstream reset",
            Assert
                .ThrowsAny<LlmException>(() =>
                    Provider.TranslateStream(Plain).Translate("error"u8, "upstream reset"u8, new())
                )
                .ProviderMessage
        );

    [Fact]
    public void Cut_IsNotCompleteAndTellsTheUsageThatItKnows()
    {
        var (chunks, translator) = Translate(AnthropicStreams.Cut);

        Assert.Equal("Hello", Completion(chunks).Text);
        Assert.False(translator.IsComplete);
        Assert.False(translator.IsDone);
        Assert.Equal(25, translator.PartialUsage!.PromptTokens);
        Assert.Equal(1, translator.PartialUsage.CompletionTokens);
        Assert.Null(Provider.TranslateStream(Plain).PartialUsage);
    }

    [Theory]
    [InlineData(
        "content_block_delta",
        "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"te"
    )]
    [InlineData(
        "content_block_delta",
        "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":5}}"
    )]
    [InlineData(
        "content_block_delta",
        "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"\\ud83d\"}}"
    )]
    [InlineData(
        "content_block_delta",
        "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"x\"}}}"
    )]
    [InlineData("content_block_delta", "{\"type\":\"content_block_delta\",\"index\":\"0\",\"delta\":{}}")]
    [InlineData("content_block_delta", "{\"type\":\"content_block_delta\",\"delta\":7}")]
    [InlineData(
        "content_block_delta",
        "{\"type\":\"content_block_delta\",\"index\":3,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"1\"}}"
    )]
    [InlineData("content_block_delta", "[1]")]
    [InlineData("content_block_delta", "")]
    [InlineData("message_start", "{\"type\":\"message_start\"}")]
    [InlineData("message_start", "{\"type\":\"message_start\",\"message\":{}} x")]
    [InlineData("content_block_start", "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":null}")]
    [InlineData("message_delta", "{\"type\":\"message_del")]
    [InlineData("message_stop", "\"text\"")]
    [InlineData("message", "garbage")]
    [InlineData("", "garbage")]
    public void Event_ThatIsNone_IsAJsonException(string type, string data) =>
        Assert.ThrowsAny<JsonException>(() =>
            Provider.TranslateStream(Plain).Translate(Encoding.UTF8.GetBytes(type), Encoding.UTF8.GetBytes(data), new())
        );

    // A text that is not UTF-8 must not pass, as a chunk holds the bytes themselves.
    [Fact]
    public void Text_ThatIsNotUtf8_IsAJsonException()
    {
        byte[] data =
        [
            .. "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"x"u8,
            0xFF,
            .. "\"}}"u8,
        ];

        Assert.ThrowsAny<JsonException>(() =>
            Provider.TranslateStream(Plain).Translate("content_block_delta"u8, data, new())
        );
    }

    [Fact]
    public void Recordings_CutAnywhere_NeverFailButAtTheirError()
    {
        foreach (var (name, sse) in AnthropicStreams.All)
        {
            var events = sse.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
            var all = name == nameof(AnthropicStreams.ErrorInStream) ? events.Length - 1 : events.Length;
            for (var count = 0; count <= all; count++)
            {
                var (chunks, translator) = Translate(string.Concat(events.Take(count).Select(e => e + "\n\n")));

                Assert.Equal(chunks.Any(c => c.FinishReason is not null), translator.IsComplete);
                Assert.Equal(count > 0, translator.PartialUsage is not null);
            }
        }
    }
}
