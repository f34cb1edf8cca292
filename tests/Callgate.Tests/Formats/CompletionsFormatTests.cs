using System.Text.Json;
using Callgate.Formats;
using Callgate.Tests.Recorded;
using Callgate.Wire;
using static Callgate.Tests.Formats.FormatWire;
using static Callgate.Tests.Providers.Anthropic.AnthropicWire;

namespace Callgate.Tests.Formats;

public class CompletionsFormatTests
{
    private static ChatRequest Request(string json) => (ChatRequest)Read(FormatWire.Completions, json);

    [Theory]
    [InlineData("\"Say this is a test\"")]
    [InlineData("""["Say this is a test"]""")]
    public void Prompt_IsTheUsersMessage(string prompt) =>
        AssertJson(
            """
            {"model":"gpt-3.5-turbo-instruct","messages":[{"role":"user","content":"Say this is a test"}],"max_tokens":7,
             "temperature":0,"n":2,"stop":["\n"],"stream":true,"stream_options":{"include_usage":true},"logit_bias":{"50256":-100},"seed":1}
            """,
            JsonSerializer.Serialize(
                Request(
                    $$"""
                    {"model":"gpt-3.5-turbo-instruct","prompt":{{prompt}},"max_tokens":7,"temperature":0,"n":2,"stop":"\n","stream":true,
                     "stream_options":{"include_usage":true},"logit_bias":{"50256":-100},"seed":1,
                     "suffix":null,"echo":false,"best_of":1,"logprobs":null}
                    """
                ),
                WireJson.Default.ChatRequest
            )
        );

    [Theory]
    [InlineData("\"prompt\":null", "prompt")]
    [InlineData("\"user\":\"u\"", "prompt")]
    [InlineData("\"prompt\":[]", "prompt")]
    [InlineData("\"prompt\":[\"a\",\"b\"]", "prompt")]
    [InlineData("\"prompt\":[1,2,3]", "prompt")]
    [InlineData("\"prompt\":[7]", "prompt")]
    [InlineData("\"prompt\":[[1]]", "prompt")]
    [InlineData("\"prompt\":{}", "prompt")]
    [InlineData("\"prompt\":\"a\",\"suffix\":\"b\"", "suffix")]
    [InlineData("\"prompt\":\"a\",\"echo\":true", "echo")]
    [InlineData("\"prompt\":\"a\",\"best_of\":2", "best_of")]
    [InlineData("\"prompt\":\"a\",\"logprobs\":0", "logprobs")]
    [InlineData("\"prompt\":\"a\",\"messages\":[]", "messages")]
    public void Request_ForWhatAChatModelHasNot_IsRefusedByName(string fields, string field) =>
        Assert.Equal(
            field,
            Assert.Throws<LlmBadRequestException>(() => Request($$"""{"model":"m",{{fields}}}""")).Param
        );

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"prompt":"a"}""")]
    [InlineData("""{"model":"m","prompt":"\ud800"}""")]
    [InlineData("""{"model":"m","prompt":"a","max_tokens":{}}""")]
    public void Request_ThatIsNone_IsAJsonException(string json) =>
        Assert.ThrowsAny<JsonException>(() => Request(json));

    [Fact]
    public void Answer_IsTexts() =>
        AssertJson(
            """
            {"id":"chatcmpl-1","object":"text_completion","created":1589478378,"model":"my-model","system_fingerprint":"fp_44709d6fcb",
             "choices":[{"text":"\n\nThis is indeed a test","index":0,"logprobs":null,"finish_reason":"length"},
               {"text":"I can't.","index":1,"logprobs":null,"finish_reason":"stop"}],
             "usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12}}
            """,
            Write(
                FormatWire.Completions,
                Completion(
                    """
                    {"id":"chatcmpl-1","object":"chat.completion","created":1589478378,"model":"gpt-5.4","system_fingerprint":"fp_44709d6fcb",
                     "choices":[{"index":0,"message":{"role":"assistant","content":"\n\nThis is indeed a test"},"finish_reason":"length"},
                       {"index":1,"message":{"role":"assistant","content":null,"refusal":"I can't."},"finish_reason":"stop"}],
                     "usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12}}
                    """
                )
            )
        );

    [Fact]
    public void Stream_IsPiecesOfText()
    {
        const string Head = """
            "id":"chatcmpl-9xRec","object":"text_completion","created":1741569952,"model":"my-model","system_fingerprint":"fp_44709d6fcb"
            """;
        Assert.Equal(
            """
            data: {HEAD,"choices":[{"text":"Hello","index":0,"logprobs":null,"finish_reason":null}]}

            data: {HEAD,"choices":[{"text":"!","index":0,"logprobs":null,"finish_reason":null}]}

            data: {HEAD,"choices":[{"text":"","index":0,"logprobs":null,"finish_reason":"stop"}]}

            data: {HEAD,"choices":[],"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0,"audio_tokens":0}}}

            data: [DONE]


            """.Replace("HEAD", Head, StringComparison.Ordinal),
            FormatWire.Stream(FormatWire.Completions, Chunks(OpenAiStreams.Usage, false))
        );
    }

    [Fact]
    public void StreamThatFails_EndsWithItsError()
    {
        var text = FormatWire.Stream(
            FormatWire.Completions,
            Chunks(OpenAiStreams.Plain, false).Take(2),
            new ErrorReply(429, "Slowly.")
        );

        Assert.EndsWith(
            """data: {"error":{"message":"Slowly.","type":"rate_limit_error","param":null,"code":"429"}}""" + "\n\n",
            text,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
    }
}
