using Callgate.Providers;
using Callgate.Wire;
using static Callgate.Tests.Providers.Anthropic.AnthropicWire;

namespace Callgate.Tests.Providers.Anthropic;

// The exchanges follow platform.claude.com/docs, the page that each test names.
public class AnthropicRequestTests
{
    // api/messages
    [Fact]
    public void Request_Plain_IsAMessagesRequest()
    {
        var request = Provider.CreateRequest(
            Chat("""{"model":"group","messages":[{"role":"user","content":"Hello, Claude"}],"max_tokens":1024}"""),
            Target("claude-opus-4-8")
        );

        Assert.Equal("https://api.anthropic.com/v1/messages", request.Url.AbsoluteUri);
        AssertJson(
            """{"model":"claude-opus-4-8","max_tokens":1024,"messages":[{"role":"user","content":[{"type":"text","text":"Hello, Claude"}]}]}""",
            System.Text.Encoding.UTF8.GetString(request.Body.Span)
        );
        Assert.Equal([new("anthropic-version", "2023-06-01"), new("x-api-key", "sk-ant-1")], request.Headers);
    }

    [Fact]
    public void Headers_OfAToken_AreBearer()
    {
        var request = Provider.CreateRequest(Plain, Target("claude-opus-4-8") with { IsToken = true });

        Assert.Contains(new KeyValuePair<string, string>("Authorization", "Bearer sk-ant-1"), request.Headers);
        Assert.DoesNotContain(request.Headers, h => h.Key == "x-api-key");
    }

    [Theory]
    [InlineData("http://localhost:4000")]
    [InlineData("http://localhost:4000/")]
    [InlineData("http://localhost:4000/v1")]
    [InlineData("http://localhost:4000/v1/messages")]
    public void Url_OfAnyBase_IsTheMessagesEndpoint(string apiBase) =>
        Assert.Equal(
            "http://localhost:4000/v1/messages",
            Provider.CreateRequest(Plain, Target("claude-opus-4-8") with { ApiBase = apiBase }).Url.AbsoluteUri
        );

    [Fact]
    public void Stream_IsAskedForByTheTarget()
    {
        var body = Provider.CreateRequest(Plain with { Stream = null }, Target("claude-opus-4-8", stream: true)).Body;

        Assert.Contains("\"stream\":true", System.Text.Encoding.UTF8.GetString(body.Span), StringComparison.Ordinal);
    }

    // build-with-claude/prompt-caching
    [Fact]
    public void System_OfSeveralMessages_BecomesBlocksWithTheirCacheMarks()
    {
        var body = Body(
            """
            {"model":"claude-opus-4-8","max_tokens":5,"messages":[
              {"role":"system","content":[{"type":"text","text":"You analyse novels."},{"type":"text","text":"<the novel>","cache_control":{"type":"ephemeral","ttl":"1h"}}]},
              {"role":"user","content":"Whose?"},
              {"role":"developer","content":"Be brief.","cache_control":{"type":"ephemeral"}}
            ]}
            """
        );

        AssertJson(
            """
            [{"type":"text","text":"You analyse novels."},
             {"type":"text","text":"<the novel>","cache_control":{"type":"ephemeral","ttl":"1h"}},
             {"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}]
            """,
            body["system"]
        );
        Assert.Single(body["messages"]!.AsArray());
    }

    [Fact]
    public void System_Alone_BecomesTheUsersTurn()
    {
        var body = Body("""{"model":"claude-opus-4-8","messages":[{"role":"system","content":"Say hello."}]}""");

        Assert.Null(body["system"]);
        AssertJson("""[{"role":"user","content":[{"type":"text","text":"Say hello."}]}]""", body["messages"]);
    }

    [Fact]
    public void Turns_OfOneRole_AreMergedAndBlankTextsLeftOut()
    {
        var body = Body(
            """
            {"model":"claude-opus-4-8","messages":[
              {"role":"user","content":"One"},{"role":"user","content":[{"type":"text","text":"Two"},{"type":"text","text":" "}]},
              {"role":"assistant","content":""},{"role":"user","content":"Three"},
              {"role":"assistant","content":"Prefill: "}
            ]}
            """
        );

        AssertJson(
            """
            [{"role":"user","content":[{"type":"text","text":"One"},{"type":"text","text":"Two"},{"type":"text","text":"Three"}]},
             {"role":"assistant","content":[{"type":"text","text":"Prefill:"}]}]
            """,
            body["messages"]
        );
    }

    [Theory]
    [InlineData("claude-opus-4-8", 64000)]
    [InlineData("claude-sonnet-4-5-20250929", 64000)]
    [InlineData("claude-opus-4-20250514", 32000)]
    [InlineData("claude-3-7-sonnet-latest", 32000)]
    [InlineData("claude-3-5-haiku-20241022", 8192)]
    [InlineData("claude-3-opus-20240229", 4096)]
    [InlineData("claude-2.1", 4096)]
    [InlineData("claude-instant-1.2", 4096)]
    [InlineData("claude-mythos-preview", 64000)]
    [InlineData("some-other-vendors-model", 4096)]
    public void MaxTokens_NotGiven_DependsOnTheModel(string model, int expected) =>
        Assert.Equal(expected, (int)Body(Plain with { Model = model })["max_tokens"]!);

