using System.Buffers;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Formats;

/// <summary>Reads a completion request as a chat request: the prompt becomes the user's message, and fields that both have go on.</summary>
internal static class CompletionsRequest
{
    public static ChatRequest Read(ReadOnlySpan<byte> body)
    {
        try
        {
            return RequestReader.Read(ToChat(JsonElement.Parse(body)), WireJson.Default.ChatRequest);
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("The request holds text that is no valid Unicode.", e);
        }
    }

    private static ReadOnlySpan<byte> ToChat(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("The request is no object.");
        }

        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        string? prompt = null;
        json.WriteStartObject();
        foreach (var property in root.EnumerateObject())
        {
            switch (property.Name)
            {
                case "prompt":
                    prompt = PromptOf(property.Value);
                    break;
                case "suffix" or "echo" or "best_of" or "logprobs":
                    RefuseUnlessIdle(property);
                    break;
                case "messages":
                    throw RequestReader.Refuse(
                        "messages",
                        "messages belong to /v1/chat/completions; this endpoint takes a prompt."
                    );
                default:
                    property.WriteTo(json);
                    break;
            }
        }

        json.WriteStartArray("messages"u8);
        json.WriteStartObject();
        json.WriteString("role"u8, "user"u8);
        json.WriteString(
            "content"u8,
            prompt ?? throw RequestReader.Refuse("prompt", "The request has no prompt: give a text.")
        );
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }

    private static string? PromptOf(JsonElement prompt)
    {
        if (prompt.ValueKind == JsonValueKind.Array)
        {
            if (prompt.GetArrayLength() != 1)
            {
                throw RequestReader.Refuse(
                    "prompt",
                    prompt.EnumerateArray().FirstOrDefault().ValueKind == JsonValueKind.Number
                        ? "prompt must be text: a chat model takes no token ids."
                        : "prompt must be one text: a chat model answers one prompt, so send a request for each."
                );
            }

            prompt = prompt[0];
        }

        return prompt.ValueKind switch
        {
            JsonValueKind.String => prompt.GetString(),
            JsonValueKind.Null => null,
            _ => throw RequestReader.Refuse("prompt", "prompt must be text: a chat model takes no token ids."),
        };
    }

    /// <summary>Clients send these fields with the values that ask for nothing.</summary>
    private static void RefuseUnlessIdle(JsonProperty property)
    {
        var isIdle = property.Value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.False => true,
            JsonValueKind.String => property.Value.ValueEquals(""u8),
            JsonValueKind.Number => property.Name == "best_of"
                && property.Value.TryGetInt32(out var count)
                && count == 1,
            _ => false,
        };
        if (!isIdle)
        {
            throw RequestReader.Refuse(
                property.Name,
                $"{property.Name} is not supported: completions are answered by chat models, which have no such thing. Leave it out."
            );
        }
    }
}
