using System.Text.Json;
using System.Text.Json.Nodes;
using Callgate.Interop;
using Callgate.Wire;
using CsCheck;
using Microsoft.Extensions.AI;

namespace Callgate.Tests.Interop;

public sealed class MessageRoundTripTests
{
    [Fact]
    public void WireMessages_SurviveTheWayThereAndBack() =>
        SomeConversation.Conversation.Sample(wire =>
        {
            var there = wire.ConvertAll(MessageFromWire.Map);
            JsonText.Same(JsonText.Of(wire), JsonText.Of(ToWire(there)));
        });

    [Fact]
    public void WireMessages_SurviveAStoreThatKeepsNoRawRepresentation() =>
        SomeConversation
            // A result is an object to Microsoft.Extensions.AI: a store gives back its JSON, not its parts.
            .Conversation.Where(wire => !wire.Exists(m => m is { Role: "tool", Content.Parts: not null }))
            .Sample(wire =>
            {
                var json = JsonSerializer.Serialize(
                    wire.ConvertAll(MessageFromWire.Map),
                    AIJsonUtilities.DefaultOptions
                );
                var stored = JsonSerializer.Deserialize<List<ChatMessage>>(json, AIJsonUtilities.DefaultOptions)!;
                // Without the raw call the arguments are written anew: the same JSON, other spaces.
                JsonText.Same(WithParsedArguments(wire), WithParsedArguments(ToWire(stored)));
            });

    [Fact]
    public void Mapping_LeavesMessagesAlone() =>
        SomeConversation.Conversation.Sample(wire =>
        {
            var messages = wire.ConvertAll(MessageFromWire.Map);
            var before = JsonSerializer.Serialize(messages, AIJsonUtilities.DefaultOptions);
            ToWire(messages);
            Assert.Equal(before, JsonSerializer.Serialize(messages, AIJsonUtilities.DefaultOptions));
        });

    [Fact]
    public void SeveralToolResults_BecomeAMessageEach()
    {
        var wire = ToWire([
            new ChatMessage(
                ChatRole.Tool,
                [
                    new FunctionResultContent("call_1", "sunny"),
                    new FunctionResultContent("call_2", JsonElement.Parse("\"rainy\"")),
                    new FunctionResultContent("call_3", new { degrees = 21.5 }),
                    new FunctionResultContent("call_4", null),
                    new FunctionResultContent("call_5", null)
                    {
                        Exception = new InvalidOperationException("the password is x"),
                    },
                ]
            ),
        ]);

        JsonText.Same(
            """
            [{"role":"tool","content":"sunny","tool_call_id":"call_1"},
             {"role":"tool","content":"rainy","tool_call_id":"call_2"},
             {"role":"tool","content":"{\"degrees\":21.5}","tool_call_id":"call_3"},
             {"role":"tool","content":"","tool_call_id":"call_4"},
             {"role":"tool","content":"Error: Function failed.","tool_call_id":"call_5"}]
            """,
            JsonText.Of(wire)
        );
    }

    [Fact]
    public void ResultsBesideText_FollowTheirCallsDirectly()
    {
        var wire = ToWire([
            new ChatMessage(ChatRole.User, [new TextContent("And now?"), new FunctionResultContent("call_1", "sunny")]),
            new ChatMessage(
                ChatRole.Tool,
                [new FunctionResultContent("call_2", "rainy"), new TextContent("a picture")]
            ),
        ]);

        Assert.Equal(["tool", "user", "tool", "user"], wire.Select(m => m.Role));
    }

    [Fact]
    public void CallsAndResultsInOneAssistantMessage_AreTakenApartTurnByTurn()
    {
        var wire = ToWire([
            new ChatMessage(
                ChatRole.Assistant,
                [
                    new TextContent("Let me look."),
                    new FunctionCallContent("call_1", "look", new Dictionary<string, object?> { ["where"] = "Köln" }),
                    new FunctionResultContent("call_1", "sunny"),
                    new TextContent("It is sunny."),
                    new UsageContent(new UsageDetails { InputTokenCount = 1 }),
                ]
            ),
        ]);

        JsonText.Same(
            """
            [{"role":"assistant","content":"Let me look.","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"where\":\"Köln\"}"}}]},
             {"role":"tool","content":"sunny","tool_call_id":"call_1"},
             {"role":"assistant","content":"It is sunny."}]
            """,
            JsonText.Of(wire)
        );
    }

    [Fact]
    public void ChangedArguments_AreNotOverwrittenByTheRawOnes()
    {
        var message = MessageFromWire.Map(
            new Message
            {
                Role = "assistant",
                ToolCalls =
                [
                    new ToolCall
                    {
                        Id = "1",
                        Function = new FunctionCall { Name = "f", Arguments = """{ "a": 1 }""" },
                    },
                ],
            }
        );
        var call = Assert.IsType<FunctionCallContent>(Assert.Single(message.Contents));

        Assert.Equal("""{ "a": 1 }""", ToWire([message])[0].ToolCalls![0].Function!.Arguments);
        call.Arguments!["a"] = 2;
        Assert.Equal("""{"a":2}""", ToWire([message])[0].ToolCalls![0].Function!.Arguments);
    }

