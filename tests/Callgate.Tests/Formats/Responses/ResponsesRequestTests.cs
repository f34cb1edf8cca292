using System.Text;
using System.Text.Json;
using Callgate.Formats.Responses;
using Callgate.Providers;
using Callgate.Providers.Anthropic;
using static Callgate.Tests.Formats.Responses.ResponsesWire;

namespace Callgate.Tests.Formats.Responses;

public class ResponsesRequestTests
{
    [Theory]
    [InlineData(
        """{"model":"m","input":"Hello"}""",
        """{"model":"m","messages":[{"role":"user","content":"Hello"}]}"""
    )]
    [InlineData(
        """{"model":"m","instructions":"Be brief.","input":[{"role":"developer","content":"Speak French."},{"type":"message","role":"user","content":[{"type":"input_text","text":"What is this?"},{"type":"input_image","image_url":"https://host/cat.png","detail":"low"},{"type":"input_file","file_data":"data:application/pdf;base64,AA==","filename":"a.pdf"},{"type":"input_file","file_url":"https://host/b.pdf"}]}]}""",
        """{"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"developer","content":"Speak French."},{"role":"user","content":[{"type":"text","text":"What is this?"},{"type":"image_url","image_url":{"url":"https://host/cat.png","detail":"low"}},{"type":"file","file":{"file_data":"data:application/pdf;base64,AA==","filename":"a.pdf"}},{"type":"file","file":{"file_id":"https://host/b.pdf"}}]}]}"""
    )]
    [InlineData(
        """{"model":"m","input":"x","stream":true,"stream_options":{"include_obfuscation":false},"max_output_tokens":64,"temperature":0.5,"top_p":0.9,"tools":[{"type":"function","name":"f"}],"parallel_tool_calls":false,"user":"u","safety_identifier":"s","service_tier":"flex","reasoning":{"effort":"low","summary":"auto"},"store":false,"truncation":"auto","max_tool_calls":3,"metadata":{"a":"b"},"tags":["t"],"background":false,"prompt":null}""",
        """{"model":"m","messages":[{"role":"user","content":"x"}],"max_completion_tokens":64,"temperature":0.5,"top_p":0.9,"user":"u","tools":[{"type":"function","function":{"name":"f"}}],"parallel_tool_calls":false,"reasoning_effort":"low","service_tier":"flex","stream":true,"stream_options":{"include_usage":true},"safety_identifier":"s","tags":["t"]}"""
    )]
    [InlineData(
        """{"model":"m","input":"x","text":{"format":{"type":"json_schema","name":"n","description":"d","schema":{"type":"object"},"strict":true},"verbosity":"low"},"include":["message.output_text.logprobs","reasoning.encrypted_content"],"top_logprobs":2}""",
        """{"model":"m","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","json_schema":{"name":"n","description":"d","schema":{"type":"object"},"strict":true}},"verbosity":"low","top_logprobs":2,"logprobs":true}"""
    )]
    [InlineData(
        """{"model":"m","input":"x","text":{"format":{"type":"json_object"}}}""",
        """{"model":"m","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_object"}}"""
    )]
    [InlineData(
        """{"model":"m","input":"x","text":{"format":{"type":"text"}},"tools":[],"tool_choice":"auto","parallel_tool_calls":true,"include":[]}""",
        """{"model":"m","messages":[{"role":"user","content":"x"}]}"""
    )]
    [InlineData(
        """{"model":"m","input":"x","tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true,"defer_loading":false},{"type":"custom","name":"c","description":"e","format":{"type":"text"}}],"tool_choice":{"type":"custom","name":"c"}}""",
        """{"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}},{"type":"function","function":{"name":"c","description":"e","parameters":{"type":"object","properties":{"input":{"type":"string"}},"required":["input"],"additionalProperties":false}}}],"tool_choice":{"type":"function","function":{"name":"c"}}}"""
    )]
    [InlineData(
        """{"model":"m","input":"x","tools":[{"type":"function","name":"f"}],"tool_choice":{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"f"},{"type":"function","name":"g"}]}}""",
        """{"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}]}}}"""
    )]
    public void Request_IsTheChatRequest(string body, string expected) => AssertSame(expected, Sent(Read(body)));

