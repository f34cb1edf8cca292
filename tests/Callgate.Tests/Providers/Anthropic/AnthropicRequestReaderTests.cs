using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Callgate.Providers.Anthropic;
using Callgate.Wire;

namespace Callgate.Tests.Providers.Anthropic;

/// <summary>A request in Anthropic's wire becomes the chat request that it could have come from.</summary>
public class AnthropicRequestReaderTests
{
    private static ChatRequest Read(string json) => AnthropicRequestReader.Read(Encoding.UTF8.GetBytes(json));

    [Fact]
    public void Everything_HasItsPlace()
    {
        var request = Read(
            """
            {"model":"claude-sonnet-4-5","max_tokens":100,"stream":true,"temperature":0.5,"top_p":0.9,"top_k":5,
             "stop_sequences":["a","b"],"metadata":{"user_id":"u1"},"service_tier":"auto",
             "thinking":{"type":"enabled","budget_tokens":1024},
             "system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}},{"type":"text","text":"Be kind."}],
             "tools":[{"name":"weather","description":"d","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"}},
                      {"type":"web_search_20250305","name":"web_search","max_uses":2}],
             "tool_choice":{"type":"tool","name":"weather","disable_parallel_tool_use":true},
             "messages":[{"role":"user","content":"Hi"}]}
            """
        );

        Assert.Equal("claude-sonnet-4-5", request.Model);
        Assert.Equal(100, request.MaxTokens);
        Assert.True(request.Stream);
        Assert.Equal(0.5, request.Temperature);
        Assert.Equal(0.9, request.TopP);
        Assert.Equal(["a", "b"], request.Stop!);
        Assert.Equal("u1", request.User);
        Assert.Equal("auto", request.ServiceTier);
        Assert.Equal(1024, request.Thinking!.Value.GetProperty("budget_tokens").GetInt32());
        Assert.Equal(5, request.AdditionalProperties!["top_k"].GetInt32());
        Assert.Equal(["system", "user"], request.Messages.Select(m => m.Role));
        Assert.Equal("Be brief.Be kind.", request.Messages[0].Text);
        Assert.NotNull(request.Messages[0].Content!.Parts![0].CacheControl);
        Assert.Equal("weather", request.Tools![0].Function!.Name);
        Assert.NotNull(request.Tools[0].CacheControl);
        Assert.Equal("web_search_20250305", request.Tools[1].Type);
        Assert.Equal(2, request.Tools[1].AdditionalProperties!["max_uses"].GetInt32());
        Assert.Equal("""{"type":"function","function":{"name":"weather"}}""", request.ToolChoice!.Value.GetRawText());
        Assert.False(request.ParallelToolCalls);
    }

    [Theory]
    [InlineData("auto", "\"auto\"")]
    [InlineData("any", "\"required\"")]
    [InlineData("none", "\"none\"")]
    [InlineData("new", """{"type":"new"}""")]
    public void Choice_IsInOpenAisWords(string type, string expected) =>
        Assert.Equal(
            expected,
            Read($$$"""{"model":"m","messages":[],"tool_choice":{"type":"{{{type}}}"}}""")
                .ToolChoice!.Value.GetRawText()
        );

