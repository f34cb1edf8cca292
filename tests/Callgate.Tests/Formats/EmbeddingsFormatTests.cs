using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Callgate.Formats;
using Callgate.Providers;
using Callgate.Providers.OpenAi;
using Callgate.Wire;
using static Callgate.Tests.Formats.FormatWire;
using static Callgate.Tests.Providers.Anthropic.AnthropicWire;

namespace Callgate.Tests.Formats;

public class EmbeddingsFormatTests
{
    private static EmbeddingRequest Request(string fields) =>
        (EmbeddingRequest)Read(FormatWire.Embeddings, $$"""{"model":"m",{{fields}}}""");

    private static readonly EmbeddingResponse s_answer = JsonSerializer.Deserialize(
        """
        {"object":"list","model":"text-embedding-3-small","data":[{"object":"embedding","index":0,"embedding":[0.5,-1.25]},
         {"object":"embedding","index":1,"embedding":[3]}],"usage":{"prompt_tokens":8,"total_tokens":8},"x":true}
        """,
        WireJson.Default.EmbeddingResponse
    )!;

    [Fact]
    public void Answer_IsFloats_UnlessAskedOtherwise()
    {
        foreach (var fields in (string[])["\"input\":\"a\"", "\"input\":\"a\",\"encoding_format\":\"float\""])
        {
            AssertJson(
                """
                {"object":"list","model":"my-model","data":[{"object":"embedding","index":0,"embedding":[0.5,-1.25]},
                 {"object":"embedding","index":1,"embedding":[3]}],
                 "usage":{"prompt_tokens":8,"completion_tokens":0,"total_tokens":8},"x":true}
                """,
                Write(FormatWire.Embeddings, s_answer, Request(fields))
            );
        }
    }

    [Theory]
    [InlineData("\"AADAfw==\"")] // NaN
    [InlineData("\"AACAfw==\"")] // infinity
    [InlineData("[1e99]")]
    public void A_vector_of_what_is_no_number_is_no_answer(string vector) =>
        Assert.Throws<JsonException>(() =>
            JsonSerializer.Deserialize(
                $$"""{"data":[{"index":0,"embedding":{{vector}}}]}""",
                WireJson.Default.EmbeddingResponse
            )
        );

    [Fact]
    public void Answer_IsBase64OfLittleEndianFloats_WhereAsked()
    {
        var json = JsonNode.Parse(
            Write(FormatWire.Embeddings, s_answer, Request("\"input\":\"a\",\"encoding_format\":\"base64\""))
        )!;

        var bytes = Convert.FromBase64String((string)json["data"]![0]!["embedding"]!);
        Assert.Equal(0.5f, BinaryPrimitives.ReadSingleLittleEndian(bytes));
        Assert.Equal(-1.25f, BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(4)));
        Assert.Equal(8, bytes.Length);
        Assert.Equal("AABAQA==", (string?)json["data"]![1]!["embedding"]);
    }

    [Theory]
    [InlineData("\"Hello\"", "Hello")]
    [InlineData("""["a","b"]""", "a|b")]
    [InlineData("[1, 2,3]", "[1, 2,3]")]
    [InlineData("[[1,2],[3]]", "[1,2]|[3]")]
    public void Input_GoesOnAsItCame(string input, string texts)
    {
        var request = Request($"\"input\":{input}");
        var sent = new OpenAiProvider().CreateRequest(
            request with
            {
                User = "u",
            },
            new ProviderTarget("text-embedding-3-small", "https://api.openai.com/v1", null, false, null, false)
        );

        Assert.Equal(texts, string.Join('|', request.Input));
        var expected = input == "\"Hello\"" ? """["Hello"]""" : input;
        AssertJson(
            $$"""{"model":"text-embedding-3-small","input":{{expected}},"user":"u"}""",
            Encoding.UTF8.GetString(sent.Body.Span)
        );
    }

    [Theory]
    [InlineData("[1.5]")]
    [InlineData("[[1],\"a\"]")]
    [InlineData("[[1],[]]")]
    [InlineData("[1,\"a\"]")]
    [InlineData("[{\"text\":\"a\"}]")]
    [InlineData("[\"a\",1]")]
    [InlineData("{}")]
    [InlineData("7")]
    public void Input_OfAnotherKind_IsAJsonException(string input) =>
        Assert.ThrowsAny<JsonException>(() => Request($"\"input\":{input}"));

    [Theory]
    [InlineData("\"input\":null", "input")]
    [InlineData("\"input\":\"a\",\"encoding_format\":\"int8\"", "encoding_format")]
    public void Request_ForWhatIsNot_IsRefusedByName(string fields, string field) =>
        Assert.Equal(field, Assert.Throws<LlmBadRequestException>(() => Request(fields)).Param);

    [Fact]
    public void Stream_ThereIsNone() =>
        Assert.Throws<NotSupportedException>(() => FormatWire.Embeddings.EncodeStream(Context()));
}
