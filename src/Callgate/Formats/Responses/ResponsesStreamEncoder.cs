using System.Buffers;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats.Responses;

/// <summary>
/// Writes chunks as the events of the Responses API. Reasoning and messages come one after the other; calls stay open until the end, as
/// their pieces may be mixed. Source: the public OpenAPI description of the stream of <c>POST /v1/responses</c>.
/// </summary>
internal sealed class ResponsesStreamEncoder : StreamEncoder
{
    private readonly FormatContext _context;
    private readonly ResponsesEnvelope _envelope;
    private readonly ResponsesEvents _events;
    private readonly OutputItems _items;
    private readonly MessageWriter _message;
    private readonly CallsWriter _calls;
    private readonly ArrayBufferWriter<byte> _answer = new();
    private ReasoningOutput? _reasoning;
    private Usage? _usage;
    private string? _serviceTier;
    private string? _finishReason;
    private bool _hasBegun;

    public ResponsesStreamEncoder(FormatContext context)
    {
        _context = context;
        _envelope = ResponsesEnvelope.Of(context.Request);
        _events = new ResponsesEvents(context.Passed?.Number ?? 0);
        if (context.Passed is { } passed)
        {
            _envelope = _envelope with { ResponseId = passed.Id };
            _hasBegun = true;
        }

        _items = new OutputItems(_envelope);
        _message = new MessageWriter(_events, _items);
        _calls = new CallsWriter(_events, _items);
    }

    public override ReadOnlyMemory<byte> Answer => _answer.WrittenMemory;

    public override void Write(IBufferWriter<byte> output, ChatChunk chunk)
    {
        Begin(output);
        if (chunk.PlainText is { } plain)
        {
            AddText(plain, null);
            return;
        }

        var body = chunk.Body;
        _usage = body.Usage ?? _usage;
        _serviceTier = body.ServiceTier ?? _serviceTier;
        foreach (var choice in body.Choices)
        {
            // The request can't ask for more than one.
            if (choice.Index == 0)
            {
                Add(choice);
            }
        }
    }

    public override void Complete(IBufferWriter<byte> output)
    {
        Begin(output);
        var (status, reason) = ResponseObject.StatusOf(_finishReason);
        EndReasoning();
        _message.End(StatusOf);
        _calls.End(StatusOf);
        using (var answer = new Utf8JsonWriter(_answer, ResponseObject.JsonOptions))
        {
            ResponseObject.Write(answer, _context, _envelope, new(status, _items.All, reason, _usage, _serviceTier));
        }

        var json = _events.Begin(reason is null ? "response.completed"u8 : "response.incomplete"u8);
        json.WritePropertyName("response"u8);
        json.WriteRawValue(_answer.WrittenSpan, skipInputValidation: true);
        _events.End();

        // The one that was cut is the last.
        string StatusOf(OutputItem item) => item.Index == _items.All.Count - 1 ? status : OutputItem.Completed;
    }

    public override void Fail(IBufferWriter<byte> output, ErrorReply error)
    {
        Begin(output);
        // Documented with its fields at the top; sent, and read by OpenAI's clients, with an object.
        var json = _events.Begin("error"u8);
        json.WriteString("code"u8, error.Code);
        json.WriteString("message"u8, error.Message);
        json.WriteString("param"u8, error.Param);
        ResponsesErrors.WriteError(json, error);
        _events.End();
        var done = _items.All.Where(i => i.Status != OutputItem.InProgress);
        WriteResponse("response.failed"u8, new("failed", done, Usage: _usage, Failure: error));
    }

    private void Begin(IBufferWriter<byte> output)
    {
        _events.WriteTo(output);
        if (!_hasBegun)
        {
            _hasBegun = true;
            WriteResponse("response.created"u8, new(OutputItem.InProgress, []));
            WriteResponse("response.in_progress"u8, new(OutputItem.InProgress, []));
        }
    }

