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

    public override ChatRequest ReadView(ReadOnlySpan<byte> body) => ResponsesRequestReader.Read(body);

    public override void EnsureTranslatable(LlmRequest view)
    {
        if (ResponsesEnvelope.Of(view).Untranslatable is { } reason)
        {
            throw reason;
        }
    }

    public override bool MayPass(ClientBody body, Deployment deployment)
    {
        var envelope = ResponsesEnvelope.Of(body.RequestOrEmpty);
        var fields = new FieldReader(envelope.Root, "");
        return (envelope.Upstream is null || envelope.Upstream == deployment.Id)
            // Nobody would be billed for the first; of the second, we don't know the owner.
            && fields.Bool("background") != true
            && !fields.Has("conversation")
            && !ReasoningSeal.IsIn(envelope.Input);
    }

    public override string? HomeOf(ClientBody body) => ResponsesEnvelope.Of(body.RequestOrEmpty).Upstream;

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
