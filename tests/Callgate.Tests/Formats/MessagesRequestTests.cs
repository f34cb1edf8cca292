using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Callgate.Formats;
using Callgate.Providers;
using Callgate.Providers.Anthropic;
using Callgate.Providers.OpenAi;
using Callgate.Wire;
using static Callgate.Tests.Formats.FormatWire;
using static Callgate.Tests.Providers.Anthropic.AnthropicWire;

namespace Callgate.Tests.Formats;

// The requests follow platform.claude.com/docs, the page that each one names.
public class MessagesRequestTests
{
    private static ChatRequest Request(string json) => (ChatRequest)Read(FormatWire.Messages, json);

    private static string ToOpenAi(string json, string model = "gpt-4o")
    {
        var request = Request(json);
        return Encoding.UTF8.GetString(
            new OpenAiProvider()
                .CreateRequest(
                    request,
                    new ProviderTarget(model, "https://api.openai.com/v1", "k", false, null, request.Stream == true)
                )
                .Body.Span
        );
    }

    /// <summary>What is read goes out to Anthropic as it came, though a hook has looked at it.</summary>
    [Theory]
    // agents-and-tools/tool-use/overview, with a picture as a result
    [InlineData(
        """
            {"model":"claude-opus-4-8","max_tokens":1024,"system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral","ttl":"1h"}}],
             "tools":[{"name":"shoot","description":"d","input_schema":{"type":"object","properties":{"q":{"type":"string"}},"required":["q"]},
                "cache_control":{"type":"ephemeral"},"input_examples":[{"q":"a"}]}],
             "tool_choice":{"type":"any"},
             "messages":[{"role":"user","content":[{"type":"text","text":"Look."}]},
               {"role":"assistant","content":[{"type":"text","text":"I do."},{"type":"tool_use","id":"toolu_1","name":"shoot","input":{"q":"x"}}]},
               {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","is_error":false,"cache_control":{"type":"ephemeral"},
                 "content":[{"type":"text","text":"Here:"},{"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"AAAA"}}]}]}]}
            """
    )]
    // build-with-claude/extended-thinking, interleaved with tools
    [InlineData(
        """
            {"model":"claude-sonnet-4-5","max_tokens":16000,"thinking":{"type":"enabled","budget_tokens":10000},"stream":true,
             "tools":[{"name":"f","input_schema":{"type":"object","properties":{}}}],
             "messages":[{"role":"user","content":[{"type":"text","text":"?"}]},
               {"role":"assistant","content":[{"type":"thinking","thinking":"One.","signature":"s1"},{"type":"text","text":"First."},
                 {"type":"thinking","thinking":"Two.","signature":"s2"},{"type":"redacted_thinking","data":"d"},
                 {"type":"tool_use","id":"toolu_1","name":"f","input":{"a":[1,2.50,"ü"]}}]},
               {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"r"}]}]}
            """
    )]
    // agents-and-tools/tool-use/web-search-tool, the turn given back
    [InlineData(
        """
            {"model":"claude-opus-4-8","max_tokens":1024,"tools":[{"type":"web_search_20250305","name":"web_search","max_uses":5,"user_location":{"type":"approximate","city":"Graz"}}],
             "messages":[{"role":"user","content":[{"type":"text","text":"Weather?"}]},
               {"role":"assistant","content":[{"type":"text","text":"I search."},{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"nyc"}},
                 {"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[{"type":"web_search_result","url":"https://x","title":"T","encrypted_content":"E"}]},
                 {"type":"text","text":"18 °C","citations":[{"type":"web_search_result_location","url":"https://x","title":"T","encrypted_index":"I","cited_text":"c"}]}]},
               {"role":"user","content":[{"type":"text","text":"Thanks."}]}]}
            """
    )]
    // build-with-claude/pdf-support, citations, files, search-results
    [InlineData(
        """
            {"model":"claude-opus-4-8","max_tokens":1024,"top_k":5,"top_p":0.5,"stop_sequences":["\n\nHuman:"],"metadata":{"user_id":"13803d75"},
             "service_tier":"standard_only","container":"c1","context_management":{"edits":[]},"output_config":{"effort":"medium"},
             "messages":[{"role":"user","content":[
               {"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0="},"title":"T","context":"C","citations":{"enabled":true}},
               {"type":"document","source":{"type":"url","url":"https://x/a.pdf"}},
               {"type":"document","source":{"type":"text","media_type":"text/plain","data":"a & b"}},
               {"type":"document","source":{"type":"content","content":[{"type":"text","text":"p"}]}},
               {"type":"document","source":{"type":"file","file_id":"file_1"}},
               {"type":"image","source":{"type":"file","file_id":"file_2"}},
               {"type":"search_result","source":"https://x","title":"t","content":[{"type":"text","text":"s"}]},
               {"type":"text","text":"What?"}]}]}
            """
    )]
    public void Request_WrittenAgain_IsTheSame(string json)
    {
        var request = Request(json) with { AdditionalProperties = Request(json).AdditionalProperties };

        var again = AnthropicRequest.Write(request, request.Model, request.Stream == true);

        AssertJson(json, Encoding.UTF8.GetString(again.Span));
    }

