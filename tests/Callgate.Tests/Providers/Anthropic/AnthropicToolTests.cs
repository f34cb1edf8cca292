using static Callgate.Tests.Providers.Anthropic.AnthropicWire;

namespace Callgate.Tests.Providers.Anthropic;

// The exchanges follow platform.claude.com/docs, the page that each test names.
public class AnthropicToolTests
{
    private const string Weather = """
        {"type":"function","function":{"name":"get_weather","description":"The weather","parameters":{"type":"object","properties":{"location":{"type":"string","minLength":1}},"required":["location"]}}}
        """;

    private static string Request(string more, string tools = Weather, string model = "claude-opus-4-8") =>
        $$$"""{"model":"{{{model}}}","messages":[{"role":"user","content":"Hi"}],"tools":[{{{tools}}}]{{{more}}}}""";

    // agents-and-tools/tool-use/define-tools
    [Fact]
    public void Tools_OfEveryForm_AreTranslated()
    {
        var body = Body(
            Request(
                "",
                $$$$"""
                {{{{Weather}}}},
                {"type":"function","function":{"name":"now"},"cache_control":{"type":"ephemeral"},"defer_loading":true},
                {"type":"function","function":{"name":"empty","parameters":{}}},
                {"type":"web_search_20250305","name":"web_search","max_uses":5},
                {"name":"own","input_schema":{"type":"object"}}
                """
            )
        );

        AssertJson(
            """
            [{"name":"get_weather","description":"The weather","input_schema":{"type":"object","properties":{"location":{"type":"string","minLength":1}},"required":["location"]}},
             {"name":"now","input_schema":{"type":"object","properties":{}},"cache_control":{"type":"ephemeral"},"defer_loading":true},
             {"name":"empty","input_schema":{"type":"object","properties":{}}},
             {"type":"web_search_20250305","name":"web_search","max_uses":5},
             {"name":"own","input_schema":{"type":"object"}}]
            """,
            body["tools"]
        );
        Assert.Null(body["tool_choice"]);
    }

    // agents-and-tools/tool-use/strict-tool-use
    [Theory]
    [InlineData("claude-opus-4-8", true)]
    [InlineData("claude-3-haiku-20240307", false)]
    public void Tools_Strict_AreStrictWhereTheModelCan(string model, bool expected)
    {
        var body = Body(
            Request(
                "",
                Weather.Replace("\"description\"", "\"strict\":true,\"description\"", StringComparison.Ordinal),
                model
            )
        );

        var tool = body["tools"]![0]!;
        Assert.Equal(expected, tool["strict"] is not null);
        Assert.Equal(expected, tool["input_schema"]!["additionalProperties"] is not null);
        Assert.Equal(expected, tool["input_schema"]!["properties"]!["location"]!["minLength"] is null);
    }

    // agents-and-tools/tool-use/define-tools, forcing tool use
    [Theory]
    [InlineData("\"auto\"", """{"type":"auto"}""")]
    [InlineData("\"none\"", """{"type":"none"}""")]
    [InlineData("\"required\"", """{"type":"any"}""")]
    [InlineData(
        """{"type":"function","function":{"name":"get_weather"}}""",
        """{"type":"tool","name":"get_weather"}"""
    )]
    [InlineData("""{"type":"function","name":"get_weather"}""", """{"type":"tool","name":"get_weather"}""")]
    [InlineData("""{"type":"tool","name":"get_weather"}""", """{"type":"tool","name":"get_weather"}""")]
    [InlineData(
        """{"type":"any","disable_parallel_tool_use":true}""",
        """{"type":"any","disable_parallel_tool_use":true}"""
    )]
    [InlineData(
        """{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"get_weather"}}]}}""",
        """{"type":"any"}"""
    )]
    public void Choice_OfEveryForm_IsTranslated(string choice, string expected) =>
        AssertJson(expected, Body(Request($",\"tool_choice\":{choice}"))["tool_choice"]);

    [Theory]
    [InlineData("", """{"type":"auto","disable_parallel_tool_use":true}""")]
    [InlineData(",\"tool_choice\":\"required\"", """{"type":"any","disable_parallel_tool_use":true}""")]
    [InlineData(",\"tool_choice\":\"none\"", """{"type":"none"}""")]
    public void ParallelToolCalls_Forbidden_DisablesThem(string more, string expected) =>
        AssertJson(expected, Body(Request($",\"parallel_tool_calls\":false{more}"))["tool_choice"]);