    [Fact]
    public void ToolResults_BecomeMessagesOfTheirOwn()
    {
        var messages = Read(
            """
            {"model":"m","messages":[
              {"role":"assistant","content":[
                {"type":"thinking","thinking":"Hm","signature":"s"},{"type":"redacted_thinking","data":"x"},
                {"type":"text","text":"Let me see."},
                {"type":"tool_use","id":"t1","name":"weather","input":{"city":"Graz"}},
                {"type":"server_tool_use","id":"s1","name":"web_search","input":{}}]},
              {"role":"user","content":[
                {"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"Rain"}],"is_error":true},
                {"type":"tool_result","tool_use_id":"t2"},
                {"type":"text","text":"And now?"}]}]}
            """
        ).Messages;

        Assert.Equal(["assistant", "tool", "tool", "user"], messages.Select(m => m.Role));
        Assert.Equal("Let me see.", messages[0].Text);
        Assert.Equal("Hm", messages[0].ReasoningContent);
        Assert.Equal(["thinking", "redacted_thinking"], messages[0].ThinkingBlocks!.Select(b => b.Type));
        var call = Assert.Single(messages[0].ToolCalls!);
        Assert.Equal("t1", call.Id);
        Assert.Equal("""{"city":"Graz"}""", call.Function!.Arguments);
        Assert.Equal("s1", messages[0].AdditionalProperties!["content_blocks"][0].GetProperty("id").GetString());
        Assert.Equal("t1", messages[1].ToolCallId);
        Assert.Equal("Rain", messages[1].Text);
        Assert.True(messages[1].AdditionalProperties!["is_error"].GetBoolean());
        Assert.Equal("", messages[2].Text);
        Assert.Equal("And now?", messages[3].Text);
    }

    [Fact]
    public void ImagesAndDocuments_BecomeParts()
    {
        var parts = Read(
            """
            {"model":"m","messages":[{"role":"user","content":[
              {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},
              {"type":"image","source":{"type":"url","url":"https://a.test/b.png"}},
              {"type":"document","title":"T","source":{"type":"base64","media_type":"application/pdf","data":"BBBB"}},
              {"type":"document","source":{"type":"text","media_type":"text/plain","data":"a b"}},
              {"type":"document","source":{"type":"file","file_id":"f1"}},
              {"type":"search_result","source":"s","title":"t"}]}]}
            """
        )
            .Messages[0]
            .Content!.Parts!;

        Assert.Equal("data:image/png;base64,AAAA", parts[0].ImageUrl!.Url);
        Assert.Equal("https://a.test/b.png", parts[1].ImageUrl!.Url);
        Assert.Equal("data:application/pdf;base64,BBBB", parts[2].File!.FileData);
        Assert.Equal("T", parts[2].File!.Filename);
        Assert.Equal("data:text/plain,a%20b", parts[3].File!.FileData);
        Assert.Equal("f1", parts[4].File!.FileId);
        Assert.Equal("search_result", parts[5].Type);
        Assert.Equal("s", parts[5].AdditionalProperties!["source"].GetString());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"messages":[]}""")]
    [InlineData("""{"model":"m","messages":[7]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user"}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":7}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[7]}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","content":[7]}]}""")]
    [InlineData("""{"model":"m","messages":[],"max_tokens":"x"}""")]
    [InlineData("""{"model":"m","messages":[],"tools":[7]}""")]
    [InlineData("no JSON")]
    public void Nonsense_IsJsonException(string json) => Assert.ThrowsAny<JsonException>(() => Read(json));

    /// <summary>What the reader gives goes out again as it came.</summary>
    [Theory]
    [InlineData(
        """{"model":"claude-sonnet-4-5","max_tokens":9,"system":[{"type":"text","text":"S"}],"messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}],"temperature":0.5,"top_k":3}"""
    )]
    [InlineData(
        """{"model":"claude-sonnet-4-5","max_tokens":9,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]},{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"text","text":"x"},{"type":"tool_use","id":"t1","name":"f","input":{"a":1}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"r","is_error":true},{"type":"text","text":"b"}]}],"tools":[{"name":"f","description":"d","input_schema":{"type":"object","properties":{}}}],"tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true},"stop_sequences":["z"],"metadata":{"user_id":"u"},"service_tier":"auto"}"""
    )]
    public void WrittenAgain_IsTheSame(string json)
    {
        var again = AnthropicRequest.Write(Read(json), "claude-sonnet-4-5", stream: false);

        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse(json), JsonNode.Parse(again.Span)),
            Encoding.UTF8.GetString(again.Span)
        );
    }
}
