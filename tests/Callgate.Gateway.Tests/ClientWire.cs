using System.Text;
using System.Text.Json;
using Callgate.Gateway.Endpoints;

namespace Callgate.Gateway.Tests;

/// <summary>What a client of an endpoint writes and reads, for tests that go over all of <see cref="InferenceRoutes"/>.</summary>
internal static class ClientWire
{
    /// <summary>A request that asks for nothing but an answer to this text.</summary>
    /// <param name="extra">Further fields, with a comma before them.</param>
    public static string Ask(InferenceRoute route, string model, bool stream, string text, string extra = "")
    {
        var input = route.Format.Name switch
        {
            "completions" => $"\"prompt\":\"{text}\"",
            "embeddings" or "responses" => $"\"input\":\"{text}\"",
            "messages" => $$"""
                "max_tokens":50,"messages":[{"role":"user","content":"{{text}}"}]
                """,
            "chat" => $$"""
                "messages":[{"role":"user","content":"{{text}}"}]
                """,
            var other => throw new InvalidOperationException($"Nobody has said yet how {other} is asked."),
        };
        return $$"""{"model":"{{model}}",{{input}}{{(stream ? ",\"stream\":true" : "")}}{{extra}}}""";
    }

    /// <summary>The text of an answer; of embeddings, the first number.</summary>
    public static string TextOf(InferenceRoute route, bool stream, string body)
    {
        if (stream)
        {
            var text = new StringBuilder();
            foreach (var line in body.Split('\n').Where(l => l.StartsWith("data: {", StringComparison.Ordinal)))
            {
                using var json = JsonDocument.Parse(line[6..]);
                text.Append(DeltaOf(route, json.RootElement));
            }

            return text.ToString();
        }

        using var answer = JsonDocument.Parse(body);
        var root = answer.RootElement;
        return route.Format.Name switch
        {
            "completions" => root.GetProperty("choices")[0].GetProperty("text").GetString()!,
            "messages" => root.GetProperty("content")[0].GetProperty("text").GetString()!,
            "responses" => root.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString()!,
            "embeddings" => root.GetProperty("data")[0].GetProperty("embedding")[0].GetRawText(),
            _ => root.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!,
        };
    }

    private static string? DeltaOf(InferenceRoute route, JsonElement root) =>
        route.Format.Name switch
        {
            "messages" => root.TryGetProperty("delta", out var delta) && delta.TryGetProperty("text", out var text)
                ? text.GetString()
                : "",
            "responses" => root.GetProperty("type").GetString() == "response.output_text.delta"
                ? root.GetProperty("delta").GetString()
                : "",
            _ when !root.TryGetProperty("choices", out var choices) || choices.GetArrayLength() == 0 => "",
            "completions" => root.GetProperty("choices")[0].GetProperty("text").GetString(),
            _ => root.GetProperty("choices")[0].GetProperty("delta").TryGetProperty("content", out var content)
                ? content.GetString()
                : "",
        };

    /// <summary>Whether a stream says that it is whole.</summary>
    public static bool IsWhole(InferenceRoute route, string body) =>
        body.Contains(
            route.Format.Name switch
            {
                "messages" => "event: message_stop",
                "responses" => "event: response.completed",
                _ => "data: [DONE]",
            },
            StringComparison.Ordinal
        );

    /// <summary>The message of an error, whose body must be in the format of its endpoint; null where it isn't.</summary>
    public static string? ErrorOf(InferenceRoute route, string body)
    {
        using var json = JsonDocument.Parse(body);
        if (!json.RootElement.TryGetProperty("error", out var error))
        {
            return null;
        }

        var isAnthropic =
            json.RootElement.TryGetProperty("type", out var type)
            && type.GetString() == "error"
            && error.TryGetProperty("type", out _);
        var isOpenAi = error.TryGetProperty("code", out _) && error.TryGetProperty("param", out _);
        return isAnthropic == (route.Format.Name == "messages") && isOpenAi != isAnthropic
            ? error.GetProperty("message").GetString()
            : null;
    }
}