    /// <summary>A turn that somebody changed is written as it is now, not as it came.</summary>
    [Fact]
    public void TurnThatWasChanged_IsWrittenAsItIsNow()
    {
        var request = Request(
            """
            {"model":"claude-sonnet-4-5","max_tokens":9,"messages":[{"role":"user","content":"?"},
             {"role":"assistant","content":[{"type":"text","text":"secret"},{"type":"thinking","thinking":"t","signature":"s"}]},{"role":"user","content":"!"}]}
            """
        );
        request = request with
        {
            Messages = [request.Messages[0], request.Messages[1] with { Content = "hidden" }, request.Messages[2]],
        };

        AssertJson(
            """[{"type":"thinking","thinking":"t","signature":"s"},{"type":"text","text":"hidden"}]""",
            Body(request)["messages"]![1]!["content"]
        );
    }

    [Theory]
    [InlineData(
        """{"model":"claude-sonnet-4-5","max_tokens":9,"messages":[{"role":"user","content":"a"}],"system":null,"temperature":null,"top_p":null,"stop_sequences":null,"stream":null,"thinking":null,"service_tier":null,"tools":null,"tool_choice":null,"metadata":null}"""
    )]
    public void Null_IsNotSet(string json) =>
        AssertJson(
            """{"model":"claude-sonnet-4-5","max_tokens":9,"messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]}""",
            Body(Request(json))
        );

    [Theory]
    [InlineData("\"max_tokens\":1.5")]
    [InlineData("\"max_tokens\":\"9\"")]
    [InlineData("\"temperature\":\"hot\"")]
    [InlineData("\"stream\":\"yes\"")]
    [InlineData("\"tools\":{}")]
    [InlineData("\"tool_choice\":\"auto\"")]
    [InlineData("\"stop_sequences\":\"a\"")]
    [InlineData("\"system\":7")]
    public void FieldOfAnotherKind_IsAJsonException(string field) =>
        Assert.ThrowsAny<JsonException>(() =>
            Request($$"""{"model":"m","messages":[{"role":"user","content":"a"}],{{field}}}""")
        );

    [Fact]
    public void MoreThanOneValue_IsAJsonException() =>
        Assert.ThrowsAny<JsonException>(() => Request("""{"model":"m","messages":[]} {}"""));

