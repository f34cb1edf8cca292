using System.Collections;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Callgate.Wire;

namespace Callgate.Tests.Events;

public class PayloadContentTests
{
    [Fact]
    public void HugePrompt_AddsABoundedAmount()
    {
        var prompt = new string('x', 50_000_000);
        var call = Calls.Success with { Messages = [Message.System("Be brief."), Message.User(prompt)] };

        var json = PayloadTests.Json(call);

        Assert.InRange(json.GetRawText().Length, 256 << 10, 300 << 10);
        Assert.Equal(["messages"], PayloadTests.Truncated(json));
        var whole = $$"""[{"role":"system","content":"Be brief."},{"role":"user","content":"{{prompt}}"}]""";
        Assert.Equal(whole.Length, json.GetProperty("callgate").GetProperty("messages_bytes").GetInt64());
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(whole))),
            json.GetProperty("callgate").GetProperty("messages_sha256").GetString()
        );
    }

    [Fact]
    public void UncutMessages_HaveTheHashOfWhatStandsInTheEvent()
    {
        var payload = Calls.Success.StandardLoggingPayload;

        Assert.Equal(
            payload.Callgate.MessagesSha256,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(payload.Messages!.Value.GetRawText())))
        );
        Assert.Equal(
            payload.Callgate.ResponseSha256,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(payload.Response!.Value.GetRawText())))
        );
        Assert.Empty(payload.Callgate.Truncated);
    }

    [Fact]
    public void LongConversation_KeepsItsBeginningAndItsEnd()
    {
        var turns = Enumerable.Range(0, 100).Select(i => Message.User($"turn {i} {new string('y', 500)}"));
        var call = Calls.Success with
        {
            Messages = [Message.System("Be brief."), .. turns],
            PayloadLimits = new PayloadLimits { MaxContentBytes = 4096 },
        };

        var json = PayloadTests.Json(call);

        var messages = json.GetProperty("messages");
        Assert.Equal("Be brief.", messages[0].GetProperty("content").GetString());
        Assert.StartsWith(
            "turn 99 ",
            messages[messages.GetArrayLength() - 1].GetProperty("content").GetString(),
            StringComparison.Ordinal
        );
        Assert.Equal(
            101 - messages.GetArrayLength(),
            json.GetProperty("callgate").GetProperty("messages_omitted").GetInt32()
        );
        Assert.InRange(messages.GetRawText().Length, 3000, 4200);
    }

    [Fact]
    public void TwoGiants_ShareTheRoom()
    {
        var call = Calls.Success with
        {
            Messages = [Message.System(new string('a', 100_000)), Message.User(new string('b', 100_000))],
            PayloadLimits = new PayloadLimits { MaxContentBytes = 4096 },
        };

        var messages = PayloadTests.Json(call).GetProperty("messages");

        Assert.Equal(2, messages.GetArrayLength());
        Assert.InRange(messages.GetRawText().Length, 3500, 4400);
    }

    [Fact]
    public void Base64_IsCut()
    {
        var data = Convert.ToBase64String(new byte[3000]);
        var call = Calls.Success with
        {
            Messages =
            [
                Message.User(
                    (ContentPart[])
                        [ContentPart.FromImage($"data:image/png;base64,{data}"), ContentPart.FromText("What is it?")]
                ),
                Message.User(
                    (ContentPart[])
                        [
                            new ContentPart
                            {
                                Type = "input_audio",
                                InputAudio = new InputAudio { Data = data, Format = "wav" },
                            },
                        ]
                ),
            ],
        };

        var messages = PayloadTests.Json(call).GetProperty("messages");

        Assert.Equal(
            $"data:image/png;base64,{data[..42]}… (4022 bytes)",
            messages[0].GetProperty("content")[0].GetProperty("image_url").GetProperty("url").GetString()
        );
        Assert.Equal("What is it?", messages[0].GetProperty("content")[1].GetProperty("text").GetString());
        Assert.Equal(
            $"{data[..64]}… (4000 bytes)",
            messages[1].GetProperty("content")[0].GetProperty("input_audio").GetProperty("data").GetString()
        );
    }

    [Theory]
    [InlineData("😀")]
    [InlineData("é")]
    [InlineData("\n")]
    [InlineData("\u0001")]
    [InlineData("漢")]
    [InlineData("\\")]
    public void Cut_NeverSplitsACharacter(string unit)
    {
        for (var bytes = 16; bytes < 40; bytes++)
        {
            var call = Calls.Success with
            {
                Messages = [Message.User(string.Concat(Enumerable.Repeat(unit, 100)))],
                PayloadLimits = new PayloadLimits { MaxTextBytes = bytes },
            };

            var text = PayloadTests.Json(call).GetProperty("messages")[0].GetProperty("content").GetString()!;

            Assert.Equal(
                "",
                text[..text.IndexOf('…', StringComparison.Ordinal)].Replace(unit, "", StringComparison.Ordinal)
            );
        }
    }

    [Fact]
    public void OddMetadata_IsKeptAsFarAsItGoes()
    {
        var cycle = new Dictionary<string, object?> { ["name"] = "loop" };
        cycle["self"] = cycle;
        using var disposed = JsonDocument.Parse("{}");
        disposed.Dispose();
        var requester = PayloadTests
            .Json(
                Calls.With(
                    new Dictionary<string, object?>
                    {
                        ["null"] = null,
                        ["int"] = 1,
                        ["nan"] = double.NaN,
                        ["decimal"] = 1.50m,
                        ["big"] = ulong.MaxValue,
                        ["guid"] = Guid.Empty,
                        ["time"] = Calls.Start,
                        ["enum"] = CallOutcome.Completed,
                        ["element"] = JsonElement.Parse("""{"a":[1,{"b":null}]}"""),
                        ["undefined"] = default(JsonElement),
                        ["node"] = new JsonObject { ["x"] = new JsonArray(1, "two") },
                        ["list"] = (object[])[1, "a", true],
                        ["strings"] = new Dictionary<string, string> { ["k"] = "v" },
                        ["numbers"] = new Dictionary<int, int> { [1] = 2 },
                        ["bytes"] = new byte[3],
                        ["half"] = "\ud800",
                        ["disposed"] = disposed,
                        ["throws"] = new Throws(),
                        ["sequence"] = ThrowingSequence(),
                        ["cycle"] = cycle,
                        ["secret"] = "top",
                        ["key"] = new Secret("canary-in-a-secret"),
                        [""] = 2,
                    }
                )
            )
            .GetProperty("metadata")
            .GetProperty("requester_metadata");

        Assert.Equal(JsonValueKind.Null, requester.GetProperty("null").ValueKind);
        Assert.Equal("NaN", requester.GetProperty("nan").GetString());
        Assert.Equal("1.50", requester.GetProperty("decimal").GetRawText());
        Assert.Equal(ulong.MaxValue, requester.GetProperty("big").GetUInt64());
        Assert.Equal(Guid.Empty, requester.GetProperty("guid").GetGuid());
        Assert.Equal(Calls.Start, requester.GetProperty("time").GetDateTimeOffset());
        Assert.Equal("Completed", requester.GetProperty("enum").GetString());
        Assert.Equal("""{"a":[1,{"b":null}]}""", requester.GetProperty("element").GetRawText());
        Assert.Equal("""{"x":[1,"two"]}""", requester.GetProperty("node").GetRawText());
        Assert.Equal("""[1,"a",true]""", requester.GetProperty("list").GetRawText());
        Assert.Equal("""{"1":2}""", requester.GetProperty("numbers").GetRawText());
        Assert.Equal("(3 bytes)", requester.GetProperty("bytes").GetString());
        Assert.Equal("(Throws: NotSupportedException)", requester.GetProperty("throws").GetString());
        Assert.Equal("[1]", requester.GetProperty("sequence").GetRawText());
        Assert.Equal(
            "loop",
            requester.GetProperty("cycle").GetProperty("self").GetProperty("self").GetProperty("name").GetString()
        );
        Assert.Equal("***", requester.GetProperty("secret").GetString());
        Assert.Equal("***", requester.GetProperty("key").GetString());
        Assert.Equal(2, requester.GetProperty("").GetInt32());
    }

    [Fact]
    public void WideCycle_Ends()
    {
        var cycle = new Dictionary<string, object?>();
        for (var i = 0; i < 20; i++)
        {
            cycle[$"k{i}"] = cycle;
        }

        var json = PayloadTests.Json(Calls.With(cycle));

        Assert.Equal(["metadata"], PayloadTests.Truncated(json));
        Assert.InRange(
            json.GetProperty("metadata").GetProperty("requester_metadata").GetRawText().Length,
            40_000,
            66_000
        );
    }

    [Fact]
    public void EndlessSequence_Ends()
    {
        var json = PayloadTests.Json(Calls.With(new Dictionary<string, object?> { ["endless"] = Endless() }));

        Assert.Equal(
            1000,
            json.GetProperty("metadata").GetProperty("requester_metadata").GetProperty("endless").GetArrayLength()
        );
    }

    [Fact]
    public void MessagesThatCannotBeWritten_AreNamed()
    {
        var broken = Message.User("hi") with
        {
            AdditionalProperties = new ExtraFields().With("x", default(JsonElement)),
        };

        var payload = (Calls.Success with { Messages = [broken] }).StandardLoggingPayload;

        PayloadSchemaTests.Valid(payload);
        Assert.Null(payload.Messages);
        Assert.Equal(["messages: InvalidOperationException"], payload.Callgate.Unavailable);
        Assert.Equal("gpt-4o", payload.Model);
    }

    private static IEnumerable<int> Endless()
    {
        for (var i = 0; ; i++)
        {
            yield return i;
        }
    }

    private static IEnumerable ThrowingSequence()
    {
        yield return 1;
        throw new NotSupportedException();
    }

    private sealed class Throws
    {
        public override string ToString() => throw new NotSupportedException("no text");
    }
}