    /// <summary>An answer comes back in pieces, and is one message again.</summary>
    [Fact]
    public void Turns_AreJoined()
    {
        const string body = """
            {"model":"m","input":[
              {"role":"user","content":"Weather?"},
              {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Two cities."}],"encrypted_content":"callgate.thinking.c2ln"},
              {"type":"reasoning","id":"rs_2","summary":[],"encrypted_content":"callgate.redacted.ZGF0YQ"},
              {"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Let me see.","annotations":[],"logprobs":[]}]},
              {"type":"function_call","id":"fc_1","call_id":"call_1","name":"weather","arguments":"{\"city\":\"Rome\"}","status":"completed"},
              {"type":"custom_tool_call","id":"ctc_1","call_id":"call_2","name":"shell","input":"echo \"hi\""},
              {"type":"function_call_output","call_id":"call_1","output":"sunny"},
              {"type":"custom_tool_call_output","call_id":"call_2","output":[{"type":"input_text","text":"hi"},{"type":"input_image","image_url":"data:image/png;base64,AA=="}]},
              {"type":"message","role":"assistant","content":[{"type":"output_text","text":"Sunny."},{"type":"refusal","refusal":"No more."}]},
              {"role":"assistant","content":"Well."},
              {"role":"user","content":"Thanks"}
            ]}
            """;

        AssertSame(
            """
            {"model":"m","messages":[
              {"role":"user","content":"Weather?"},
              {"role":"assistant","content":"Let me see.",
               "tool_calls":[
                 {"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Rome\"}"}},
                 {"id":"call_2","type":"function","function":{"name":"shell","arguments":"{\"input\":\"echo \\\"hi\\\"\"}"}}],
               "reasoning_content":"Two cities.",
               "thinking_blocks":[{"type":"thinking","thinking":"Two cities.","signature":"c2ln"},{"type":"redacted_thinking","data":"ZGF0YQ"}]},
              {"role":"tool","content":"sunny","tool_call_id":"call_1"},
              {"role":"tool","content":[{"type":"text","text":"hi"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}],"tool_call_id":"call_2"},
              {"role":"assistant","content":"Sunny.","refusal":"No more."},
              {"role":"assistant","content":"Well."},
              {"role":"user","content":"Thanks"}
            ]}
            """,
            Sent(Read(body))
        );
    }

    /// <summary>What another model has sealed is left out; a summary that nobody sealed goes on as what the model thought.</summary>
    [Fact]
    public void Reasoning_OfOtherModels()
    {
        var request = Read(
            """{"model":"m","input":[{"role":"user","content":"x"},{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"sealed"}],"encrypted_content":"gAAAAAB"},{"role":"assistant","content":"a"},{"type":"reasoning","id":"rs_2","summary":[{"type":"summary_text","text":"one"},{"type":"summary_text","text":"two"}]},{"type":"reasoning","id":"rs_3","summary":[],"content":[{"type":"reasoning_text","text":" three"}]},{"role":"assistant","content":"b"}]}"""
        );

        AssertSame(
            """{"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","content":"a"},{"role":"assistant","content":"b","reasoning_content":"one\n\ntwo three"}]}""",
            Sent(request)
        );
    }

    /// <summary>Signed thinking reaches Anthropic again as it came.</summary>
    [Fact]
    public void Thinking_GoesBackToAnthropic()
    {
        var request = Read(
            """{"model":"claude-sonnet-4-5","input":[{"role":"user","content":"x"},{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Hm."}],"encrypted_content":"callgate.thinking.c2ln"},{"type":"function_call","call_id":"toolu_1","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"toolu_1","output":"1"}],"tools":[{"type":"function","name":"f","parameters":{"type":"object","properties":{}}}]}"""
        );

        var sent = new AnthropicProvider().CreateRequest(
            request,
            new ProviderTarget("claude-sonnet-4-5", "https://host", "k", false, null, false)
        );

        using var body = JsonDocument.Parse(sent.Body);
        AssertSame(
            """[{"role":"user","content":[{"type":"text","text":"x"}]},{"role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":"c2ln"},{"type":"tool_use","id":"toolu_1","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"1"}]}]""",
            body.RootElement.GetProperty("messages").GetRawText()
        );
    }

