using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Callgate.Providers;
using Callgate.Providers.Anthropic;
using Callgate.Wire;

namespace Callgate.Tests.Providers.Anthropic;

/// <summary>Requests and answers by their JSON.</summary>
internal static class AnthropicWire
{
    public static readonly AnthropicProvider Provider = new(new FixedTime());

    public static ProviderTarget Target(string model, bool stream = false) =>
        new(model, "https://api.anthropic.com", "sk-ant-1", false, null, stream);

    public static ChatRequest Chat([StringSyntax(StringSyntaxAttribute.Json)] string json) =>
        JsonSerializer.Deserialize(json, WireJson.Default.ChatRequest)!;

    /// <summary>What is sent for a request in OpenAI's format.</summary>
    public static JsonObject Body([StringSyntax(StringSyntaxAttribute.Json)] string request) => Body(Chat(request));

    public static JsonObject Body(ChatRequest request) =>
        JsonNode.Parse(Provider.CreateRequest(request, Target(request.Model)).Body.Span)!.AsObject();

    public static LlmException Refused([StringSyntax(StringSyntaxAttribute.Json)] string request) =>
        Assert.ThrowsAny<LlmException>(() => Body(request));

    public static ChatCompletion Read(
        [StringSyntax(StringSyntaxAttribute.Json)] string answer,
        ChatRequest? request = null
    ) => (ChatCompletion)Provider.ReadResponse(request ?? Plain, Encoding.UTF8.GetBytes(answer));

    public static ChatRequest Plain { get; } = new() { Model = "claude-opus-4-8", Messages = [Message.User("Hi")] };

    public static string ToJson(ChatCompletion completion) =>
        JsonSerializer.Serialize(completion, WireJson.Default.ChatCompletion);

    public static void AssertJson([StringSyntax(StringSyntaxAttribute.Json)] string expected, JsonNode? actual) =>
        Assert.Equal(Sorted(JsonNode.Parse(expected)), Sorted(actual));

    public static void AssertJson([StringSyntax(StringSyntaxAttribute.Json)] string expected, string actual) =>
        AssertJson(expected, JsonNode.Parse(actual));

    private static string Sorted(JsonNode? node) =>
        node switch
        {
            JsonObject o => "{"
                + string.Join(
                    ",\n",
                    o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}: {Sorted(p.Value)}")
                )
                + "}",
            JsonArray a => "[" + string.Join(",\n", a.Select(Sorted)) + "]",
            null => "null",
            _ => node.ToJsonString(),
        };

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(1_741_569_952);
    }
}