    [Fact]
    public void MaxTokens_BothGiven_TheNewerNameWins() =>
        Assert.Equal(7, (int)Body(Plain with { MaxTokens = 5, MaxCompletionTokens = 7 })["max_tokens"]!);

    [Fact]
    public void Fields_WithAnEquivalent_AreTranslated()
    {
        var body = Body(
            """
            {"model":"claude-opus-4-5","max_tokens":5,"messages":[{"role":"user","content":"Hi"}],
             "temperature":0.5,"top_p":0.9,"stop":["END"," "],"user":"u1","top_k":40,"seed":1,"n":1,"presence_penalty":0,
             "stream_options":{"include_usage":true},"store":true,"metadata":{"trace":"t"},"logprobs":false,"logit_bias":{}}
            """
        );

        AssertJson(
            """
            {"model":"claude-opus-4-5","max_tokens":5,"messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}],
             "temperature":0.5,"top_p":0.9,"stop_sequences":["END"],"metadata":{"user_id":"u1"},"top_k":40}
            """,
            body
        );
    }

    [Theory]
    [InlineData("auto", "auto")]
    [InlineData("priority", "auto")]
    [InlineData("default", "standard_only")]
    [InlineData("flex", "standard_only")]
    [InlineData("standard_only", "standard_only")]
    public void ServiceTier_IsTranslated(string tier, string expected) =>
        Assert.Equal(expected, (string?)Body(Plain with { ServiceTier = tier })["service_tier"]);

    [Theory]
    [InlineData("\"n\":2", "(n)")]
    [InlineData("\"presence_penalty\":0.5", "presence_penalty")]
    [InlineData("\"frequency_penalty\":-1", "frequency_penalty")]
    [InlineData("\"logprobs\":true", "logprobs")]
    [InlineData("\"top_logprobs\":2", "top_logprobs")]
    [InlineData("\"logit_bias\":{\"1\":5}", "logit_bias")]
    [InlineData("\"modalities\":[\"text\",\"audio\"]", "audio")]
    [InlineData("\"functions\":[{\"name\":\"f\"}]", "tools")]
    [InlineData("\"reasoning_effort\":\"much\"", "reasoning_effort")]
    [InlineData(
        "\"tool_choice\":\"sometimes\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]",
        "tool_choice"
    )]
    [InlineData("\"response_format\":{\"type\":\"yaml\"}", "response_format")]
    [InlineData("\"response_format\":{\"type\":\"json_schema\"}", "schema")]
    public void Field_WithoutAnEquivalent_IsRefusedByName(string field, string named)
    {
        var error = Refused(
            $$$"""{"model":"claude-opus-4-8","messages":[{"role":"user","content":"secret"}],{{{field}}}}"""
        );

        Assert.Equal(LlmErrorKind.BadRequest, error.Kind);
        Assert.Equal("anthropic", error.Provider);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"role":"function","content":"x"}""")]
    [InlineData("""{"role":"tool","content":"x"}""")]
    [InlineData("""{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AA==","format":"wav"}}]}""")]
    [InlineData("""{"role":"user","content":[{"type":"image_url"}]}""")]
    [InlineData("""{"role":"user","content":[{"type":"image_url","image_url":{"url":"cat.png"}}]}""")]
    [InlineData(
        """{"role":"user","content":[{"type":"file","file":{"file_data":"data:application/zip;base64,AA=="}}]}"""
    )]
    [InlineData("""{"role":"user","content":[{"type":"file","file":{"file_data":"data:text/plain;base64,???"}}]}""")]
    [InlineData("""{"role":"assistant","tool_calls":[{"id":"a","type":"function"}]}""")]
    public void Message_ThatCannotBeSaid_IsRefused(string message) =>
        Assert.Equal(
            LlmErrorKind.BadRequest,
            Refused($$$"""{"model":"claude-opus-4-8","messages":[{{{message}}}]}""").Kind
        );

    [Fact]
    public void Embeddings_AreRefused()
    {
        var request = new EmbeddingRequest { Model = "claude-opus-4-8", Input = ["text"] };

        var error = Assert.Throws<LlmBadRequestException>(() =>
            Provider.CreateRequest(request, Target("claude-opus-4-8"))
        );

        Assert.Contains("anthropic has no embeddings", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_AreThePublicOnes()
    {
        Assert.Equal("anthropic", Provider.Name);
        Assert.Equal("https://api.anthropic.com", Provider.DefaultApiBase);
        Assert.Equal(["ANTHROPIC_API_KEY"], Provider.ApiKeyVariables);
        Assert.Equal(["ANTHROPIC_API_BASE", "ANTHROPIC_BASE_URL"], Provider.ApiBaseVariables);
        Assert.True(Provider.OwnsModel("claude-opus-4-8"));
        Assert.False(Provider.OwnsModel("gpt-5.4"));
    }
}
