using Anthropic;

namespace Callgate.Gateway.Tests.Sdks;

/// <summary>Anthropic's own client, at the gateway, without retries.</summary>
internal static class AnthropicClients
{
    public static AnthropicClient Claude(this SdkGateway gateway, string key = GatewayHost.MasterKey) =>
        new()
        {
            ApiKey = key,
            BaseUrl = gateway.Root,
            MaxRetries = 0,
        };
}