    private void WriteResponse(ReadOnlySpan<byte> type, in ResponseState state)
    {
        var json = _events.Begin(type);
        json.WritePropertyName("response"u8);
        ResponseObject.Write(json, _context, _envelope, state);
        _events.End();
    }

    private void Add(ChunkChoice choice)
    {
        _finishReason = choice.FinishReason ?? _finishReason;
        if (choice.Delta is not { } delta)
        {
            return;
        }

        AddReasoning(delta);
        foreach (var other in OutputItems.OthersOf(delta.AdditionalProperties))
        {
            EndProse();
            var item = _items.AddOther(other);
            _events.WriteItem("response.output_item.added"u8, item);
            item.Status = OutputItem.Completed;
            _events.WriteItem("response.output_item.done"u8, item);
        }

        AddText(delta.Content, choice.Logprobs);
        foreach (var annotation in OutputItems.ListOf(delta.AdditionalProperties, ResponsesAnnotations.Field))
        {
            EndReasoning();
            _message.Annotate(annotation);
        }

        if (!string.IsNullOrEmpty(delta.Refusal))
        {
            EndReasoning();
            _message.AddRefusal(delta.Refusal);
        }

        foreach (var call in delta.ToolCalls ?? [])
        {
            EndProse();
            _calls.Add(call);
        }
    }

    private void AddText(string? text, JsonElement? logprobs)
    {
        if (!string.IsNullOrEmpty(text))
        {
            EndReasoning();
            _message.AddText(text, logprobs);
        }
    }

    private void AddReasoning(ChunkDelta delta)
    {
        if (delta.ThinkingBlocks is not { Count: > 0 } blocks)
        {
            AddReasoning(delta.ReasoningContent);
            return;
        }

        foreach (var block in blocks)
        {
            // A redacted block comes whole, and is one of its own.
            if (block.Type == "redacted_thinking")
            {
                EndReasoning();
            }

            AddReasoning(block.Thinking);
            if (ReasoningSeal.Of(block) is { } seal)
            {
                // A seal closes its block; whatever comes after it begins the next.
                OpenReasoning().Seal = seal;
                EndReasoning();
            }
        }
    }

    private void AddReasoning(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return;
        }

        var item = OpenReasoning();
        if (item.Text.Length == 0)
        {
            WriteSummaryPart("response.reasoning_summary_part.added"u8, item, "");
        }

        item.Text.Append(text);
        var json = _events.Begin("response.reasoning_summary_text.delta"u8, item);
        json.WriteNumber("summary_index"u8, 0);
        json.WriteString("delta"u8, text);
        _events.End();
    }

    private ReasoningOutput OpenReasoning()
    {
        if (_reasoning is null)
        {
            EndProse();
            _reasoning = _items.AddReasoning();
            _events.WriteItem("response.output_item.added"u8, _reasoning);
        }

        return _reasoning;
    }

    private void EndReasoning()
    {
        if (_reasoning is not { } item)
        {
            return;
        }

        _reasoning = null;
        if (item.Text.Length > 0)
        {
            var text = item.Text.ToString();
            var json = _events.Begin("response.reasoning_summary_text.done"u8, item);
            json.WriteNumber("summary_index"u8, 0);
            json.WriteString("text"u8, text);
            _events.End();
            WriteSummaryPart("response.reasoning_summary_part.done"u8, item, text);
        }

        item.Status = OutputItem.Completed;
        _events.WriteItem("response.output_item.done"u8, item);
    }

    private void WriteSummaryPart(ReadOnlySpan<byte> type, OutputItem item, string text)
    {
        var json = _events.Begin(type, item);
        json.WriteNumber("summary_index"u8, 0);
        json.WritePropertyName("part"u8);
        ReasoningOutput.WritePart(json, text);
        _events.End();
    }

    private void EndProse()
    {
        EndReasoning();
        _message.End(static _ => OutputItem.Completed);
    }
}
