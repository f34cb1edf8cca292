using System.Text.Json;
using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>A response of any client of Microsoft.Extensions.AI as a completion.</summary>
internal static class ResponseToWire
{
    /// <param name="response">Left as it is.</param>
    /// <param name="model">The model that was asked, where the response names none.</param>
    public static ChatCompletion Map(ChatResponse response, string? model = null) =>
        new()
        {
            Id = response.ResponseId,
            Object = "chat.completion",
            Model = response.ModelId ?? model,
            Created = response.CreatedAt?.ToUnixTimeSeconds(),
            Usage = Total(response) is { } usage ? UsageToWire.Map(usage) : null,
            Choices =
            [
                new Choice
                {
                    Message = MessageToWire.Answer(response.Messages),
                    FinishReason = response.FinishReason?.Value,
                    Logprobs = CarriedFields.Element(response.AdditionalProperties, ResponseFields.Logprobs),
                    AdditionalProperties = Errors(response.Messages.SelectMany(m => m.Contents)),
                },
            ],
            ServiceTier = Field(response, ResponseFields.ServiceTier, "ServiceTier"),
            SystemFingerprint = Field(response, ResponseFields.SystemFingerprint, "SystemFingerprint"),
            AdditionalProperties = ResponseFields.Rest(response.AdditionalProperties),
        };

    /// <summary>Of a response that was put together from updates, their properties stand with the message.</summary>
    private static string? Field(ChatResponse response, string name, string dotnetName) =>
        ResponseFields.Text(response.AdditionalProperties, name, dotnetName)
        ?? response
            .Messages.Select(m => ResponseFields.Text(m.AdditionalProperties, name, dotnetName))
            .FirstOrDefault(text => text is not null);

    /// <summary>Errors beside the answer have no field on the wire; an observer sees them next to it.</summary>
    public static ExtraFields? Errors(IEnumerable<AIContent> contents)
    {
        List<JsonElement>? errors = null;
        foreach (var error in contents.OfType<ErrorContent>().Where(e => e.ErrorCode != ContentFromWire.RefusalCode))
        {
            var fields = new ExtraFields().With("message", error.Message);
            fields = error.ErrorCode is { } code ? fields.With("code", code) : fields;
            fields = error.Details is { } details ? fields.With("details", details) : fields;
            (errors ??= []).Add(CarriedFields.ToElement(fields));
        }

        return errors is null
            ? null
            : new ExtraFields().With(
                "errors",
                JsonElement.Parse($"[{string.Join(',', errors.Select(e => e.GetRawText()))}]")
            );
    }

    /// <summary>The response's own usage, or what its contents add up to.</summary>
    private static UsageDetails? Total(ChatResponse response)
    {
        if (response.Usage is { } usage)
        {
            return usage;
        }

        UsageDetails? total = null;
        foreach (var content in response.Messages.SelectMany(m => m.Contents).OfType<UsageContent>())
        {
            (total ??= new UsageDetails()).Add(content.Details);
        }

        return total;
    }
}
