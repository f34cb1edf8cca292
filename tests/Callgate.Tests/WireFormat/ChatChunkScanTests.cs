using System.Text;
using System.Text.Json;
using Callgate.Providers.OpenAi;
using Callgate.Wire;
using CsCheck;

namespace Callgate.Tests.WireFormat;

/// <summary>The scan that takes a chunk's text out of its bytes must say what a full parse says.</summary>
public sealed class ChatChunkScanTests
{
    [Fact]
    public void Translate_AnyChunk_ScansWhatAFullParseReads()
    {
        var scanned = 0;
        Tape.Gen(80)
            .Sample(
                choices =>
                {
                    var data = Encoding.UTF8.GetBytes(new ChunkWriter(new Tape(choices)).Write());
                    if (Parse(data) is not { } body)
                    {
                        return; // two parsers need not agree on what is wrong, but that it is
                    }

                    Queue<ChatChunk> output = new();
                    new OpenAiChunkTranslator("openai", "m", 1).Translate(default, data, output);
                    var chunk = Assert.Single(output);
                    Assert.Equal(data, chunk.Data);
                    Assert.Equal(body.Choices is [{ Delta.Content: { } text }, ..] ? text : "", chunk.Text);
                    if (chunk.PlainText is { } plain)
                    {
                        Interlocked.Increment(ref scanned);
                        AssertIsAll(plain, body);
                    }
                },
                iter: 20_000
            );
        Assert.True(scanned > 1_000, $"only {scanned} were scanned: the generator has lost its aim");
    }

    [Fact]
    public void Translate_OrdinaryChunk_IsScanned()
    {
        var data =
            """{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","service_tier":"default","system_fingerprint":"fp","choices":[{"index":0,"delta":{"content":"Hel\u006Co \ud83d\ude00"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"x"}"""u8;
        Queue<ChatChunk> output = new();
        new OpenAiChunkTranslator("openai", "m", 1).Translate(default, data, output);
        Assert.Equal("Hello 😀", Assert.Single(output).PlainText);
    }

    [Theory]
    [InlineData("""{"choices":[{"index":0,"delta":{"content":"a"}}]} trailing""")]
    [InlineData("""{"choices":[{"index":0,"delta":{"content":"a"}}]""")]
    [InlineData("""{"choices":[{"index":0,"delta":{"content":"a"}}]}{}""")]
    public void Translate_NoJson_Throws(string data) =>
        Assert.ThrowsAny<JsonException>(() =>
            new OpenAiChunkTranslator("openai", "m", 1).Translate(
                default,
                Encoding.UTF8.GetBytes(data),
                new Queue<ChatChunk>()
            )
        );

    [Theory]
    [InlineData("""{"choices":[{"index":"0","delta":{"content":"a"}}]}""", "a")]
    [InlineData("""{"choices":[{"delta":{"content":"a"}}]}""", "a")]
    [InlineData("""{"choices":[{"delta":{"content":"a"}}],"choices":[{"delta":{"content":null}}]}""", "")]
    [InlineData("""{"choices":[{"delta":{"content":"a"},"delta":{}}]}""", "")]
    [InlineData("""{"choices":[{"delta":{"content":"a","content":null}}]}""", "")]
    public void Translate_OddChunk_LosesNothing(string data, string text)
    {
        Queue<ChatChunk> output = new();
        new OpenAiChunkTranslator("openai", "m", 1).Translate(default, Encoding.UTF8.GetBytes(data), output);
        Assert.Equal(text, Assert.Single(output).Text);
    }

    [Theory]
    [InlineData(1, "0", true)]
    [InlineData(2, "0", false)]
    [InlineData(2, "00", false)]
    [InlineData(2, "01", true)]
    [InlineData(2, "10", true)]
    [InlineData(1, "1", false)]
    [InlineData(3, "12", false)]
    public void IsComplete_SeveralChoices_OnlyWhenAllHaveFinished(int asked, string finished, bool isComplete)
    {
        var translator = new OpenAiChunkTranslator("openai", "m", asked);
        Queue<ChatChunk> output = new();
        translator.Translate(default, """{"choices":[{"index":0,"delta":{"content":"a"}}]}"""u8, output);
        foreach (var index in finished)
        {
            translator.Translate(
                default,
                Encoding.UTF8.GetBytes($$"""{"choices":[{"index":{{index}},"delta":{},"finish_reason":"stop"}]}"""),
                output
            );
        }

        Assert.Equal(isComplete, translator.IsComplete);
    }

    private static ChatChunkBody? Parse(byte[] data)
    {
        try
        {
            var body = ChatChunk.FromBytes(data, null).Body;
            return
                body.AdditionalProperties is { } extra
                && extra.TryGetValue("error", out var error)
                && error.ValueKind != JsonValueKind.Null
                ? null
                : body;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Nothing that a consumer of the assembled answer could miss stands beside the text.</summary>
    private static void AssertIsAll(string text, ChatChunkBody body)
    {
        var choice = Assert.Single(body.Choices);
        Assert.Equal(0, choice.Index);
        Assert.Null(choice.FinishReason);
        Assert.Null(choice.Logprobs);
        Assert.Null(body.Usage);
        Assert.Equal(text, choice.Delta!.Content);
        Assert.Null(choice.Delta.Role);
        Assert.Null(choice.Delta.Refusal);
        Assert.Null(choice.Delta.ReasoningContent);
        Assert.Null(choice.Delta.ToolCalls);
        Assert.Null(choice.Delta.ThinkingBlocks);
        AssertIsNothing(choice.AdditionalProperties);
        AssertIsNothing(choice.Delta.AdditionalProperties);
    }

    private static void AssertIsNothing(ExtraFields? extra)
    {
        foreach (var (_, value) in extra ?? new ExtraFields())
        {
            Assert.Equal(JsonValueKind.Null, value.ValueKind);
        }
    }
}