    /// <summary>What an agent sends, in front of a model of OpenAI's, which refuses fields that it doesn't know.</summary>
    [Fact]
    public void ToOpenAi_AllIsSaidInItsWords() =>
        AssertJson(
            """
            {"model":"gpt-5.4","max_completion_tokens":32000,"temperature":1,"stream":true,"stream_options":{"include_usage":true},
             "user":"b6e2ad0e5f1e4be0fb9f2d3b5e2c1e5a",
             "service_tier":"default","reasoning_effort":"high","tool_choice":"auto","parallel_tool_calls":false,"stop":["END"],
             "response_format":{"type":"json_schema","json_schema":{"name":"answer","strict":true,"schema":{"type":"object"}}},
             "tools":[{"type":"function","function":{"name":"Read","description":"d","parameters":{"type":"object","properties":{}}}}],
             "messages":[
               {"role":"system","content":[{"type":"text","text":"You are an agent."},{"type":"text","text":"Be brief."}]},
               {"role":"user","content":[{"type":"text","text":"Look."},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},
                 {"type":"file","file":{"file_data":"data:application/pdf;base64,BBBB","filename":"T"}},{"type":"text","text":"a & b"}]},
               {"role":"assistant","content":"I do.","tool_calls":[
                 {"id":"t1","type":"function","function":{"name":"Read","arguments":"{\"p\":1}"}},
                 {"id":"t2","type":"function","function":{"name":"Read","arguments":"{}"}}]},
               {"role":"tool","tool_call_id":"t1","content":"Here:"},
               {"role":"tool","tool_call_id":"t2","content":"no such file"},
               {"role":"user","content":[{"type":"text","text":"The tool call t1 returned:"},{"type":"image_url","image_url":{"url":"https://x/a.png"}}]},
               {"role":"user","content":"And?"},
               {"role":"assistant","content":""},
               {"role":"user","content":"Go on."}]}
            """.Replace("b6e2ad0e5f1e4be0fb9f2d3b5e2c1e5a", UserHash, StringComparison.Ordinal),
            ToOpenAi(
                """
                {"model":"gpt-5.4","max_tokens":32000,"temperature":1,"stream":true,"top_k":5,"stop_sequences":["END"],
                 "metadata":{"user_id":"user_0123456789012345678901234567890123456789_account_session_01234567"},
                 "service_tier":"standard_only","thinking":{"type":"enabled","budget_tokens":31999},"context_management":{"edits":[]},
                 "output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}},
                 "system":[{"type":"text","text":"You are an agent.","cache_control":{"type":"ephemeral"}},{"type":"text","text":"Be brief."}],
                 "tools":[{"name":"Read","description":"d","input_schema":{"type":"object","properties":{}},"cache_control":{"type":"ephemeral"},"defer_loading":true}],
                 "tool_choice":{"type":"auto","disable_parallel_tool_use":true},
                 "messages":[
                   {"role":"user","content":[{"type":"text","text":"Look.","cache_control":{"type":"ephemeral"}},
                     {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},
                     {"type":"document","title":"T","source":{"type":"base64","media_type":"application/pdf","data":"BBBB"}},
                     {"type":"document","source":{"type":"text","media_type":"text/plain","data":"a & b"}}]},
                   {"role":"assistant","content":[{"type":"thinking","thinking":"Hm","signature":"s"},{"type":"text","text":"I do."},
                     {"type":"tool_use","id":"t1","name":"Read","input":{"p":1},"cache_control":{"type":"ephemeral"}},{"type":"tool_use","id":"t2","name":"Read","input":{}}]},
                   {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"Here:"},{"type":"image","source":{"type":"url","url":"https://x/a.png"}}]},
                     {"type":"tool_result","tool_use_id":"t2","is_error":true,"content":"no such file"},{"type":"text","text":"And?"}]},
                   {"role":"assistant","content":[{"type":"thinking","thinking":"Hm","signature":"s"}]},
                   {"role":"user","content":"Go on."}]}
                """,
                "gpt-5.4"
            )
        );

    private static string UserHash =>
        Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(
                "user_0123456789012345678901234567890123456789_account_session_01234567"u8
            )
        );

    [Fact]
    public void ToOpenAi_ModelThatDoesNotReason_IsNotAskedTo() =>
        AssertJson(
            """{"model":"gpt-4o","max_tokens":9,"user":"u","messages":[{"role":"user","content":"a"}]}""",
            ToOpenAi(
                """
                {"model":"gpt-4o","max_tokens":9,"metadata":{"user_id":"u"},"thinking":{"type":"adaptive"},"output_config":{"effort":"low"},
                 "tool_choice":{"type":"auto","disable_parallel_tool_use":true},"messages":[{"role":"user","content":"a"}]}
                """
            )
        );

    [Theory]
    [InlineData(
        """ "tools":[{"type":"web_search_20250305","name":"web_search"}],"messages":[{"role":"user","content":"a"}]""",
        "tools"
    )]
    [InlineData(
        """ "messages":[{"role":"user","content":[{"type":"search_result","source":"s","title":"t","content":[]}]}]""",
        "messages"
    )]
    [InlineData(
        """ "messages":[{"role":"user","content":[{"type":"document","source":{"type":"url","url":"https://x/a.pdf"}}]}]""",
        "messages"
    )]
    public void ToOpenAi_WhatItHasNot_IsRefusedByName(string fields, string field) =>
        Assert.Equal(
            field,
            Assert.Throws<LlmBadRequestException>(() => ToOpenAi($$"""{"model":"m","max_tokens":9,{{fields}}}""")).Param
        );

    /// <summary>A chat client's fields are its own affair, whatever they are called.</summary>
    [Fact]
    public void ToOpenAi_FromAChatClient_GoesOnAsItCame()
    {
        const string Json =
            """{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]}],"top_k":5,"thinking":{"type":"enabled"}}""";
        var sent = new OpenAiProvider().CreateRequest(
            Read(FormatWire.Chat, Json),
            new ProviderTarget("gpt-4o", "https://api.openai.com/v1", "k", false, null, false)
        );

        AssertJson(Json, Encoding.UTF8.GetString(sent.Body.Span));
    }
}