    [Theory]
    [InlineData("{\"a\":")]
    [InlineData("[1]")]
    public void BrokenArguments_ComeWithTheirErrorAndGoBackAsTheyWere(string arguments)
    {
        var message = MessageFromWire.Map(
            new Message
            {
                Role = "assistant",
                ToolCalls =
                [
                    new ToolCall
                    {
                        Id = "1",
                        Function = new FunctionCall { Name = "f", Arguments = arguments },
                    },
                ],
            }
        );

        Assert.NotNull(Assert.IsType<FunctionCallContent>(message.Contents[0]).Exception);
        Assert.Equal(arguments, ToWire([message])[0].ToolCalls![0].Function!.Arguments);
    }

    [Fact]
    public void CallsWithoutAnId_GetIdsThatDiffer()
    {
        var call = new ToolCall
        {
            Function = new FunctionCall { Name = "f", Arguments = "{}" },
        };
        var message = MessageFromWire.Map(new Message { Role = "assistant", ToolCalls = [call, call] });

        Assert.Equal(["call_0", "call_1"], message.Contents.Cast<FunctionCallContent>().Select(c => c.CallId));
    }

    [Fact]
    public void AnApplicationsOwnProperties_DoNotReachTheWire()
    {
        var message = new ChatMessage(ChatRole.User, "Hi") { AdditionalProperties = new() { ["seen"] = true } };
        message.Contents[0].AdditionalProperties = new() { ["score"] = 3 };

        JsonText.Same("""[{"role":"user","content":"Hi"}]""", JsonText.Of(ToWire([message])));
    }

    [Fact]
    public void CacheMarks_MayBeSetByTheApplication()
    {
        var message = new ChatMessage(ChatRole.System, "Long.");
        message.Contents[0].AdditionalProperties = new()
        {
            ["cache_control"] = new JsonObject { ["type"] = "ephemeral" },
        };

        JsonText.Same(
            """[{"role":"system","content":[{"type":"text","text":"Long.","cache_control":{"type":"ephemeral"}}]}]""",
            JsonText.Of(ToWire([message]))
        );
    }

    [Fact]
    public void DrawnImages_AreContentsAndGoBackOnce()
    {
        var wire = Message.Assistant("Here.") with
        {
            AdditionalProperties = ExtraFields.Parse(
                """{"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}],"x":1}"""
            ),
        };

        var message = MessageFromWire.Map(wire);

        Assert.Equal("image/png", Assert.Single(message.Contents.OfType<DataContent>()).MediaType);
        JsonText.Same(
            """
            [{"role":"assistant","content":[{"type":"text","text":"Here."},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}],"x":1}]
            """,
            JsonText.Of(ToWire([message]))
        );
    }

    [Fact]
    public void UnknownParts_GoThroughWhole()
    {
        var wire = Message.User(
            new ContentPart[]
            {
                ContentPart.FromText("Look:"),
                new ContentPart
                {
                    Type = "video_url",
                    AdditionalProperties = ExtraFields.Parse("""{"video_url":{"url":"https://x.test/v"}}"""),
                },
                new ContentPart
                {
                    Type = "input_audio",
                    InputAudio = new InputAudio { Data = "not base64!", Format = "wav" },
                },
            }
        );

        JsonText.Same(JsonText.Of([wire]), JsonText.Of(ToWire([MessageFromWire.Map(wire)])));
    }

    [Fact]
    public void UnsignedReasoning_IsToldApartFromSigned()
    {
        var wire = ToWire([
            new ChatMessage(
                ChatRole.Assistant,
                [
                    new TextReasoningContent("hm "),
                    new TextReasoningContent("so") { ProtectedData = "sig" },
                    new TextContent("4"),
                ]
            ),
        ]);

        JsonText.Same(
            """[{"role":"assistant","content":"4","reasoning_content":"hm so","thinking_blocks":[{"type":"thinking","thinking":"so","signature":"sig"}]}]""",
            JsonText.Of(wire)
        );
    }

    [Fact]
    public void Names_AreWrittenAsProvidersTakeThem()
    {
        var wire = ToWire([
            new ChatMessage(ChatRole.User, "a") { AuthorName = "Jörg K." },
            new ChatMessage(ChatRole.User, "b") { AuthorName = "漢" },
        ]);

        Assert.Equal(["JrgK", null], wire.Select(m => m.Name));
    }

    private static List<Message> ToWire(IEnumerable<ChatMessage> messages)
    {
        var wire = new List<Message>();
        MessageToWire.Map(messages, wire);
        return wire;
    }

    private static string WithParsedArguments(IReadOnlyList<Message> messages)
    {
        var nodes = JsonNode.Parse(JsonText.Of(messages))!.AsArray();
        foreach (var call in nodes.SelectMany(m => m!["tool_calls"]?.AsArray() ?? []))
        {
            call!["function"]!["arguments"] = JsonNode.Parse(call["function"]!["arguments"]!.GetValue<string>());
        }

        return nodes.ToJsonString();
    }
}
