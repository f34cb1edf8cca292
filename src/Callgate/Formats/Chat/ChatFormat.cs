using System.Buffers;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats;

/// <summary>OpenAI's chat completions, which the common tongue is. Source: the public OpenAPI description of <c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatFormat : ClientFormat
{
    /// <inheritdoc />
    public override string Name => "chat";

    /// <inheritdoc />
    public override string CallType => "acompletion";

    /// <inheritdoc />
    public override bool AsksForUsage => true;

    /// <inheritdoc />
    public override LlmRequest ReadRequest(ReadOnlySpan<byte> body)
    {
        var request = RequestReader.Read(body, WireJson.Default.ChatRequest);
        return request.Messages is null
            ? throw RequestReader.Refuse("messages", "The request has no messages: give at least one.")
            : request;
    }

    /// <inheritdoc />
    public override void WriteResponse(IBufferWriter<byte> output, LlmResponse response, FormatContext context)
    {
        var completion = (ChatCompletion)response;
        using var json = new Utf8JsonWriter(output, EventWriter.Relaxed);
        JsonSerializer.Serialize(
            json,
            completion with
            {
                Id = completion.Id ?? ChunkStamp.IdOf(context),
                Object = completion.Object ?? "chat.completion",
                Created = completion.Created ?? context.Created,
                Model = context.Model,
            },
            WireJson.Relaxed.ChatCompletion
        );
    }

    /// <inheritdoc />
    public override StreamEncoder EncodeStream(FormatContext context) => new Encoder(context);

    /// <inheritdoc />
    public override void WriteError(IBufferWriter<byte> output, ErrorReply error) =>
        OpenAiErrorBody.Write(output, error);

    private sealed class Encoder(FormatContext context) : StreamEncoder
    {
        private readonly ChunkStamp _stamp = new(context);

        public override void Write(IBufferWriter<byte> output, ChatChunk chunk)
        {
            output.Write("data: "u8);
            _stamp.Write(output, chunk.Data.Span);
            output.Write("\n\n"u8);
        }

        public override void Complete(IBufferWriter<byte> output) => output.Write("data: [DONE]\n\n"u8);

        public override void Fail(IBufferWriter<byte> output, ErrorReply error) =>
            OpenAiErrorBody.WriteEvent(output, error);
    }
}
