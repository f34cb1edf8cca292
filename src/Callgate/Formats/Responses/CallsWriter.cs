using System.Text;
using Callgate.Wire;

namespace Callgate.Formats.Responses;

/// <summary>Writes the calls of a stream, whose pieces may come in any order.</summary>
internal sealed class CallsWriter(ResponsesEvents events, OutputItems items)
{
    private readonly SortedList<int, OpenCall> _calls = [];

    public void Add(ToolCall piece)
    {
        // A provider that leaves the index out sends whole calls, one after the other.
        var index = piece.Index ?? _calls.Count;
        if (!_calls.TryGetValue(index, out var call))
        {
            _calls.Add(index, call = new OpenCall());
        }

        call.CallId ??= piece.Id;
        call.Waiting.Append(piece.Function?.Arguments);
        if (call.Item is null && piece.Function?.Name is { Length: > 0 } name)
        {
            Open(call, name);
        }

        if (call.Item is not null)
        {
            Pass(call);
        }
    }

    /// <summary>Ends all calls.</summary>
    public void End(Func<OutputItem, string> statusOf)
    {
        foreach (var call in _calls.Values.Where(c => c.Item is null))
        {
            Open(call, "");
            Pass(call);
        }

        foreach (var item in _calls.Values.Select(c => c.Item!).OrderBy(i => i.Index))
        {
            item.Status = statusOf(item);
            if (item.IsCustom)
            {
                WriteInput(item);
            }
            else
            {
                var json = events.Begin("response.function_call_arguments.done"u8, item);
                json.WriteString("name"u8, item.Name);
                json.WriteString("arguments"u8, item.Arguments.ToString());
                events.End();
            }

            events.WriteItem("response.output_item.done"u8, item);
        }

        _calls.Clear();
    }

    private void Open(OpenCall call, string name)
    {
        call.Item = items.AddCall(call.CallId, name);
        events.WriteItem("response.output_item.added"u8, call.Item);
    }

    private void Pass(OpenCall call)
    {
        if (call.Waiting.Length == 0)
        {
            return;
        }

        var item = call.Item!;
        var piece = call.Waiting.ToString();
        call.Waiting.Clear();
        item.Arguments.Append(piece);
        if (!item.IsCustom)
        {
            var json = events.Begin("response.function_call_arguments.delta"u8, item);
            json.WriteString("delta"u8, piece);
            events.End();
        }
    }

    /// <summary>The text lies within arguments that are JSON, and can be told only when they are whole.</summary>
    private void WriteInput(CallOutput item)
    {
        var input = item.Input;
        var json = events.Begin("response.custom_tool_call_input.delta"u8, item);
        json.WriteString("delta"u8, input);
        events.End();
        json = events.Begin("response.custom_tool_call_input.done"u8, item);
        json.WriteString("input"u8, input);
        events.End();
    }

    private sealed class OpenCall
    {
        public string? CallId;
        public CallOutput? Item;

        /// <summary>Arguments that came before the name.</summary>
        public readonly StringBuilder Waiting = new();
    }
}
