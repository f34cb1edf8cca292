using Callgate.Wire;

namespace Callgate.Formats;

/// <summary>Counts the tokens of a request roughly, for <c>/v1/messages/count_tokens</c> in front of a provider that has no such endpoint.</summary>
internal static class MessageTokens
{
    /// <summary>About what a full-sized image counts at Anthropic, and a page of a document.</summary>
    private const long OfMedia = 1600;

    public static long Count(ChatRequest request) => request.Messages.Sum(Of) + (request.Tools ?? []).Sum(Of);

    private static long Of(Message message)
    {
        // Each message is framed by a few tokens of its own.
        var count = 4 + TokenEstimator.Estimate(message.ReasoningContent) + TokenEstimator.Estimate(message.Refusal);
        count += message.Content is { Parts: { } parts } ? parts.Sum(Of) : TokenEstimator.Estimate(message.Text);
        foreach (var call in message.ToolCalls ?? [])
        {
            count += TokenEstimator.Estimate(call.Function?.Name) + TokenEstimator.Estimate(call.Function?.Arguments);
        }

        return count + Of(message.AdditionalProperties);
    }

    private static long Of(ContentPart part) =>
        part switch
        {
            { ImageUrl: not null } or { File: not null } or { InputAudio: not null } => OfMedia,
            { Type: "image" or "document" } => OfMedia,
            _ => TokenEstimator.Estimate(part.Text) + Of(part.AdditionalProperties),
        };

    private static long Of(ToolDefinition tool) =>
        4
        + TokenEstimator.Estimate(tool.Function?.Name)
        + TokenEstimator.Estimate(tool.Function?.Description)
        + TokenEstimator.Estimate(tool.Function?.Parameters?.GetRawText())
        + Of(tool.Function?.AdditionalProperties)
        + Of(tool.AdditionalProperties);

    private static long Of(ExtraFields? extra) => (extra ?? []).Sum(f => TokenEstimator.Estimate(f.Value.GetRawText()));
}
