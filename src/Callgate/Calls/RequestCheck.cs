using Callgate.Formats.Native;
using Callgate.Formats.Responses;
using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>Refuses what no provider could answer, in words that say what to do.</summary>
internal static class RequestCheck
{
    public static void ThrowIfInvalid(Call call)
    {
        if (string.IsNullOrWhiteSpace(call.Model))
        {
            throw Refused(call, "The model is empty: name one as provider/model.");
        }

        if (
            call.Gateway?.Body is { } body
            && (!body.IsRead || body.Format is ResponsesFormat)
            && PlainRequest.IsPlain(body)
        )
        {
            return;
        }

        switch (call.Gateway is null ? call.Request : GatewayHooks.ReadRequest(call))
        {
            case ChatRequest chat:
                CheckMessages(call, chat.Messages);
                CheckFinite(call, chat.Temperature, "temperature");
                CheckFinite(call, chat.TopP, "top_p");
                CheckFinite(call, chat.PresencePenalty, "presence_penalty");
                CheckFinite(call, chat.FrequencyPenalty, "frequency_penalty");
                break;
            case EmbeddingRequest embedding:
                CheckInput(call, embedding.Input);
                break;
        }
    }

    private static void CheckMessages(Call call, IReadOnlyList<Message> messages)
    {
        if (messages is null or { Count: 0 })
        {
            throw Refused(call, "The messages are empty: give at least one.");
        }

        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            if (message is null || string.IsNullOrEmpty(message.Role))
            {
                throw Refused(call, $"messages[{i}] is null or has no role.");
            }

            // Only an assistant message may have no content: it called tools, refused, or reasoned.
            if (message.Content is null && message.Role is not ("assistant" or "function"))
            {
                throw Refused(call, $"messages[{i}] of the role {SafeText.Line(message.Role)} has no content.");
            }
        }
    }

    private static void CheckInput(Call call, IReadOnlyList<string> input)
    {
        if (input is null or { Count: 0 })
        {
            throw Refused(call, "The input is empty: give at least one text.");
        }

        for (var i = 0; i < input.Count; i++)
        {
            if (input[i] is null)
            {
                throw Refused(call, $"input[{i}] is null.");
            }
        }
    }

    private static void CheckFinite(Call call, double? value, string name)
    {
        if (value is { } number && !double.IsFinite(number))
        {
            throw Refused(call, $"{name} is {number}: give a finite number, or none.");
        }
    }

    private static LlmException Refused(Call call, string reason) =>
        Failures.Refused(call, "shape", LlmErrorKind.BadRequest, reason, "invalid_request");
}
