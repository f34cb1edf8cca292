using Callgate.Wire;

namespace Callgate;

/// <summary>Takes the content out of an event and leaves the figures: LiteLLM's <c>turn_off_message_logging</c>.</summary>
internal static class Redaction
{
    /// <summary>LiteLLM's placeholder.</summary>
    public const string Placeholder = "redacted-by-litellm";

    public static ObserverEvent WithoutContent(ObserverEvent observerEvent)
    {
        var response = WithoutContent(observerEvent.Response);
        return observerEvent with
        {
            Call = WithoutContent(observerEvent.Call) with { Response = response },
            Response = response,
            Chunk = observerEvent.Chunk is ChatChunk chunk ? WithoutContent(chunk) : observerEvent.Chunk,
        };
    }

    private static CallDetails WithoutContent(CallDetails call) =>
        call with
        {
            Messages = [.. call.Messages.Select(m => new Message { Role = m.Role, Content = Placeholder })],
            Input = [.. call.Input.Select(_ => Placeholder)],
            Request = call.Request switch
            {
                // Tools, extra fields and the like can quote the prompt as well as its messages can.
                ChatRequest chat => new ChatRequest
                {
                    Model = chat.Model,
                    Messages = [.. call.Messages.Select(m => new Message { Role = m.Role, Content = Placeholder })],
                    MaxTokens = chat.MaxTokens,
                    MaxCompletionTokens = chat.MaxCompletionTokens,
                    Temperature = chat.Temperature,
                    TopP = chat.TopP,
                    Stream = chat.Stream,
                    User = chat.User,
                },
                EmbeddingRequest embedding => new EmbeddingRequest
                {
                    Model = embedding.Model,
                    Input = [.. call.Input.Select(_ => Placeholder)],
                    Dimensions = embedding.Dimensions,
                    User = embedding.User,
                },
                var other => other,
            },
            RawResponse = null,
            AdditionalArgs = call.AdditionalArgs with { RawInput = null },
        };

    private static LlmResponse? WithoutContent(LlmResponse? response) =>
        response switch
        {
            ChatCompletion completion => completion with
            {
                Choices =
                [
                    .. completion.Choices.Select(c => new Choice
                    {
                        Index = c.Index,
                        FinishReason = c.FinishReason,
                        Message = new Message { Role = c.Message?.Role ?? "assistant", Content = Placeholder },
                    }),
                ],
                AdditionalProperties = null,
            },
            EmbeddingResponse embedding => embedding with { Data = [], AdditionalProperties = null },
            _ => response,
        };

    private static ChatChunk WithoutContent(ChatChunk chunk) =>
        new(
            new ChatChunkBody
            {
                Id = chunk.Body.Id,
                Object = chunk.Body.Object,
                Model = chunk.Body.Model,
                Usage = chunk.Usage,
                Choices =
                [
                    .. chunk.Choices.Select(c => new ChunkChoice
                    {
                        Index = c.Index,
                        FinishReason = c.FinishReason,
                        Delta = new ChunkDelta { Content = c.Delta?.Content is null ? null : Placeholder },
                    }),
                ],
            }
        );
}
