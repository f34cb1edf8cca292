using System.Text.Json;
using Callgate.Formats;
using Callgate.Wire;

namespace Callgate.Tests.Formats;

public class ClientBodyTests
{
    /// <summary>Its provider may take what we can't read, and observers only look; but nobody is sent a request that is empty.</summary>
    [Fact]
    public void ABodyThatCannotBeRead_IsEmptyForThoseWhoLook_AndForNobodyElse()
    {
        var body = ClientBody.Read(
            FormatWire.Chat,
            """{"model":"m","messages":[{"role":"user","content":"Hi"}],"tools":"f"}"""u8.ToArray()
        );

        Assert.Empty(((ChatRequest)body.RequestOrEmpty).Messages);
        Assert.Same(body.RequestOrEmpty, body.RequestOrEmpty);
        Assert.False(body.IsRead);
        Assert.Throws<JsonException>(body.ReadRequest);
    }

    [Fact]
    public void AStreamOfEmbeddings_IsRefused_BeforeAnybodyIsCalled() =>
        Assert.Contains(
            "leave the field 'stream' out",
            Assert
                .Throws<JsonException>(() =>
                    ClientBody.Read(FormatWire.Embeddings, """{"model":"m","input":"a","stream":true}"""u8.ToArray())
                )
                .Message,
            StringComparison.Ordinal
        );
}
