#pragma warning disable OPENAI001 // The SDK calls its Responses client experimental.
using System.ClientModel;
using System.ClientModel.Primitives;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;
using OpenAI.Models;
using OpenAI.Responses;

namespace Callgate.Gateway.Tests.Sdks;

/// <summary>OpenAI's own clients, at the gateway, without retries.</summary>
internal static class OpenAiClients
{
    public static ChatClient Chat(this SdkGateway gateway, string model, string key = GatewayHost.MasterKey) =>
        new(model, new ApiKeyCredential(key), Options(gateway));

    public static EmbeddingClient Embeddings(this SdkGateway gateway, string model) =>
        new(model, new ApiKeyCredential(GatewayHost.MasterKey), Options(gateway));

    public static OpenAIModelClient Models(this SdkGateway gateway) =>
        new(new ApiKeyCredential(GatewayHost.MasterKey), Options(gateway));

    public static ResponsesClient Responses(this SdkGateway gateway, string key = GatewayHost.MasterKey) =>
        new(
            new ApiKeyCredential(key),
            new ResponsesClientOptions { Endpoint = EndpointOf(gateway), RetryPolicy = new ClientRetryPolicy(0) }
        );

    private static OpenAIClientOptions Options(SdkGateway gateway) =>
        new() { Endpoint = EndpointOf(gateway), RetryPolicy = new ClientRetryPolicy(0) };

    private static Uri EndpointOf(SdkGateway gateway) => new($"{gateway.Root}/v1");
}
