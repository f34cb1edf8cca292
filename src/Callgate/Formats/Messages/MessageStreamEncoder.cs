using System.Buffers;
using System.Text.Json;
using Callgate.Providers.Anthropic;
using Callgate.Wire;

namespace Callgate.Formats;

/// <summary>
/// Writes a stream of chunks as Anthropic's events: the way back of <see cref="AnthropicChunkTranslator"/>. Anthropic tells one block
/// after the other, OpenAI's format may mix them: what belongs to a later block waits until the one before it is whole.
/// Source: Anthropic's page on streaming.
/// </summary>
internal sealed class MessageStreamEncoder(FormatContext context) : StreamEncoder
{
    private readonly BlockEvents _events = new(context);
    private readonly List<OutgoingBlock> _waiting = [];
    private readonly HashSet<int> _endedCalls = [];
    private OutgoingBlock? _open;
    private Usage? _usage;
    private string? _finishReason;
    private ExtraFields? _stopFields;
    private int _nextCall;
    private bool _hasStarted;

    /// <inheritdoc />
    public override void Write(IBufferWriter<byte> output, ChatChunk chunk)
    {
        if (_hasStarted && chunk.PlainText is { } plain)
        {
            Add(output, BlockKind.Text, plain);
            return;
        }

        var body = chunk.Body;
        _usage = body.Usage ?? _usage;
        Start(output, body.Id);
        // A client of this format can't ask for more than one answer.
        foreach (var choice in body.Choices.Where(c => c.Index == 0))
        {
            if (choice.Delta is { } delta)
            {
                Write(output, delta);
            }

            _finishReason = choice.FinishReason ?? _finishReason;
            _stopFields = choice.AdditionalProperties ?? _stopFields;
        }
    }

    /// <inheritdoc />
    public override void Complete(IBufferWriter<byte> output)
    {
        Start(output, null);
        Advance(output, isEnd: true);
        // The reason and the usage are told here at last: in OpenAI's format the usage follows the reason.
        _events.WriteEnd(output, _finishReason, _stopFields, _nextCall > 0, _usage);
    }

    /// <inheritdoc />
    public override void Fail(IBufferWriter<byte> output, ErrorReply error) =>
        MessageErrorBody.WriteEvent(output, error);

    private void Start(IBufferWriter<byte> output, string? id)
    {
        if (!_hasStarted)
        {
            _hasStarted = true;
            _events.WriteStart(output, id, _usage);
        }
    }

    private void Write(IBufferWriter<byte> output, ChunkDelta delta)
    {
        if (delta.ThinkingBlocks is { Count: > 0 } thinking)
        {
            foreach (var piece in thinking)
            {
                AddThinking(output, piece);
            }
        }
        else
        {
            Add(output, BlockKind.Thinking, delta.ReasoningContent);
        }

        foreach (var block in MessageBody.ListOf(delta.AdditionalProperties, AnthropicResponse.OtherBlocks))
        {
            AddWhole(output, block);
        }

        Add(output, BlockKind.Text, delta.Content);
        Add(output, BlockKind.Text, delta.Refusal);
        foreach (var citation in MessageBody.ListOf(delta.AdditionalProperties, AnthropicResponse.Citations))
        {
            AddCitation(output, citation);
        }

        foreach (var call in delta.ToolCalls ?? [])
        {
            AddCall(output, call);
        }
    }

    private void AddThinking(IBufferWriter<byte> output, ThinkingBlock piece)
    {
        if (piece.Type == "redacted_thinking")
        {
            AddWhole(output, BlockEvents.ElementOf(piece));
            return;
        }

        Add(output, BlockKind.Thinking, piece.Thinking);
        if (string.IsNullOrEmpty(piece.Signature))
        {
            return;
        }

        var block = BlockFor(BlockKind.Thinking);
        block.IsSealed = true;
        if (block == _open)
        {
            _events.WriteSignature(output, piece.Signature);
        }
        else
        {
            block.WaitingSignature = piece.Signature;
        }

        Advance(output);
    }

    private void AddCitation(IBufferWriter<byte> output, JsonElement citation)
    {
        var block = BlockFor(BlockKind.Text);
        if (block == _open)
        {
            _events.WriteCitation(output, citation);
        }
        else
        {
            block.WaitingCitations.Add(citation);
        }

        Advance(output);
    }

    private void AddWhole(IBufferWriter<byte> output, JsonElement element)
    {
        _waiting.Add(new OutgoingBlock(BlockKind.Whole) { Element = element });
        Advance(output);
    }

    private void AddCall(IBufferWriter<byte> output, ToolCall piece)
    {
        // A provider that leaves the index out sends whole calls, one after the other.
        var index = piece.Index ?? _nextCall;
        _nextCall = Math.Max(_nextCall, index + 1);
        if (_endedCalls.Contains(index))
        {
            // After its closing bracket nothing but blanks can come.
            return;
        }

        var block = BlockFor(BlockKind.Call, index);
        block.Id ??= piece.Id;
        block.Name ??= piece.Function?.Name;
        block.Extra ??= piece.AdditionalProperties;
        Add(output, block, piece.Function?.Arguments ?? "");
    }

    private void Add(IBufferWriter<byte> output, BlockKind kind, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            Add(output, BlockFor(kind), text);
        }
    }

    private void Add(IBufferWriter<byte> output, OutgoingBlock block, string text)
    {
        block.Note(text);
        if (block == _open)
        {
            _events.WriteDelta(output, block.Kind, text);
        }
        else
        {
            block.Waiting.Append(text);
        }

        if (block != _open || _waiting.Count > 0)
        {
            Advance(output);
        }
    }

    /// <summary>The block that more of this kind belongs to.</summary>
    private OutgoingBlock BlockFor(BlockKind kind, int callIndex = 0)
    {
        if (kind == BlockKind.Call)
        {
            if (_open is { Kind: BlockKind.Call } && _open.CallIndex == callIndex)
            {
                return _open;
            }

            if (_waiting.Find(b => b.Kind == BlockKind.Call && b.CallIndex == callIndex) is { } known)
            {
                return known;
            }
        }
        else if ((_waiting.Count > 0 ? _waiting[^1] : _open) is { IsSealed: false } last && last.Kind == kind)
        {
            return last;
        }

        var block = new OutgoingBlock(kind) { CallIndex = callIndex };
        _waiting.Add(block);
        return block;
    }

    /// <summary>Writes on as far as can be: a block begins when the one before it is whole.</summary>
    private void Advance(IBufferWriter<byte> output, bool isEnd = false)
    {
        while (_waiting.Count > 0 || (isEnd && _open is not null))
        {
            if (_open is not null)
            {
                if (!_open.MayEnd && !isEnd)
                {
                    return;
                }

                if (_open.Kind == BlockKind.Call)
                {
                    _endedCalls.Add(_open.CallIndex);
                }

                _events.WriteStop(output);
                _open = null;
            }
            else if (_waiting[0].MayBegin || isEnd)
            {
                _open = _waiting[0];
                _waiting.RemoveAt(0);
                _events.WriteStart(output, _open);
            }
            else
            {
                return;
            }
        }
    }
}
