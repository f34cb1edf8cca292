using System.Text;
using Callgate.Formats;
using Callgate.Formats.Native;

namespace Callgate.Tests.Formats;

/// <summary>What may go to a provider unread, and what has to be read to be judged.</summary>
public class PlainRequestTests
{
    [Theory]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"Hi"}]}""")]
    [InlineData("""{"model":"m","messages":[{"content":"Hi","role":"user"}],"temperature":0.7,"top_p":1}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"[{"}],"name":"n"}]}""")]
    [InlineData(
        """{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"c"}]},{"role":"tool","content":""}]}"""
    )]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"Hi","new_field":{"role":""}}],"new":[{}]}""")]
    public void Bodies_with_messages_are_plain(string body)
    {
        Assert.True(IsPlain(new ChatFormat(), body));
        Assert.True(IsPlain(new MessagesFormat(), body));
    }

    [Theory]
    [InlineData("""{"model":"m"}""")]
    [InlineData("""{"model":"m","messages":[]}""")]
    [InlineData("""{"model":"m","messages":"Hi"}""")]
    [InlineData("""{"model":"m","messages":[null]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"","content":"Hi"}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":7,"content":"Hi"}]}""")]
    [InlineData("""{"model":"m","messages":[{"content":"Hi"}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user"}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":null}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[]}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":{"text":"Hi"}}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"Hi"}],"temperature":1e999}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"Hi"}],"top_p":"NaN"}""")]
    public void Bodies_that_may_be_wrong_are_not(string body)
    {
        Assert.False(IsPlain(new ChatFormat(), body));
        Assert.False(IsPlain(new MessagesFormat(), body));
    }

    [Theory]
    [InlineData("\"Hi\"", true)]
    [InlineData("""["Hi","there"]""", true)]
    [InlineData("[]", false)]
    [InlineData("null", false)]
    [InlineData("""["Hi",null]""", false)]
    [InlineData("[[1,2]]", false)]
    public void Texts_to_embed_are_plain(string input, bool isPlain) =>
        Assert.Equal(isPlain, IsPlain(new EmbeddingsFormat(), $$"""{"model":"m","input":{{input}}}"""));

    private static bool IsPlain(ClientFormat format, string body) =>
        PlainRequest.IsPlain(ClientBody.Read(format, Encoding.UTF8.GetBytes(body)));
}
