using Callgate.Gateway.Keys;
using Microsoft.AspNetCore.Http;

namespace Callgate.Gateway.Tests.Keys;

public class PresentedKeyTests
{
    [Theory]
    [InlineData("Authorization: Bearer sk-1", "sk-1")]
    [InlineData("authorization: bearer  sk-1 ", "sk-1")]
    [InlineData("Authorization: sk-1", "sk-1")]
    [InlineData("x-api-key: sk-1", "sk-1")]
    [InlineData("api-key: sk-1", "sk-1")]
    [InlineData("x-litellm-api-key: Bearer sk-1", "sk-1")]
    [InlineData("X-LiteLLM-API-Key: sk-1", "sk-1")]
    [InlineData("Authorization: Bearer sk-1|x-api-key: sk-2|api-key: sk-3|x-litellm-api-key: sk-4", "sk-4")]
    [InlineData("Authorization: Bearer sk-1|x-api-key: sk-2|api-key: sk-3", "sk-1")]
    [InlineData("x-api-key: sk-2|api-key: sk-3", "sk-3")]
    [InlineData("Authorization: Basic dTpw|x-api-key: sk-2", "sk-2")]
    [InlineData("Authorization: Bearer |x-api-key: sk-2", "sk-2")]
    [InlineData("Authorization: Bearer", "")]
    [InlineData("Authorization: Bearersk-1", "Bearersk-1")]
    [InlineData("Authorization: ", "")]
    [InlineData("Ocp-Apim-Subscription-Key: sk-1", "")]
    public void OneOrder_SaysWhichHeaderCounts(string headers, string key)
    {
        var request = new HeaderDictionary();
        foreach (var header in headers.Split('|'))
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            request.Append(header[..colon], header[(colon + 2)..]);
        }

        Assert.Equal(key, PresentedKey.Of(request).ToString());
    }

    [Fact]
    public void TwoValues_OfOneHeader_AreNoKey()
    {
        var request = new HeaderDictionary { ["Authorization"] = new[] { "Bearer sk-1", "Bearer sk-2" } };

        Assert.Equal("sk-1,Bearer sk-2", PresentedKey.Of(request).ToString());
    }
}
