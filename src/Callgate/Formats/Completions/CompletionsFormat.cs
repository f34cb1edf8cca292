using System.Buffers;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats;

/// <summary>
/// OpenAI's older completions, which chat models serve as the answer to one message of the user. What only a completion model can do is
/// refused. Source: the public OpenAPI description of <c>POST /v1/completions</c>.
/// </summary>
internal sealed class CompletionsFormat : ClientFormat
{
    /// <inheritdoc />
    public override string Name => "completions";

    /// <inheritdoc />
    public override string CallType => "atext_completion";

    /// <inheritdoc />
    public override LlmRequest ReadRequest(ReadOnlySpan<byte> body) => CompletionsRequest.Read(body);

    /// <inheritdoc />
    public override void WriteResponse(IBufferWriter<byte> output, LlmResponse response, FormatContext context)
    {
        var completion = (ChatCompletion)response;
        using var json = new Utf8JsonWriter(output, EventWriter.Relaxed);
        WriteHead(json, completion.Id, completion.Created, completion.SystemFingerprint, context);
        foreach (var choice in completion.Choices)
        {
            WriteChoice(json, choice.Index, TextOf(choice.Message), choice.FinishReason ?? "stop");
        }

        WriteTail(json, completion.Usage);
    }

    /// <inheritdoc />
    public override StreamEncoder EncodeStream(FormatContext context) => new Encoder(context);

    /// <inheritdoc />
    public override void WriteError(IBufferWriter<byte> output, ErrorReply error) =>
        OpenAiErrorBody.Write(output, error);

    // A refusal is all the text that its answer has.
    private static string TextOf(Message? message) =>
        message?.Text is { Length: > 0 } text ? text : message?.Refusal ?? "";

    private static void WriteHead(
        Utf8JsonWriter json,
        string? id,
        long? created,
        string? fingerprint,
        FormatContext context
    )
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id ?? $"cmpl-{context.CallId}");
        json.WriteString("object"u8, "text_completion"u8);
        json.WriteNumber("created"u8, created ?? context.Created);
        json.WriteString("model"u8, context.Model);
        if (fingerprint is not null)
        {
            json.WriteString("system_fingerprint"u8, fingerprint);
        }

        json.WriteStartArray("choices"u8);
    }

    private static void WriteChoice(Utf8JsonWriter json, int index, string text, string? finishReason)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        json.WriteNumber("index"u8, index);
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, finishReason is "tool_calls" or "function_call" ? "stop" : finishReason);
        json.WriteEndObject();
    }

    private static void WriteTail(Utf8JsonWriter json, Usage? usage)
    {
        json.WriteEndArray();
        if (usage is not null)
        {
            json.WritePropertyName("usage"u8);
            JsonSerializer.Serialize(json, usage, WireJson.Relaxed.Usage);
        }

        json.WriteEndObject();
    }

    private sealed class Encoder(FormatContext context) : StreamEncoder
    {
        private readonly EventWriter _events = new();

        public override void Write(IBufferWriter<byte> output, ChatChunk chunk)
        {
            var body = chunk.Body;
            var choices = body.Choices.Where(c => c.FinishReason is not null || TextOf(c).Length > 0).ToList();
            if (choices.Count == 0 && body.Usage is null)
            {
                return;
            }

            var json = _events.Begin(output, "data: "u8);
            WriteHead(json, body.Id, body.Created, body.SystemFingerprint, context);
            foreach (var choice in choices)
            {
                WriteChoice(json, choice.Index, TextOf(choice), choice.FinishReason);
            }

            WriteTail(json, body.Usage);
            _events.End(output);
        }

        private static string TextOf(ChunkChoice choice) =>
            choice.Delta?.Content is { Length: > 0 } text ? text : choice.Delta?.Refusal ?? "";

        public override void Complete(IBufferWriter<byte> output) => output.Write("data: [DONE]\n\n"u8);

        public override void Fail(IBufferWriter<byte> output, ErrorReply error) =>
            OpenAiErrorBody.WriteEvent(output, error);
    }
}
