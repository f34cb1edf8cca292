using System.Text.Json;

namespace Callgate.Formats.Responses;

/// <summary>Writes the messages of a stream: one at a time, and within it one part at a time.</summary>
internal sealed class MessageWriter(ResponsesEvents events, OutputItems items)
{
    private MessageOutput? _item;
    private OutputPart? _part;

    public void AddText(string text, JsonElement? logprobs)
    {
        var part = OpenPart(isRefusal: false);
        part.Text.Append(text);
        var tokens = part.Logprobs.Count;
        part.Logprobs.AddRange(OutputPart.TokensOf(logprobs));
        var json = Begin("response.output_text.delta"u8);
        json.WriteString("delta"u8, text);
        OutputPart.WriteLogprobs(json, part.Logprobs.Skip(tokens));
        events.End();
    }

    public void AddRefusal(string text)
    {
        OpenPart(isRefusal: true).Text.Append(text);
        var json = Begin("response.refusal.delta"u8);
        json.WriteString("delta"u8, text);
        events.End();
    }

    public void Annotate(JsonElement annotation)
    {
        var part = OpenPart(isRefusal: false);
        part.Annotations.Add(annotation);
        var json = Begin("response.output_text.annotation.added"u8);
        json.WriteNumber("annotation_index"u8, part.Annotations.Count - 1);
        json.WritePropertyName("annotation"u8);
        ResponsesAnnotations.WriteFlat(json, annotation);
        events.End();
    }

    /// <summary>Ends the message that is open, if one is.</summary>
    public void End(Func<OutputItem, string> statusOf)
    {
        if (_item is { } item)
        {
            EndPart();
            item.Status = statusOf(item);
            events.WriteItem("response.output_item.done"u8, item);
            _item = null;
        }
    }

    private OutputPart OpenPart(bool isRefusal)
    {
        if (_part is { } open && open.IsRefusal == isRefusal)
        {
            return open;
        }

        EndPart();
        if (_item is null)
        {
            _item = items.AddMessage();
            events.WriteItem("response.output_item.added"u8, _item);
        }

        _part = new OutputPart(isRefusal);
        _item.Parts.Add(_part);
        WritePart("response.content_part.added"u8, _part);
        return _part;
    }

    private void EndPart()
    {
        if (_part is not { } part)
        {
            return;
        }

        var json = Begin(part.IsRefusal ? "response.refusal.done"u8 : "response.output_text.done"u8);
        if (part.IsRefusal)
        {
            json.WriteString("refusal"u8, part.Text.ToString());
        }
        else
        {
            json.WriteString("text"u8, part.Text.ToString());
            OutputPart.WriteLogprobs(json, part.Logprobs);
        }

        events.End();
        WritePart("response.content_part.done"u8, part);
        _part = null;
    }

    private void WritePart(ReadOnlySpan<byte> type, OutputPart part)
    {
        var json = Begin(type);
        json.WritePropertyName("part"u8);
        part.Write(json);
        events.End();
    }

    private Utf8JsonWriter Begin(ReadOnlySpan<byte> type)
    {
        var json = events.Begin(type, _item!);
        json.WriteNumber("content_index"u8, _item!.Parts.Count - 1);
        return json;
    }
}
