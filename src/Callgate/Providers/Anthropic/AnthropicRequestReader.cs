using System.Collections.Frozen;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Providers.Anthropic;

/// <summary>
/// Reads a Messages API request, as another client wrote it, as a chat request: the way back of <see cref="AnthropicRequest"/>.
/// What has no place in OpenAI's format is kept under its own name, and would go out again as it came.
/// </summary>
internal static class AnthropicRequestReader
{
    private static readonly FrozenSet<string> s_typed = FrozenSet.Create(
        StringComparer.Ordinal,
        "system",
        "max_tokens",
        "temperature",
        "top_p",
        "stop_sequences",
        "stream",
        "thinking",
        "service_tier",
        "tools",
        "tool_choice",
        "metadata"
    );

    /// <exception cref="JsonException">The request is not what Anthropic documents.</exception>
    public static ChatRequest Read(ReadOnlySpan<byte> body)
    {
        try
        {
            return Read(JsonElement.Parse(body));
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("The request is not what Anthropic documents.", e);
        }
    }

    private static ChatRequest Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGet("messages", JsonValueKind.Array, out var turns))
        {
            throw new JsonException("The request has no messages.");
        }

        var messages = new List<Message>(turns.GetArrayLength() + 1);
        var request = new ChatRequest
        {
            Model = root.StringOf("model") ?? throw new JsonException("The request has no model."),
            Messages = messages,
            IsAnthropic = true,
        };
        ExtraFields? extra = null;
        foreach (var property in root.EnumerateObject())
        {
            var value = property.Value;
            switch (property.Name)
            {
                case "model" or "messages":
                // What is null is not set: written again beside what we set, it would be there twice.
                case var name when !value.IsSomething() && s_typed.Contains(name):
                    break;
                case "system":
                    messages.Add(AnthropicMessageReader.ReadSystem(value));
                    break;
                case "max_tokens" when value.TryGetInt32(out var most):
                    request = request with { MaxTokens = most };
                    break;
                case "temperature" when value.ValueKind == JsonValueKind.Number:
                    request = request with { Temperature = value.GetDouble() };
                    break;
                case "top_p" when value.ValueKind == JsonValueKind.Number:
                    request = request with { TopP = value.GetDouble() };
                    break;
                case "stop_sequences" when value.ValueKind == JsonValueKind.Array:
                    request = request with { Stop = [.. value.EnumerateArray().Select(s => s.GetString() ?? "")] };
                    break;
                case "stream" when value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                    request = request with { Stream = value.GetBoolean() };
                    break;
                case "thinking":
                    request = request with { Thinking = value };
                    break;
                case "service_tier" when value.ValueKind == JsonValueKind.String:
                    request = request with { ServiceTier = value.GetString() };
                    break;
                case "tools" when value.ValueKind == JsonValueKind.Array:
                    request = request with { Tools = [.. value.EnumerateArray().Select(ReadTool)] };
                    break;
                case "tool_choice" when value.ValueKind == JsonValueKind.Object:
                    request = WithChoice(request, value);
                    break;
                case "metadata" when IsUserAlone(value):
                    request = request with { User = value.StringOf("user_id") };
                    break;
                case var name when s_typed.Contains(name) && name != "metadata":
                    throw new JsonException($"The request's {name} is not of the kind that Anthropic documents.");
                default:
                    (extra ??= new ExtraFields()).Set(property.Name, value);
                    break;
            }
        }

        foreach (var turn in turns.EnumerateArray())
        {
            AnthropicMessageReader.Read(turn, messages);
        }

        return request with
        {
            AdditionalProperties = extra,
        };
    }

    private static bool IsUserAlone(JsonElement metadata) =>
        metadata.ValueKind == JsonValueKind.Object
        && metadata.StringOf("user_id") is not null
        && metadata.GetPropertyCount() == 1;

    private static ToolDefinition ReadTool(JsonElement tool)
    {
        JsonElement? mark = tool.TryGetProperty("cache_control", out var given) ? given : null;
        var type = tool.StringOf("type");
        if (
            type is null or "custom"
            && tool.TryGet("input_schema", JsonValueKind.Object, out var schema)
            && tool.StringOf("name") is { } name
        )
        {
            return new ToolDefinition
            {
                CacheControl = mark,
                Function = new FunctionDefinition
                {
                    Name = name,
                    Description = tool.StringOf("description"),
                    Parameters = schema,
                    Strict =
                        tool.TryGetProperty("strict", out var strict)
                        && strict.ValueKind is JsonValueKind.True or JsonValueKind.False
                            ? strict.GetBoolean()
                            : null,
                    AdditionalProperties = tool.Rest(
                        "type",
                        "name",
                        "description",
                        "input_schema",
                        "strict",
                        "cache_control"
                    ),
                },
            };
        }

        return new ToolDefinition
        {
            Type = type ?? "custom",
            CacheControl = mark,
            AdditionalProperties = tool.Rest("type", "cache_control"),
        };
    }

    private static ChatRequest WithChoice(ChatRequest request, JsonElement choice) =>
        request with
        {
            ToolChoice = choice.StringOf("type") switch
            {
                "auto" => WireJson.ElementOf("auto"),
                "any" => WireJson.ElementOf("required"),
                "none" => WireJson.ElementOf("none"),
                "tool" when choice.StringOf("name") is { } name => JsonElement.Parse(
                    $$$"""{"type":"function","function":{"name":{{{WireJson.ElementOf(name).GetRawText()}}}}}"""
                ),
                _ => choice,
            },
            ParallelToolCalls = choice.TryGet("disable_parallel_tool_use", JsonValueKind.True, out _) ? false : null,
        };

    /// <summary>The fields besides these; null where there are none.</summary>
    public static ExtraFields? Rest(this JsonElement element, params ReadOnlySpan<string> known)
    {
        ExtraFields? rest = null;
        foreach (var property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                (rest ??= new ExtraFields()).Set(property.Name, property.Value);
            }
        }

        return rest;
    }
}
