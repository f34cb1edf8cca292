using static Callgate.Tests.Providers.Anthropic.AnthropicWire;

namespace Callgate.Tests.Providers.Anthropic;

// After build-with-claude/extended-thinking, adaptive-thinking and effort on platform.claude.com/docs.
public class AnthropicThinkingTests
{
    private static string Request(string model, string more) =>
        $$$"""{"model":"{{{model}}}","messages":[{"role":"user","content":"Why?"}],{{{more}}}}""";

    [Theory]
    [InlineData("minimal", 1024)]
    [InlineData("low", 1024)]
    [InlineData("medium", 2048)]
    [InlineData("high", 4096)]
    [InlineData("xhigh", 8192)]
    [InlineData("max", 16384)]
    public void Effort_OnModelsWithBudgets_IsABudget(string effort, int budget)
    {
        var body = Body(Request("claude-sonnet-4-5", $"\"reasoning_effort\":\"{effort}\",\"max_tokens\":20000"));

        AssertJson($$$"""{"type":"enabled","budget_tokens":{{{budget}}}}""", body["thinking"]);
        Assert.Equal(20000, (int)body["max_tokens"]!);
        Assert.Null(body["output_config"]);
    }

    [Fact]
    public void Budget_AboveTheLimit_RaisesTheLimit()
    {
        Assert.Equal(
            5096,
            (int)Body(Request("claude-sonnet-4-5", "\"reasoning_effort\":\"high\",\"max_tokens\":1000"))["max_tokens"]!
        );
        Assert.Equal(
            8192,
            (int)Body(Request("claude-3-opus-20240229", "\"reasoning_effort\":\"high\""))["max_tokens"]!
        );
        Assert.Equal(
            44096,
            (int)
                Body(
                    Request("claude-3-7-sonnet-latest", "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":40000}")
                )["max_tokens"]!
        );
    }

    [Theory]
    [InlineData("claude-opus-4-8", "minimal", "low")]
    [InlineData("claude-opus-4-8", "high", "high")]
    [InlineData("claude-opus-4-8", "xhigh", "xhigh")]
    [InlineData("claude-opus-4-6", "xhigh", "high")]
    [InlineData("claude-fable-5-1", "max", "max")]
    [InlineData("claude-mythos-preview", "medium", "medium")]
    public void Effort_OnAdaptiveModels_IsAnEffort(string model, string effort, string expected)
    {
        var body = Body(Request(model, $"\"reasoning_effort\":\"{effort}\""));

        AssertJson("""{"type":"adaptive","display":"summarized"}""", body["thinking"]);
        AssertJson($$$"""{"effort":"{{{expected}}}"}""", body["output_config"]);
    }

    [Theory]
    [InlineData("claude-sonnet-4-5", null, null)]
    [InlineData("claude-opus-4-8", null, null)]
    [InlineData("claude-opus-5", "disabled", null)]
    [InlineData("claude-haiku-5-5", "disabled", null)]
    [InlineData("claude-sonnet-5-5", "between_tools", null)]
    [InlineData("claude-opus-5-5", null, "low")]
    public void Effort_None_TurnsThinkingOffAsFarAsTheModelLets(string model, string? type, string? effort)
    {
        var body = Body(Request(model, "\"reasoning_effort\":\"none\""));

        Assert.Equal(type, (string?)body["thinking"]?["type"]);
        Assert.Equal(effort, (string?)body["output_config"]?["effort"]);
    }

    [Fact]
    public void Thinking_Given_GoesOnAsItIs()
    {
        var body = Body(
            Request(
                "claude-sonnet-4-5",
                "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":5000,\"display\":\"omitted\"},\"max_tokens\":900"
            )
        );

        AssertJson("""{"type":"enabled","budget_tokens":5000,"display":"omitted"}""", body["thinking"]);
        Assert.Equal(900, (int)body["max_tokens"]!);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData(",\"thinking_blocks\":[{\"type\":\"thinking\",\"thinking\":\"t\",\"signature\":\"s\"}]", true)]
    public void Effort_WithinAnotherModelsTurn_DoesNotThink(string blocks, bool expected)
    {
        var body = Body(
            $$$"""
            {"model":"claude-sonnet-4-5","reasoning_effort":"low","messages":[
              {"role":"user","content":"?"},
              {"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]{{{blocks}}}},
              {"role":"tool","tool_call_id":"a","content":"1"}]}
            """
        );

        Assert.Equal(expected, body["thinking"] is not null);
    }
}
