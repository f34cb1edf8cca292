using Callgate.Testing;

namespace Callgate.Conformance;

/// <summary>What the provider says, literally.</summary>
internal static class Wires
{
    /// <summary>The events of <see cref="Stream"/>, the one with the usage included.</summary>
    public const int ProviderChunks = 5;

    /// <summary>Those that a consumer gets who didn't ask for the usage.</summary>
    public const int ConsumerChunks = 4;

    private const string Completion = """
        {"id":"chatcmpl-1","object":"chat.completion","created":1767322800,"model":"gpt-4o-mini-2024-07-18",
         "choices":[{"index":0,"message":{"role":"assistant","content":"Hello there"},"finish_reason":"stop"}],
         "usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}
        """;

    private const string Embedding = """
        {"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,-0.5]}],
         "model":"text-embedding-3-small","usage":{"prompt_tokens":3,"total_tokens":3}}
        """;

    private static readonly string[] s_events =
    [
        Event("""{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}"""),
        Event("""{"index":0,"delta":{"content":"Hello"},"finish_reason":null}"""),
        Event("""{"index":0,"delta":{"content":" there"},"finish_reason":null}"""),
        Event("""{"index":0,"delta":{},"finish_reason":"stop"}"""),
        Event("", """{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}"""),
    ];

    /// <summary>A whole answer.</summary>
    public static FakeReply Answer(Shape shape) =>
        shape switch
        {
            Shape.ChatStream => FakeReply.Sse(Stream),
            Shape.Embedding => FakeReply.Json(Embedding),
            _ => FakeReply.Json(Completion),
        };

    /// <summary>Where a stream has given this many chunks.</summary>
    public static int BytesOf(int chunks) => string.Concat(s_events.Take(chunks)).Length;

    private static string Stream => string.Concat(s_events) + "data: [DONE]\n\n";

    private static string Event(string choice, string usage = "null") =>
        $$"""
            data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1767322800,"model":"gpt-4o-mini-2024-07-18","choices":[{{choice}}],"usage":{{usage}}}


            """;
}
