using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Tests.WireFormat;

/// <summary>What a provider leaves out, or sends as null, is the documented default all the same.</summary>
public class WireDefaultsTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"choices":null,"data":null}""")]
    public void Lists_ThatAreMissing_AreEmpty(string json)
    {
        Assert.Empty(JsonSerializer.Deserialize(json, WireJson.Default.ChatCompletion)!.Choices);
        Assert.Empty(JsonSerializer.Deserialize(json, WireJson.Default.ChatChunkBody)!.Choices);
        Assert.Empty(JsonSerializer.Deserialize(json, WireJson.Default.EmbeddingResponse)!.Data);
    }

    [Fact]
    public void ToolsType_ThatIsMissing_IsFunction() =>
        Assert.Equal(
            "function",
            JsonSerializer
                .Deserialize(
                    """{"model":"m","messages":[],"tools":[{"function":{"name":"f"}}]}""",
                    WireJson.Default.ChatRequest
                )!
                .Tools![0]
                .Type
        );
}
