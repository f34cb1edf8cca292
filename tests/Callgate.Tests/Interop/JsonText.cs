using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Tests.Interop;

internal static class JsonText
{
    public static string Of(IReadOnlyList<Message> messages) =>
        JsonSerializer.Serialize(messages, WireJson.Relaxed.IReadOnlyListMessage);

    public static string Of(ChatRequest request) => JsonSerializer.Serialize(request, WireJson.Relaxed.ChatRequest);

    public static string Of(ChatCompletion completion) =>
        JsonSerializer.Serialize(completion, WireJson.Relaxed.ChatCompletion);

    /// <summary>The same JSON, whatever the order of the fields and the spaces between them.</summary>
    public static void Same(string expected, string actual)
    {
        if (!JsonElement.DeepEquals(JsonElement.Parse(expected), JsonElement.Parse(actual)))
        {
            // For the sake of its message.
            Assert.Equal(expected, actual);
        }
    }
}
