using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Callgate.Formats;
using Callgate.Formats.Responses;
using Callgate.Wire;

namespace Callgate.Tests.Formats.Responses;

/// <summary>Short ways into the format.</summary>
internal static class ResponsesWire
{
    public const string Hello = """{"model":"claude","input":"Hello"}""";

    public static ResponsesFormat Format { get; } = new();

    /// <summary>Reads a request; its answer is to have the id <c>resp_1</c>.</summary>
    public static ChatRequest Read(string body)
    {
        var request = (ChatRequest)Format.ReadRequest(Encoding.UTF8.GetBytes(body));
        return request with { Origin = ResponsesEnvelope.Of(request) with { ResponseId = "resp_1" } };
    }

    public static LlmException Refusal(string body) =>
        Assert.ThrowsAny<LlmException>(() => Format.ReadRequest(Encoding.UTF8.GetBytes(body)));

    /// <summary>The chat request as a provider would get it.</summary>
    public static string Sent(ChatRequest request) => Encoding.UTF8.GetString(RequestJson.Of(request));

    public static FormatContext Context(ChatRequest request) =>
        new(request, "claude", "call_1", 1767323000) { Clock = new ManualTimeProvider() };

    public static string Unary(ChatCompletion completion, string request = Hello)
    {
        var output = new ArrayBufferWriter<byte>();
        Format.WriteResponse(output, completion, Context(Read(request)));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public static ChatCompletion Completion(string message, string finish = "stop", string more = "") =>
        JsonSerializer.Deserialize(
            $$"""{"id":"chatcmpl-1","model":"m","choices":[{"index":0,"message":{{message}},"finish_reason":"{{finish}}"}]{{more}}}""",
            WireJson.Default.ChatCompletion
        )!;

    /// <summary>The chunk with this delta of choice 0.</summary>
    public static ChatChunk Delta(string delta, string? finish = null) =>
        Chunk(
            $$"""{"choices":[{"index":0,"delta":{{delta}},"finish_reason":{{(finish is null ? "null" : $"\"{finish}\"")}}}]}"""
        );

    public static ChatChunk Chunk(string json) => ChatChunk.FromBytes(Encoding.UTF8.GetBytes(json), null);

    /// <summary>What a stream of these chunks looks like, whole.</summary>
    public static string Stream(IEnumerable<ChatChunk> chunks, string request = Hello)
    {
        var output = new ArrayBufferWriter<byte>();
        var encoder = Format.EncodeStream(Context(Read(request)));
        foreach (var chunk in chunks)
        {
            encoder.Write(output, chunk);
        }

        encoder.Complete(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>The events of a stream, each by its data; asserts what holds for all of them.</summary>
    public static List<JsonObject> EventsOf(string stream)
    {
        var events = new List<JsonObject>();
        using var reader = new SseReader();
        reader.Append(Encoding.UTF8.GetBytes(stream));
        while (reader.TryRead(out var type, out var data))
        {
            var json = JsonNode.Parse(data)!.AsObject();
            Assert.Equal(Encoding.UTF8.GetString(type), (string?)json["type"]);
            Assert.Equal(events.Count, (int?)json["sequence_number"]);
            events.Add(json);
        }

        return events;
    }

    /// <summary>The events between the first two and the last, one a line, without what is the same in all of them.</summary>
    public static string[] Lines(string stream) =>
        [
            .. EventsOf(stream)[2..^1]
                .Select(e =>
                {
                    var type = (string?)e["type"];
                    e.Remove("type");
                    e.Remove("sequence_number");
                    return $"{type} {e.ToJsonString(Readable)}";
                }),
        ];

    public static ChatCompletion Accumulate(string stream)
    {
        var translator = new ResponsesChunkTranslator("openai", "claude");
        var chunks = new Queue<ChatChunk>();
        var accumulator = new ChatAccumulator(keepContent: true);
        using var reader = new SseReader();
        reader.Append(Encoding.UTF8.GetBytes(stream));
        while (reader.TryRead(out var type, out var data))
        {
            Assert.False(translator.IsDone);
            translator.Translate(type, data, chunks);
            while (chunks.TryDequeue(out var chunk))
            {
                accumulator.Add(chunk);
            }
        }

        Assert.True(translator.IsComplete);
        Assert.True(translator.IsDone);
        return accumulator.ToCompletion();
    }

    public static ChatCompletion ReadUnary(string body) =>
        ResponsesReader.Read("openai", "claude", Encoding.UTF8.GetBytes(body));

    public static void AssertSame(string expected, string actual) =>
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(Readable), JsonNode.Parse(actual)!.ToJsonString(Readable));

    public static JsonSerializerOptions Readable { get; } =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
