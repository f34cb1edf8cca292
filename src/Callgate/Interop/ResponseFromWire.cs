using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>A completion as a response of Microsoft.Extensions.AI. It has room for one answer: the first; the others are in the raw representation.</summary>
internal static class ResponseFromWire
{
    public static ChatResponse Map(ChatCompletion completion)
    {
        var choice = completion.Choices.Count > 0 ? completion.Choices[0] : null;
        var created = UnixTime.Read(completion.Created);
        var message = MessageFromWire.Map(choice?.Message ?? new Message { Role = "assistant" });
        message.MessageId = completion.Id;
        message.CreatedAt = created;
        message.RawRepresentation = choice;
        return new ChatResponse(message)
        {
            ResponseId = completion.Id,
            ModelId = completion.Model,
            CreatedAt = created,
            FinishReason = FinishReason(choice?.FinishReason),
            Usage = completion.Usage is { } usage ? UsageFromWire.Map(usage) : null,
            RawRepresentation = completion,
            AdditionalProperties = ResponseFields.FromWire(
                completion.AdditionalProperties,
                completion.ServiceTier,
                completion.SystemFingerprint,
                choice?.Logprobs
            ),
        };
    }

    public static ChatFinishReason? FinishReason(string? reason) =>
        reason switch
        {
            null or "" => null,
            "function_call" => ChatFinishReason.ToolCalls,
            _ => new ChatFinishReason(reason),
        };
}
