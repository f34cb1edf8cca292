using System.Text;
using Callgate.Wire;
using Microsoft.Extensions.AI;

namespace Callgate.Interop;

/// <summary>The chunks of one stream as updates of Microsoft.Extensions.AI, whose tool calls and refusals come whole. Not thread-safe; one per stream.</summary>
internal sealed class UpdatesFromWire
{
    private readonly SortedList<int, (ToolCall Call, StringBuilder Arguments)> _calls = [];
    private StringBuilder? _refusal;
    private ChatChunkBody? _first;
    private ChatRole _role = ChatRole.Assistant;

    public ChatResponseUpdate Map(ChatChunk chunk)
    {
        // Most chunks hold text and nothing else: their bytes need no parsing.
        if (chunk.PlainText is { } plain && _first is not null)
        {
            var text = Update(_first, chunk);
            text.Contents.Add(new TextContent(plain) { RawRepresentation = chunk });
            return text;
        }

        var body = chunk.Body;
        _first ??= body;
        var update = Update(body, chunk);
        update.AdditionalProperties = ResponseFields.FromWire(
            body.AdditionalProperties,
            body.ServiceTier,
            body.SystemFingerprint,
            // Each chunk has those of its own tokens: merged into one response, the last would pass for all.
            logprobs: null
        );
        foreach (var choice in body.Choices)
        {
            if (choice.Index == 0)
            {
                Add(choice, update);
            }
        }

        if (body.Usage is { } usage)
        {
            update.Contents.Add(new UsageContent(UsageFromWire.Map(usage)) { RawRepresentation = usage });
        }

        return update;
    }

    /// <summary>What is left where the stream named no reason for its end; else null.</summary>
    public ChatResponseUpdate? Finish()
    {
        if (_calls.Count == 0 && _refusal is null)
        {
            return null;
        }

        var update = Update(_first!, raw: null);
        Release(update.Contents);
        return update;
    }

    private void Add(ChunkChoice choice, ChatResponseUpdate update)
    {
        if (choice.Delta is { } delta)
        {
            if (!string.IsNullOrEmpty(delta.Role))
            {
                update.Role = _role = new ChatRole(delta.Role);
            }

            MessageFromWire.AddReasoning(delta.ReasoningContent, delta.ThinkingBlocks, update.Contents);
            if (!string.IsNullOrEmpty(delta.Content))
            {
                update.Contents.Add(new TextContent(delta.Content));
            }

            foreach (var image in MessageFromWire.Images(delta.AdditionalProperties))
            {
                update.Contents.Add(image);
            }

            if (!string.IsNullOrEmpty(delta.Refusal))
            {
                (_refusal ??= new StringBuilder()).Append(delta.Refusal);
            }

            foreach (var piece in delta.ToolCalls ?? [])
            {
                Add(piece);
            }
        }

        if (!string.IsNullOrEmpty(choice.FinishReason))
        {
            update.FinishReason = ResponseFromWire.FinishReason(choice.FinishReason);
            Release(update.Contents);
        }
    }

    private void Add(ToolCall piece)
    {
        // A provider that leaves the index out sends whole calls, one after the other.
        var index = piece.Index ?? _calls.Count;
        if (!_calls.TryGetValue(index, out var known))
        {
            known = (piece, new StringBuilder());
        }

        known.Arguments.Append(piece.Function?.Arguments);
        var call = known.Call;
        _calls[index] = (
            call with
            {
                Index = null,
                Id = call.Id ?? piece.Id,
                Type = call.Type ?? piece.Type,
                Function =
                    call.Function is null && piece.Function is null
                        ? null
                        : new FunctionCall { Name = call.Function?.Name ?? piece.Function?.Name },
                AdditionalProperties = call.AdditionalProperties ?? piece.AdditionalProperties,
            },
            known.Arguments
        );
    }

    private void Release(IList<AIContent> output)
    {
        if (_refusal is not null)
        {
            output.Add(ContentFromWire.OfRefusal(_refusal.ToString()));
            _refusal = null;
        }

        foreach (var (position, (call, arguments)) in _calls.Values.Index())
        {
            var whole = call.Function is { } function
                ? call with
                {
                    Function = function with { Arguments = arguments.ToString() },
                }
                : call;
            output.Add(ToolCalls.FromWire(whole, position));
        }

        _calls.Clear();
    }

    private ChatResponseUpdate Update(ChatChunkBody body, ChatChunk? raw)
    {
        var id = body.Id ?? _first?.Id;
        return new ChatResponseUpdate
        {
            Role = _role,
            ResponseId = id,
            MessageId = id,
            ModelId = body.Model ?? _first?.Model,
            CreatedAt = UnixTime.Read(body.Created ?? _first?.Created),
            RawRepresentation = raw,
        };
    }
}
