using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Callgate.Formats;
using Callgate.Providers;
using Callgate.Providers.Anthropic;
using Callgate.Providers.OpenAi;
using Callgate.Tests.Providers.Anthropic;
using Callgate.Wire;

namespace Callgate.Tests.Formats;

/// <summary>Formats by their text.</summary>
internal static class FormatWire
{
    public static readonly ChatFormat Chat = new();
    public static readonly EmbeddingsFormat Embeddings = new();
    public static readonly CompletionsFormat Completions = new();
    public static readonly MessagesFormat Messages = new();

    public static FormatContext Context(LlmRequest? request = null) =>
        new(request ?? AnthropicWire.Plain, "my-model", "call1", 1_700_000_000);

    public static LlmRequest Read(ClientFormat format, string json) => format.ReadRequest(Encoding.UTF8.GetBytes(json));

    public static string Write(ClientFormat format, LlmResponse response, LlmRequest? request = null)
    {
        var output = new ArrayBufferWriter<byte>();
        format.WriteResponse(output, response, Context(request));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public static string Error(ClientFormat format, ErrorReply error)
    {
        var output = new ArrayBufferWriter<byte>();
        format.WriteError(output, error);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>A whole stream in this format; with an error in place of its end where there is one.</summary>
    public static string Stream(ClientFormat format, IEnumerable<ChatChunk> chunks, ErrorReply? error = null)
    {
        var output = new ArrayBufferWriter<byte>();
        var encoder = format.EncodeStream(Context());
        foreach (var chunk in chunks)
        {
            encoder.Write(output, chunk);
            // Each call appends whole events, or a client would wait for the rest of one.
            Assert.True(output.WrittenCount == 0 || output.WrittenSpan.EndsWith("\n\n"u8));
        }

        if (error is null)
        {
            encoder.Complete(output);
        }
        else
        {
            encoder.Fail(output, error);
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>The events of a text: their names and data.</summary>
    public static List<(string Type, string Data)> EventsOf(string sse)
    {
        var events = new List<(string, string)>();
        using var reader = new SseReader();
        reader.Append(Encoding.UTF8.GetBytes(sse));
        while (reader.TryRead(out var type, out var data))
        {
            events.Add((Encoding.UTF8.GetString(type), Encoding.UTF8.GetString(data)));
        }

        return events;
    }

    /// <summary>The data of each event, parsed; without the end mark.</summary>
    public static List<JsonNode> Data(string sse) =>
        [.. EventsOf(sse).Where(e => e.Data != "[DONE]").Select(e => JsonNode.Parse(e.Data)!)];

    /// <summary>What a recorded stream means.</summary>
    public static List<ChatChunk> Chunks(string sse, bool isAnthropic, int choices = 1)
    {
        ChunkTranslator translator = isAnthropic
            ? new AnthropicChunkTranslator(AnthropicWire.Plain, 1_741_569_952)
            : new OpenAiChunkTranslator("openai", "gpt-5.4", choices);
        var chunks = new Queue<ChatChunk>();
        using var reader = new SseReader();
        reader.Append(Encoding.UTF8.GetBytes(sse));
        while (reader.TryRead(out var type, out var data))
        {
            translator.Translate(type, data, chunks);
        }

        return [.. chunks];
    }

    public static ChatCompletion Whole(IEnumerable<ChatChunk> chunks)
    {
        var whole = new ChatAccumulator(keepContent: true);
        foreach (var chunk in chunks)
        {
            whole.Add(chunk);
        }

        return whole.ToCompletion();
    }

    /// <summary>A message in Anthropic's format as a completion.</summary>
    public static ChatCompletion ReadMessage(string json) =>
        AnthropicResponse.Read(AnthropicWire.Plain, Encoding.UTF8.GetBytes(json), 1_741_569_952);

    public static ChatCompletion Completion(string json) =>
        JsonSerializer.Deserialize(json, WireJson.Default.ChatCompletion)!;

    /// <summary>The JSON without fields that are null, which say nothing.</summary>
    public static JsonNode? WithoutNulls(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject o:
                foreach (var (name, value) in o.ToList())
                {
                    if (value is null)
                    {
                        o.Remove(name);
                    }
                    else
                    {
                        WithoutNulls(value);
                    }
                }

                break;
            case JsonArray a:
                foreach (var item in a)
                {
                    WithoutNulls(item);
                }

                break;
        }

        return node;
    }
}
