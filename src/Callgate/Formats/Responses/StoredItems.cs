using System.Buffers;
using System.Text.Json;

namespace Callgate.Formats.Responses;

/// <summary>Items with ids. An id names the response that its item is kept with, so that a reference to it finds the way.</summary>
internal static class StoredItems
{
    private const string ResponsePrefix = "resp_";

    /// <summary>The id of an item that an answer brings.</summary>
    public static string OutputId(string prefix, string responseId, int place) =>
        $"{prefix}_{Suffix(responseId)}o{place}";

    /// <summary>The response that the item with this id is kept with.</summary>
    public static string? ResponseIdOf(string itemId)
    {
        var start = itemId.IndexOf('_') + 1;
        var end = itemId.AsSpan().LastIndexOfAny('o', 'i');
        return start > 0 && end > start ? string.Concat(ResponsePrefix, itemId.AsSpan(start, end - start)) : null;
    }

    /// <summary>A user's text as an item.</summary>
    public static JsonElement MessageOf(JsonElement text) =>
        JsonElement.Parse(
            $$"""{"type":"message","role":"user","content":[{"type":"input_text","text":{{text.GetRawText()}}}]}"""
        );

    /// <summary>The input of a response as it is kept: each item with an id and a type, and messages with parts.</summary>
    public static ReadOnlyMemory<byte> WriteInput(string responseId, IReadOnlyList<JsonElement> input)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer, ResponseObject.JsonOptions);
        json.WriteStartArray();
        for (var i = 0; i < input.Count; i++)
        {
            WriteItem(json, input[i], responseId, i);
        }

        json.WriteEndArray();
        json.Flush();
        return buffer.WrittenMemory;
    }

    public static string? IdOf(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object
        && item.TryGetProperty("id", out var id)
        && id.ValueKind == JsonValueKind.String
            ? id.GetString()
            : null;

    private static void WriteItem(Utf8JsonWriter json, JsonElement item, string responseId, int place)
    {
        var fields = new FieldReader(item, "");
        var type = fields.String("type") ?? "message";
        json.WriteStartObject();
        json.WriteString("id"u8, IdOf(item) ?? $"{PrefixOf(type)}_{Suffix(responseId)}i{place}");
        json.WriteString("type"u8, type);
        if (type == "message" && !fields.Has("status"))
        {
            json.WriteString("status"u8, "completed"u8);
        }

        foreach (var property in item.EnumerateObject())
        {
            switch (property.Name)
            {
                case "id" or "type":
                    break;
                case "content" when property.Value.ValueKind == JsonValueKind.String:
                    WriteText(json, property.Value, fields.String("role") == "assistant");
                    break;
                default:
                    property.WriteTo(json);
                    break;
            }
        }

        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, JsonElement text, bool isAnswer)
    {
        json.WriteStartArray("content"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, isAnswer ? "output_text"u8 : "input_text"u8);
        json.WritePropertyName("text"u8);
        text.WriteTo(json);
        if (isAnswer)
        {
            json.WriteStartArray("annotations"u8);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static string PrefixOf(string type) =>
        type switch
        {
            "function_call" => "fc",
            "function_call_output" => "fco",
            "custom_tool_call" => "ctc",
            "custom_tool_call_output" => "ctco",
            "reasoning" => "rs",
            _ => "msg",
        };

    private static ReadOnlySpan<char> Suffix(string responseId) =>
        responseId.StartsWith(ResponsePrefix, StringComparison.Ordinal)
            ? responseId.AsSpan(ResponsePrefix.Length)
            : responseId;
}
