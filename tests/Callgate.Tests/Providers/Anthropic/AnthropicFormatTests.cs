using Callgate.Wire;
using static Callgate.Tests.Providers.Anthropic.AnthropicWire;

namespace Callgate.Tests.Providers.Anthropic;

// After build-with-claude/structured-outputs on platform.claude.com/docs.
public class AnthropicFormatTests
{
    private const string Format = """
        {"type":"json_schema","json_schema":{"name":"person","strict":true,"schema":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"],"additionalProperties":false}}}
        """;

    private static string Request(string model, string format, string more = "") =>
        $$$"""{"model":"{{{model}}}","messages":[{"role":"user","content":"Who?"}],"response_format":{{{format}}}{{{more}}}}""";

    [Theory]
    [InlineData("claude-opus-4-8")]
    [InlineData("claude-sonnet-4-5")]
    [InlineData("claude-opus-4-1-20250805")]
    public void Schema_OnNewerModels_IsStructuredOutput(string model)
    {
        var body = Body(Request(model, Format));

        AssertJson(
            """{"format":{"type":"json_schema","schema":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"],"additionalProperties":false}}}""",
            body["output_config"]
        );
        Assert.Null(body["tools"]);
    }

    [Fact]
    public void Schema_OnOlderModels_IsAForcedTool()
    {
        var body = Body(Request("claude-3-haiku-20240307", Format));

        Assert.Null(body["output_config"]);
        AssertJson("""{"type":"tool","name":"json_tool_call"}""", body["tool_choice"]);
        AssertJson(
            """{"type":"object","properties":{"name":{"type":"string"}},"required":["name"],"additionalProperties":false}""",
            body["tools"]![0]!["input_schema"]
        );
    }

    [Theory]
    [InlineData(",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]", """{"type":"any"}""")]
    [InlineData(",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}", """{"type":"auto"}""")]
    [InlineData(
        ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}},\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]",
        """{"type":"tool","name":"f"}"""
    )]
    public void Schema_OnOlderModelsWithMore_ForcesAsFarAsItMay(string more, string choice) =>
        AssertJson(choice, Body(Request("claude-3-7-sonnet-latest", Format, more))["tool_choice"]);

    [Fact]
    public void JsonObject_OnNewerModels_IsAnInstruction()
    {
        var body = Body(Request("claude-opus-5-5", """{"type":"json_object"}"""));

        Assert.Contains("JSON object", (string?)body["system"]![0]!["text"], StringComparison.Ordinal);
        Assert.Null(body["tools"]);
        Assert.Null(body["output_config"]);
    }

    [Fact]
    public void JsonObject_OnOlderModels_IsAForcedTool() =>
        AssertJson(
            """{"type":"object","properties":{}}""",
            Body(Request("claude-3-haiku-20240307", """{"type":"json_object"}"""))["tools"]![0]!["input_schema"]
        );

    [Fact]
    public void OutputConfig_OfTheCaller_WinsOverTheTranslation() =>
        AssertJson(
            """{"effort":"max","format":{"type":"json_schema","schema":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"],"additionalProperties":false}}}""",
            Body(
                Request(
                    "claude-opus-4-8",
                    Format,
                    ",\"reasoning_effort\":\"low\",\"output_config\":{\"effort\":\"max\"}"
                )
            )["output_config"]
        );

    [Fact]
    public void Schema_WithUnsupportedConstraints_SaysThemInTheDescription()
    {
        var body = Body(
            Request(
                "claude-opus-4-8",
                """
                {"type":"json_schema","json_schema":{"name":"x","schema":{
                  "$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
                  "properties":{
                    "age":{"type":"integer","description":"Years.","minimum":0,"maximum":150},
                    "when":{"type":"string","format":"date"},
                    "phone":{"type":"string","format":"phone"},
                    "tags":{"type":"array","items":{"type":"object","properties":{"t":{"type":"string"}}},"minItems":1,"maxItems":3},
                    "kind":{"oneOf":[{"type":"string","enum":["a"]},{"type":"null"}]},
                    "next":{"$ref":"#/$defs/node"}},
                  "$defs":{"node":{"type":["object","null"],"properties":{"v":{"const":1}},"additionalProperties":true}}}}}
                """
            )
        );

        AssertJson(
            """
            {"type":"object",
             "properties":{
               "age":{"type":"integer","description":"Years. (minimum: 0, maximum: 150)"},
               "when":{"type":"string","format":"date"},
               "phone":{"type":"string","description":"(format: \"phone\")"},
               "tags":{"type":"array","items":{"type":"object","properties":{"t":{"type":"string"}},"additionalProperties":false},"minItems":1,"description":"(maxItems: 3)"},
               "kind":{"anyOf":[{"type":"string","enum":["a"]},{"type":"null"}]},
               "next":{"$ref":"#/$defs/node"}},
             "$defs":{"node":{"type":["object","null"],"properties":{"v":{"const":1}},"additionalProperties":false}},
             "additionalProperties":false}
            """,
            body["output_config"]!["format"]!["schema"]
        );
    }

    [Fact]
    public void ToolsCall_OfTheSchema_IsTheAnswerAgain()
    {
        const string Answer = """
            {"id":"msg_1","type":"message","role":"assistant","model":"claude-3-haiku-20240307","stop_reason":"tool_use","stop_sequence":null,
             "content":[{"type":"tool_use","id":"toolu_1","name":"json_tool_call","input":{"name":"Ada"}}],"usage":{"input_tokens":300,"output_tokens":20}}
            """;

        var asked = Read(Answer, Chat(Request("claude-3-haiku-20240307", Format)));
        var unasked = Read(Answer);

        Assert.Equal("""{"name":"Ada"}""", asked.Text);
        Assert.Equal("stop", asked.Choices[0].FinishReason);
        Assert.Null(asked.Choices[0].Message!.ToolCalls);
        Assert.Equal("tool_calls", unasked.Choices[0].FinishReason);
    }
}
