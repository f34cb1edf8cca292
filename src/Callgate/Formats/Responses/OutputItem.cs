using System.Text;
using System.Text.Json;

namespace Callgate.Formats.Responses;

/// <summary>An item of an answer, whole or growing.</summary>
internal abstract class OutputItem(string id, int index)
{
    public const string Completed = "completed";
    public const string Incomplete = "incomplete";
    public const string InProgress = "in_progress";

    public string Id { get; } = id;

    /// <summary>Its place in the answer.</summary>
    public int Index { get; } = index;

    public string Status { get; set; } = InProgress;

    /// <summary>Writes it as it is now.</summary>
    public abstract void Write(Utf8JsonWriter json);
}

/// <summary>A block of reasoning: its text is the only part of the summary.</summary>
internal sealed class ReasoningOutput(string id, int index) : OutputItem(id, index)
{
    public StringBuilder Text { get; } = new();

    /// <summary>What makes it whole again when it is given back; null where nothing does.</summary>
    public string? Seal { get; set; }

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("type"u8, "reasoning"u8);
        json.WriteStartArray("summary"u8);
        if (Text.Length > 0)
        {
            WritePart(json, Text.ToString());
        }

        json.WriteEndArray();
        if (Seal is not null)
        {
            json.WriteString("encrypted_content"u8, Seal);
        }

        json.WriteEndObject();
    }

    public static void WritePart(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "summary_text"u8);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }
}

/// <summary>What is said.</summary>
internal sealed class MessageOutput(string id, int index) : OutputItem(id, index)
{
    public List<OutputPart> Parts { get; } = [];

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("status"u8, Status);
        json.WriteStartArray("content"u8);
        foreach (var part in Parts)
        {
            part.Write(json);
        }

        json.WriteEndArray();
        json.WriteString("role"u8, "assistant"u8);
        json.WriteEndObject();
    }
}

/// <summary>A text or a refusal within a message.</summary>
internal sealed class OutputPart(bool isRefusal)
{
    public bool IsRefusal { get; } = isRefusal;
    public StringBuilder Text { get; } = new();

    /// <summary>In the chat format.</summary>
    public List<JsonElement> Annotations { get; } = [];

    public List<JsonElement> Logprobs { get; } = [];

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (IsRefusal)
        {
            json.WriteString("type"u8, "refusal"u8);
            json.WriteString("refusal"u8, Text.ToString());
        }
        else
        {
            json.WriteString("type"u8, "output_text"u8);
            json.WriteStartArray("annotations"u8);
            foreach (var annotation in Annotations)
            {
                ResponsesAnnotations.WriteFlat(json, annotation);
            }

            json.WriteEndArray();
            WriteLogprobs(json, Logprobs);
            json.WriteString("text"u8, Text.ToString());
        }

        json.WriteEndObject();
    }

    public static void WriteLogprobs(Utf8JsonWriter json, IEnumerable<JsonElement> tokens)
    {
        json.WriteStartArray("logprobs"u8);
        foreach (var token in tokens)
        {
            token.WriteTo(json);
        }

        json.WriteEndArray();
    }

    /// <summary>The tokens of a choice's log probabilities.</summary>
    public static IEnumerable<JsonElement> TokensOf(JsonElement? logprobs) =>
        logprobs is { ValueKind: JsonValueKind.Object } some
        && some.TryGetProperty("content", out var tokens)
        && tokens.ValueKind == JsonValueKind.Array
            ? tokens.EnumerateArray()
            : [];
}

/// <summary>A call of a function or a custom tool.</summary>
internal sealed class CallOutput(string id, int index, string callId, string name, bool isCustom)
    : OutputItem(id, index)
{
    public string Name { get; } = name;
    public bool IsCustom { get; } = isCustom;

    /// <summary>The arguments of the function; of a custom tool, too, until they are <see cref="Input"/>.</summary>
    public StringBuilder Arguments { get; } = new();

    /// <summary>What a custom tool is given.</summary>
    public string Input => CustomInput.Unwrap(Arguments.ToString());

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("type"u8, IsCustom ? "custom_tool_call"u8 : "function_call"u8);
        json.WriteString("status"u8, Status);
        if (IsCustom)
        {
            json.WriteString("input"u8, Status == InProgress ? "" : Input);
        }
        else
        {
            json.WriteString("arguments"u8, Arguments.ToString());
        }

        json.WriteString("call_id"u8, callId);
        json.WriteString("name"u8, Name);
        json.WriteEndObject();
    }
}

/// <summary>An item of a kind that has no place in the chat format, as its provider wrote it.</summary>
internal sealed class OtherOutput(string id, int index, JsonElement item) : OutputItem(id, index)
{
    public override void Write(Utf8JsonWriter json) => item.WriteTo(json);
}