    [Theory]
    [InlineData("""{"input":"x"}""", "model", "missing_required_parameter")]
    [InlineData("""{"model":"m"}""", "input", "missing_required_parameter")]
    [InlineData("""{"model":3,"input":"x"}""", "model", "invalid_type")]
    [InlineData("""{"model":"m","input":3}""", "input", "invalid_type")]
    [InlineData("""{"model":"m","input":[null]}""", "input[0]", "invalid_type")]
    [InlineData("""{"model":"m","input":[{"role":"user"}]}""", "input[0].content", "missing_required_parameter")]
    [InlineData("""{"model":"m","input":[{"role":"robot","content":"x"}]}""", "input[0].role", "invalid_value")]
    [InlineData(
        """{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"x"},{"text":"y"}]}]}""",
        "input[0].content[1].type",
        "missing_required_parameter"
    )]
    [InlineData(
        """{"model":"m","input":[{"role":"user","content":[{"type":"input_video"}]}]}""",
        "input[0].content[0].type",
        "unsupported_value"
    )]
    [InlineData(
        """{"model":"m","input":[{"role":"user","content":[{"type":"input_image","file_id":"file_1"}]}]}""",
        "input[0].content[0].file_id",
        null
    )]
    [InlineData(
        """{"model":"m","input":[{"role":"user","content":[{"type":"input_file"}]}]}""",
        "input[0].content[0]",
        null
    )]
    [InlineData(
        """{"model":"m","input":[{"type":"function_call","name":"f","arguments":"{}"}]}""",
        "input[0].call_id",
        "missing_required_parameter"
    )]
    [InlineData(
        """{"model":"m","input":[{"type":"function_call_output","call_id":"c"}]}""",
        "input[0].output",
        "missing_required_parameter"
    )]
    [InlineData(
        """{"model":"m","input":[{"role":"user","content":"x"},{"type":"mcp_call","id":"mcp_1"}]}""",
        "input[1].type",
        "unsupported_value"
    )]
    [InlineData(
        """{"model":"m","input":"x","tools":[{"type":"function","name":"f"},{"type":"web_search"}]}""",
        "tools[1].type",
        "unsupported_value"
    )]
    [InlineData("""{"model":"m","input":"x","tools":[{"type":"mcp"}]}""", "tools[0].type", "unsupported_value")]
    [InlineData(
        """{"model":"m","input":"x","tools":[{"type":"function"}]}""",
        "tools[0].name",
        "missing_required_parameter"
    )]
    [InlineData(
        """{"model":"m","input":"x","tools":[{"type":"custom","name":"c","format":{"type":"grammar","syntax":"lark","definition":"a"}}]}""",
        "tools[0].format",
        "unsupported_value"
    )]
    [InlineData(
        """{"model":"m","input":"x","tool_choice":{"type":"file_search"}}""",
        "tool_choice.type",
        "unsupported_value"
    )]
    [InlineData(
        """{"model":"m","input":"x","tool_choice":{"type":"allowed_tools","tools":[{"type":"mcp"}]}}""",
        "tool_choice.tools[0].name",
        "missing_required_parameter"
    )]
    [InlineData("""{"model":"m","input":"x","background":true}""", "background", "unsupported_parameter")]
    [InlineData("""{"model":"m","input":"x","conversation":"conv_1"}""", "conversation", "unsupported_parameter")]
    [InlineData("""{"model":"m","prompt":{"id":"p"}}""", "prompt", "unsupported_parameter")]
    [InlineData(
        """{"model":"m","input":"x","context_management":[{"type":"compaction"}]}""",
        "context_management",
        "unsupported_parameter"
    )]
    [InlineData("""{"model":"m","input":"x","temperature":"hot"}""", "temperature", "invalid_type")]
    [InlineData("""{"model":"m","input":"x","temperature":1e999}""", "temperature", "invalid_type")]
    [InlineData("""{"model":"m","input":"x","max_output_tokens":1.5}""", "max_output_tokens", "invalid_type")]
    [InlineData("""{"model":"m","input":"x","text":{"format":{"type":"xml"}}}""", "text.format.type", "invalid_value")]
    [InlineData(
        """{"model":"m","input":"x","text":{"format":{"type":"json_schema","schema":{}}}}""",
        "text.format.name",
        "missing_required_parameter"
    )]
    [InlineData("""{"model":"m","input":"x","reasoning":{"effort":3}}""", "reasoning.effort", "invalid_type")]
    [InlineData("""{"model":"m","input":"x","reasoning":"much"}""", "reasoning", "invalid_type")]
    public void WhatCantBe_IsRefusedByItsPath(string body, string param, string? code)
    {
        var e = Refusal(body);

        Assert.IsType<LlmBadRequestException>(e);
        Assert.Equal((param, code, 400), (e.Param, e.Code, (int?)e.StatusCode));
        Assert.False(e.IsRetryable);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"model\":\"m\"")]
    [InlineData("""{"model":"m","model":"n","input":"x"}""")]
    [InlineData("""{"model":"m","input":"\ud83d"}""")]
    [InlineData("""{"model":"m","input":"x","metadata":{"\uDE00":"y"}}""")]
    public void NoJson_IsRefused(string body) =>
        Assert.ThrowsAny<JsonException>(() => Format.ReadRequest(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void NoUtf8_IsRefused() =>
        Assert.ThrowsAny<JsonException>(() =>
            Format.ReadRequest([.. "{\"model\":\"m\",\"input\":\""u8, 0xC3, 0x28, .. "\"}"u8])
        );

    /// <summary>A provider that speaks the format may do what no chat model can.</summary>
    [Fact]
    public void View_TakesWhatOnlyOpenAiCanDo()
    {
        var format = new ResponsesFormat();
        var view = format.ReadView(
            """{"model":"gpt","input":[{"role":"user","content":"x"},{"type":"web_search_call","id":"ws_1"}],"tools":[{"type":"web_search","x":1}],"background":true}"""u8
        );

        Assert.Equal("x", view.Messages.Single().Text);
        Assert.Equal("web_search", view.Tools!.Single().Type);
        var e = Assert.Throws<LlmBadRequestException>(() => format.EnsureTranslatable(view));
        Assert.Equal("background", e.Param);
    }

    [Fact]
    public void Errors_AreOpenAis()
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        Format.WriteError(output, new(429, "Too \"fast\".", Param: "model", Code: "rate_limit_exceeded"));
        AssertSame(
            """{"error":{"message":"Too \"fast\".","type":"rate_limit_error","param":"model","code":"rate_limit_exceeded"}}""",
            Encoding.UTF8.GetString(output.WrittenSpan)
        );
        output.Clear();
        Format.WriteError(output, new(400, "No.", "my_type"));
        AssertSame(
            """{"error":{"message":"No.","type":"my_type","param":null,"code":null}}""",
            Encoding.UTF8.GetString(output.WrittenSpan)
        );
    }
}
