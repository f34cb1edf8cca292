using System.Buffers;
using System.Text.Json;
using Callgate.Providers.Anthropic;
using Callgate.Wire;

namespace Callgate.Formats;

/// <summary>Anthropic's Messages API. Source: Anthropic's public API reference and the types of its SDK.</summary>
internal sealed class MessagesFormat : ClientFormat
{
    /// <inheritdoc />
    public override string Name => "messages";

    /// <inheritdoc />
    public override string CallType => "anthropic_messages";

    /// <inheritdoc />
    public override bool OwnsMetadata => false;

    /// <inheritdoc />
    public override LlmRequest ReadRequest(ReadOnlySpan<byte> body)
    {
        var request = AnthropicRequestReader.Read(body);
        // Every stream of this format ends with its usage.
        return request.Stream == true
            ? request with
            {
                StreamOptions = new StreamOptions { IncludeUsage = true },
            }
            : request;
    }

    /// <inheritdoc />
    public override void WriteResponse(IBufferWriter<byte> output, LlmResponse response, FormatContext context)
    {
        using var json = new Utf8JsonWriter(output, EventWriter.Relaxed);
        MessageBody.Write(json, (ChatCompletion)response, context);
    }

    /// <inheritdoc />
    public override StreamEncoder EncodeStream(FormatContext context) => new MessageStreamEncoder(context);

    /// <inheritdoc />
    public override void WriteError(IBufferWriter<byte> output, ErrorReply error) =>
        MessageErrorBody.Write(output, error);
}
