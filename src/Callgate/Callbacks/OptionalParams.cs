using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Callgate.Wire;

namespace Callgate;

/// <summary>A request's parameters besides its content, by wire name; made once per request, and only where somebody looks.</summary>
internal static class OptionalParams
{
    private static readonly ConditionalWeakTable<LlmRequest, IReadOnlyDictionary<string, JsonElement>> s_made = [];

    public static IReadOnlyDictionary<string, JsonElement> Of(LlmRequest request) => s_made.GetValue(request, Make);

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private static IReadOnlyDictionary<string, JsonElement> Make(LlmRequest request)
    {
        var element = request switch
        {
            ChatRequest chat => JsonSerializer.SerializeToElement(
                chat with
                {
                    Messages = [],
                    // JSON has no word for these; the call is refused for them.
                    Temperature = Finite(chat.Temperature),
                    TopP = Finite(chat.TopP),
                    PresencePenalty = Finite(chat.PresencePenalty),
                    FrequencyPenalty = Finite(chat.FrequencyPenalty),
                },
                WireJson.Default.ChatRequest
            ),
            EmbeddingRequest embedding => JsonSerializer.SerializeToElement(
                embedding with
                {
                    Input = [],
                },
                WireJson.Default.EmbeddingRequest
            ),
            _ => default,
        };
        return element.ValueKind != JsonValueKind.Object
            ? FrozenDictionary<string, JsonElement>.Empty
            : element
                .EnumerateObject()
                .Where(p => p.Name is not ("model" or "messages" or "input"))
                .ToFrozenDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
    }
}
