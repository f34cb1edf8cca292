using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Callgate.Testing;

/// <summary>Puts another usage into a reply.</summary>
internal static class UsageLie
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static bool IsStream(string contentType) =>
        contentType.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase);

    public static ReadOnlyMemory<byte> Tell(ReadOnlyMemory<byte> bytes, bool isStream, string usage)
    {
        var text = Encoding.UTF8.GetString(bytes.Span);
        return Encoding.UTF8.GetBytes(
            isStream ? string.Join('\n', text.Split('\n').Select(l => Line(l, usage))) : Object(text, usage)
        );
    }

    private static string Line(string line, string usage) =>
        line.StartsWith("data:", StringComparison.Ordinal) ? $"data: {Object(line[5..].Trim(), usage)}" : line;

    private static string Object(string json, string usage)
    {
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(json);
        }
        catch (JsonException)
        {
            return json; // [DONE], or a body that is broken on purpose
        }

        // Anthropic's streams have it in a message, OpenAI's Responses in a response.
        var holder = root as JsonObject;
        return Replace(root, usage) | Replace(holder?["message"], usage) | Replace(holder?["response"], usage)
            ? root!.ToJsonString(s_json)
            : json;
    }

    // "usage":null is not usage.
    private static bool Replace(JsonNode? node, string usage)
    {
        if (node is not JsonObject holder || holder["usage"] is not JsonObject)
        {
            return false;
        }

        holder["usage"] = JsonNode.Parse(usage);
        return true;
    }
}
