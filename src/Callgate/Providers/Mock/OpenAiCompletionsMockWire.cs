using System.Text.Json;

namespace Callgate.Providers.Mock;

/// <summary>The mock in the wire of OpenAI's legacy completions. Source: the public OpenAPI description.</summary>
internal static class OpenAiCompletionsMockWire
{
    public static MockReply Answer(MockRequest request, MockOptions options, DateTimeOffset now) =>
        request.Stream
            ? new MockReply
            {
                StatusCode = 200,
                ContentType = MockReply.EventStream,
                Headers = OpenAiMockWire.Headers(request),
                Events = Stream(request, options, now),
            }
            : new MockReply
            {
                StatusCode = 200,
                Headers = OpenAiMockWire.Headers(request),
                Body = MockWire.Write(json =>
                {
                    WriteHead(json, request, now);
                    json.WriteStartArray("choices");
                    for (var choice = 0; choice < request.Choices; choice++)
                    {
                        WriteChoice(json, choice, Text(request, options), "stop");
                    }

                    json.WriteEndArray();
                    OpenAiMockWire.WriteUsage(json, MockText.Usage(request, options));
                }),
            };

    private static IEnumerable<MockEvent> Stream(MockRequest request, MockOptions options, DateTimeOffset now)
    {
        var chunks = 0;
        for (var choice = 0; choice < request.Choices; choice++)
        {
            foreach (var piece in MockText.Cut(Text(request, options), options.ChunkSize).Append(""))
            {
                if (chunks == options.FailAfterChunks)
                {
                    yield return OpenAiMockWire.Event(json =>
                        OpenAiMockWire.WriteError(json, 500, options.ErrorCode, null, null)
                    );
                    yield break;
                }

                yield return Chunk(choice, piece, piece.Length == 0 ? "stop" : null);
                chunks += piece.Length == 0 ? 0 : 1;
            }
        }

        if (request.IncludeUsage)
        {
            yield return OpenAiMockWire.Event(json =>
            {
                WriteHead(json, request, now);
                json.WriteStartArray("choices");
                json.WriteEndArray();
                OpenAiMockWire.WriteUsage(json, MockText.Usage(request, options));
            });
        }

        yield return new MockEvent("data: [DONE]\n\n"u8.ToArray());

        MockEvent Chunk(int index, string text, string? finishReason) =>
            OpenAiMockWire.Event(
                json =>
                {
                    WriteHead(json, request, now);
                    json.WriteStartArray("choices");
                    WriteChoice(json, index, text, finishReason);
                    json.WriteEndArray();
                    if (request.IncludeUsage)
                    {
                        json.WriteNull("usage");
                    }
                },
                isChunk: finishReason is null
            );
    }

    // This wire has no tools.
    private static string Text(MockRequest request, MockOptions options) => MockText.Answer(request, options) ?? "";

    private static void WriteHead(Utf8JsonWriter json, MockRequest request, DateTimeOffset now)
    {
        json.WriteString("id", $"cmpl-mock-{request.Hash}");
        json.WriteString("object", "text_completion");
        json.WriteNumber("created", now.ToUnixTimeSeconds());
        json.WriteString("model", request.Model);
        json.WriteString("system_fingerprint", "fp_mock");
    }

    private static void WriteChoice(Utf8JsonWriter json, int index, string text, string? finishReason)
    {
        json.WriteStartObject();
        json.WriteString("text", text);
        json.WriteNumber("index", index);
        json.WriteNull("logprobs");
        json.WriteString("finish_reason", finishReason);
        json.WriteEndObject();
    }
}