    [Fact]
    public void AllowedTools_LeavesTheOthersOut()
    {
        var body = Body(
            Request(
                """
                ,"tool_choice":{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"now"}]}
                """,
                Weather + ",{\"type\":\"function\",\"function\":{\"name\":\"now\"}}"
            )
        );

        Assert.Equal("now", (string?)Assert.Single(body["tools"]!.AsArray())!["name"]);
    }

    [Fact]
    public void Choice_WithoutTools_IsNotSent()
    {
        var body = Body(
            """{"model":"claude-opus-4-8","messages":[{"role":"user","content":"Hi"}],"tool_choice":"auto","tools":[]}"""
        );

        Assert.Null(body["tool_choice"]);
        Assert.Null(body["tools"]);
    }

    // agents-and-tools/tool-use/handle-tool-calls, agents-and-tools/tool-use/parallel-tool-use
    [Fact]
    public void Results_OfParallelCalls_ComeFirstInOneTurn()
    {
        var body = Body(
            """
            {"model":"claude-opus-4-8","messages":[
              {"role":"user","content":"Paris and Tokyo?"},
              {"role":"assistant","content":null,"tool_calls":[
                {"id":"toolu_1","type":"function","function":{"name":"get_weather","arguments":"{\"location\": \"Paris\"}"}},
                {"id":"toolu_2","type":"function","function":{"name":"get_weather","arguments":""}},
                {"id":"toolu_3","type":"function","function":{"name":"get_weather","arguments":"{\"location\""}},
                {"id":"toolu_4","type":"function","function":{"name":"get_weather","arguments":"[1]"}}]},
              {"role":"tool","tool_call_id":"toolu_1","content":"20 °C"},
              {"role":"user","content":"In Celsius."},
              {"role":"tool","tool_call_id":"toolu_2","content":[{"type":"text","text":"map:"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}}]},
              {"role":"tool","tool_call_id":"toolu_3","content":"","is_error":true},
              {"role":"tool","tool_call_id":"toolu_4","content":[]}
            ]}
            """
        );

        AssertJson(
            """
            [{"role":"user","content":[{"type":"text","text":"Paris and Tokyo?"}]},
             {"role":"assistant","content":[
               {"type":"tool_use","id":"toolu_1","name":"get_weather","input":{"location":"Paris"}},
               {"type":"tool_use","id":"toolu_2","name":"get_weather","input":{}},
               {"type":"tool_use","id":"toolu_3","name":"get_weather","input":{"arguments":"{\"location\""}},
               {"type":"tool_use","id":"toolu_4","name":"get_weather","input":{"arguments":[1]}}]},
             {"role":"user","content":[
               {"type":"tool_result","tool_use_id":"toolu_1","content":"20 °C"},
               {"type":"tool_result","tool_use_id":"toolu_2","content":[{"type":"text","text":"map:"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}}]},
               {"type":"tool_result","tool_use_id":"toolu_3","is_error":true},
               {"type":"tool_result","tool_use_id":"toolu_4"},
               {"type":"text","text":"In Celsius."}]}]
            """,
            body["messages"]
        );
    }

    [Fact]
    public void Tools_OfAFormerTurn_AreDefinedSoThatTheConversationIsValid()
    {
        var body = Body(
            """
            {"model":"claude-opus-4-8","messages":[
              {"role":"user","content":"?"},
              {"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"b","type":"function","function":{"name":"f","arguments":"{}"}}]},
              {"role":"tool","tool_call_id":"a","content":"1"},{"role":"tool","tool_call_id":"b","content":"2"}]}
            """
        );

        AssertJson("""[{"name":"f","input_schema":{"type":"object","properties":{}}}]""", body["tools"]);
        AssertJson("""{"type":"none"}""", body["tool_choice"]);
    }

    [Fact]
    public void Ids_OfOtherProviders_AreMadeValidOnBothSides()
    {
        var body = Body(
            """
            {"model":"claude-opus-4-8","messages":[
              {"role":"user","content":"?"},
              {"role":"assistant","tool_calls":[{"id":"functions.f:0","type":"function","function":{"name":"f","arguments":"{}"}}]},
              {"role":"tool","tool_call_id":"functions.f:0","content":"1"}]}
            """
        );

        Assert.Equal("functions_f_0", (string?)body["messages"]![1]!["content"]![0]!["id"]);
        Assert.Equal("functions_f_0", (string?)body["messages"]![2]!["content"]![0]!["tool_use_id"]);
    }
}
