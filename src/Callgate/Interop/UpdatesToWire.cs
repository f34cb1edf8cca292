using System.Text;
using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>The updates of one stream as chunks. Not thread-safe; one per stream.</summary>
/// <param name="model">The model that was asked, where the updates name none.</param>
internal sealed class UpdatesToWire(string? model = null)
{
    private readonly StringBuilder _unsigned = new();
    private UsageDetails? _usage;
    private string? _id;
    private long? _created;
    private int _calls;
    private bool _begun;

    public ChatChunk Map(ChatResponseUpdate update) => new(Describe(update));

    public ChatChunkBody Describe(ChatResponseUpdate update)
    {
        _id = update.ResponseId ?? _id;
        _created = update.CreatedAt?.ToUnixTimeSeconds() ?? _created;
        var delta = update.Role is { } role && role != ChatRole.Assistant ? new ChunkDelta() : Delta(update.Contents);
        if (!_begun)
        {
            _begun = true;
            delta = delta with { Role = "assistant" };
        }

        return new ChatChunkBody
        {
            Id = _id,
            Object = "chat.completion.chunk",
            Created = _created,
            Model = update.ModelId ?? model,
            Usage = UsageSoFar(update.Contents),
            ServiceTier = ResponseFields.Text(update.AdditionalProperties, ResponseFields.ServiceTier, "ServiceTier"),
            SystemFingerprint = ResponseFields.Text(
                update.AdditionalProperties,
                ResponseFields.SystemFingerprint,
                "SystemFingerprint"
            ),
            AdditionalProperties = ResponseFields.Rest(update.AdditionalProperties),
            Choices =
            [
                new ChunkChoice
                {
                    Delta = delta,
                    FinishReason = update.FinishReason?.Value,
                    AdditionalProperties = ResponseToWire.Errors(update.Contents),
                },
            ],
        };
    }

    private ChunkDelta Delta(IList<AIContent> contents)
    {
        StringBuilder? text = null,
            reasoning = null;
        string? refusal = null;
        List<ThinkingBlock>? thinking = null;
        List<ToolCall>? calls = null;
        foreach (var content in contents)
        {
            switch (content)
            {
                case TextContent piece:
                    (text ??= new StringBuilder()).Append(piece.Text);
                    break;
                case TextReasoningContent piece:
                    if (piece.Text.Length > 0)
                    {
                        (reasoning ??= new StringBuilder()).Append(piece.Text);
                    }

                    if (Signed(piece) is { } block)
                    {
                        (thinking ??= []).Add(block);
                    }

                    break;
                case FunctionCallContent call:
                    (calls ??= []).Add(ToolCalls.ToWire(call) with { Index = _calls++ });
                    break;
                case ErrorContent { ErrorCode: ContentFromWire.RefusalCode } error:
                    refusal += error.Message;
                    break;
                default:
                    break;
            }
        }

        return new ChunkDelta
        {
            Content = text?.ToString(),
            ReasoningContent = reasoning?.ToString(),
            ThinkingBlocks = thinking,
            Refusal = refusal,
            ToolCalls = calls,
        };
    }

    /// <summary>A signature comes after the reasoning that it is for, and makes a block of it: unsigned reasoning is none.</summary>
    private ThinkingBlock? Signed(TextReasoningContent piece)
    {
        if (string.IsNullOrEmpty(piece.ProtectedData))
        {
            _unsigned.Append(piece.Text);
            return null;
        }

        var block = Thinking.ToWire(piece)!;
        if (block.Data is not null)
        {
            return block;
        }

        block = block with { Thinking = _unsigned.Append(piece.Text).ToString() };
        _unsigned.Clear();
        return block;
    }

    /// <summary>Updates add up where chunks replace: a client may report its input first and its output last.</summary>
    private Usage? UsageSoFar(IList<AIContent> contents)
    {
        var reported = false;
        foreach (var content in contents.OfType<UsageContent>())
        {
            (_usage ??= new UsageDetails()).Add(content.Details);
            reported = true;
        }

        return reported ? UsageToWire.Map(_usage!) : null;
    }
}
