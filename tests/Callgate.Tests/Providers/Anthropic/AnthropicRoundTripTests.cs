using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Callgate.Wire;
using CsCheck;
using static Callgate.Tests.Providers.Anthropic.AnthropicWire;

namespace Callgate.Tests.Providers.Anthropic;

/// <summary>What goes to Anthropic and comes back as its answer is what went.</summary>
public class AnthropicRoundTripTests
{
    private static readonly Gen<string> s_text = Gen.OneOf(
        Gen.String[Gen.Char.AlphaNumeric, 1, 20],
        Gen.OneOf("ünïcödé 日本語 😀", "\"quoted\" \\ back\\slash", "line\nline\ttab", "<b>&amp;</b>\u2028", "}{][")
    );

    private static readonly Gen<string> s_id = Gen.String[Gen.OneOf(Gen.Char.AlphaNumeric, Gen.OneOf('_', '-')), 1, 24];

    private static readonly Gen<ToolCall> s_call = Gen.Select(
        s_id,
        Gen.String[Gen.Char.AlphaNumeric, 1, 12],
        Gen.Dictionary(s_text, s_text)[0, 3],
        (id, name, arguments) =>
            new ToolCall
            {
                Id = id,
                Type = "function",
                Function = new FunctionCall { Name = name, Arguments = ToObject(arguments).ToJsonString() },
            }
    );

    private static readonly Gen<Message> s_assistant = Gen.Select(
        s_text,
        s_call.List[0, 3],
        Gen.Bool,
        (text, calls, isSilent) =>
            new Message
            {
                Role = "assistant",
                Content = isSilent && calls.Count > 0 ? null : new MessageContent(text),
                ToolCalls = calls.Count == 0 ? null : calls,
                ReasoningContent = isSilent ? text : null,
                ThinkingBlocks = isSilent
                    ?
                    [
                        new ThinkingBlock
                        {
                            Type = "thinking",
                            Thinking = text,
                            Signature = "sig",
                        },
                    ]
                    : null,
            }
    );

    /// <summary>An assistant's turn, sent and handed back as if Anthropic had written it.</summary>
    [Fact]
    public void AssistantsTurn_ThereAndBack_IsTheSame() =>
        s_assistant.Sample(turn =>
        {
            var sent = Body(Plain with { Messages = [Message.User("?"), turn, Message.User("!")] });
            var answer = new JsonObject
            {
                ["id"] = "msg_1",
                ["content"] = sent["messages"]![1]!["content"]!.DeepClone(),
                ["stop_reason"] = "end_turn",
            };

            var back = ((ChatCompletion)Provider.ReadResponse(Plain, Encoding.UTF8.GetBytes(answer.ToJsonString())))
                .Choices[0]
                .Message!;

            Assert.Equal(turn.Text, back.Text);
            Assert.Equal(turn.ReasoningContent, back.ReasoningContent);
            Assert.Equal(turn.ThinkingBlocks ?? [], back.ThinkingBlocks ?? []);
            Assert.Equal(
                turn.ToolCalls?.Select(c => (c.Id, c.Function!.Name)),
                back.ToolCalls?.Select(c => (c.Id, c.Function!.Name))
            );
            foreach (var (before, after) in (turn.ToolCalls ?? []).Zip(back.ToolCalls ?? []))
            {
                Assert.True(
                    JsonNode.DeepEquals(
                        JsonNode.Parse(before.Function!.Arguments!),
                        JsonNode.Parse(after.Function!.Arguments!)
                    )
                );
            }
        });

    /// <summary>Any conversation: every text and every result arrives, in order, in turns that alternate.</summary>
    [Fact]
    public void Conversation_OfAnyShape_ArrivesWholeInAlternatingTurns() =>
        Gen.Select(Gen.OneOf("system", "user", "assistant"), s_text, s_call.List[0, 2])
            .List[1, 12]
            .Sample(shape =>
            {
                var messages = new List<Message> { Message.User("first") };
                foreach (var (role, text, calls) in shape)
                {
                    messages.Add(
                        new Message
                        {
                            Role = role,
                            Content = text,
                            ToolCalls = role == "assistant" && calls.Count > 0 ? calls : null,
                        }
                    );
                    if (role == "assistant")
                    {
                        messages.AddRange(calls.Select(c => Message.Tool(c.Id!, $"result of {c.Id}")));
                    }
                }

                messages.Add(Message.User("last"));
                var body = Body(Plain with { Messages = messages });
                var turns = body["messages"]!.AsArray();
                var blocks = turns.SelectMany(t => t!["content"]!.AsArray()).ToList();

                Assert.Equal("user", (string?)turns[0]!["role"]);
                Assert.All(
                    turns.Zip(turns.Skip(1)),
                    p => Assert.NotEqual((string?)p.First!["role"], (string?)p.Second!["role"])
                );
                Assert.Equal(TextsOf(messages, m => m.Role is "user" or "assistant"), Values(blocks, "text", "text"));
                Assert.Equal(
                    TextsOf(messages, m => m.Role == "system"),
                    Values([.. body["system"]?.AsArray() ?? []], "text", "text")
                );
                Assert.Equal(
                    messages.Where(m => m.Role == "tool").Select(m => m.ToolCallId),
                    Values(blocks, "tool_result", "tool_use_id")
                );
                Assert.Equal(TextsOf(messages, m => m.Role == "tool"), Values(blocks, "tool_result", "content"));
                Assert.Equal(
                    messages.SelectMany(m => m.ToolCalls ?? []).Select(c => c.Id),
                    Values(blocks, "tool_use", "id")
                );
            });

    /// <summary>A text in any pieces, streamed, is the text; and each chunk's bytes say what its text says.</summary>
    [Fact]
    public void Text_InAnyPieces_IsTheText() =>
        s_text
            .List[1, 10]
            .Sample(pieces =>
            {
                var translator = Provider.TranslateStream(Plain);
                var chunks = new Queue<ChatChunk>();
                foreach (var piece in pieces)
                {
                    var data = new JsonObject
                    {
                        ["type"] = "content_block_delta",
                        ["index"] = 0,
                        ["delta"] = new JsonObject { ["type"] = "text_delta", ["text"] = piece },
                    };
                    translator.Translate("content_block_delta"u8, JsonSerializer.SerializeToUtf8Bytes(data), chunks);
                }

                Assert.Equal(pieces, chunks.Select(c => c.PlainText));
                Assert.Equal(pieces, chunks.Select(c => ChatChunk.FromBytes(c.Data, null).Text));
            });

    private static IEnumerable<string?> TextsOf(IEnumerable<Message> messages, Func<Message, bool> which) =>
        messages.Where(which).Select(m => (string?)m.Text);

    private static IEnumerable<string?> Values(IEnumerable<JsonNode?> blocks, string type, string field) =>
        blocks.Where(b => (string?)b!["type"] == type).Select(b => (string?)b![field]);

    private static JsonObject ToObject(IDictionary<string, string> fields)
    {
        var result = new JsonObject();
        foreach (var (name, value) in fields)
        {
            result[name] = value;
        }

        return result;
    }
}
