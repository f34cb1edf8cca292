using System.Buffers;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats.Responses;

/// <summary>
/// OpenAI's Responses API in front of any chat model. What a request says besides is in its <see cref="ResponsesEnvelope"/>; earlier
/// responses that it builds on are put before it by <see cref="ResponseHistory"/>.
/// </summary>
internal sealed class ResponsesFormat : ClientFormat
{
    public override string Name => "responses";

    public override string CallType => "aresponses";

    public override bool OwnsMetadata => false;

    public override LlmRequest ReadRequest(ReadOnlySpan<byte> body)
    {
        var request = ReadView(body);
        EnsureTranslatable(request);
        return request;
    }

    /// <summary>
    /// Reads what a request says as far as the chat format can say it: for hooks and routing, where its provider may speak this format and
    /// gets the bytes as they are.
    /// </summary>
    /// <exception cref="JsonException">It is no JSON, or no object.</exception>
    /// <exception cref="LlmBadRequestException">A field is missing, or of the wrong kind.</exception>
    public static ChatRequest ReadView(ReadOnlySpan<byte> body) => ResponsesRequestReader.Read(body);

    /// <summary>Refuses a request that asks for more than a chat model can do.</summary>
    /// <exception cref="LlmBadRequestException">It does; the message says what, and names the field.</exception>
    public static void EnsureTranslatable(LlmRequest request)
    {
        if (ResponsesEnvelope.Of(request).Untranslatable is { } reason)
        {
            throw reason;
        }
    }

    public override void WriteResponse(IBufferWriter<byte> output, LlmResponse response, FormatContext context)
    {
        var completion =
            response as ChatCompletion
            ?? throw new ArgumentException($"{response.GetType().Name} is no answer of a chat model.");
        var envelope = ResponsesEnvelope.Of(context.Request);
        var choice = completion.Choices.Count > 0 ? completion.Choices[0] : null;
        var (status, reason) = ResponseObject.StatusOf(choice?.FinishReason);
        using var json = new Utf8JsonWriter(output, ResponseObject.JsonOptions);
        ResponseObject.Write(
            json,
            context,
            envelope,
            new(status, OutputItems.Of(choice, status, envelope), reason, completion.Usage, completion.ServiceTier)
        );
    }

    public override StreamEncoder EncodeStream(FormatContext context) => new ResponsesStreamEncoder(context);

    public override void WriteError(IBufferWriter<byte> output, ErrorReply error) =>
        ResponsesErrors.Write(output, error);
}
