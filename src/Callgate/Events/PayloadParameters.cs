using System.Collections.Frozen;
using System.Text.Json;

namespace Callgate;

/// <summary>The request's parameters that an event may hold.</summary>
internal static class PayloadParameters
{
    // Only what is known is kept: an unknown field may hold headers, or a key.
    private static readonly FrozenSet<string> s_known = FrozenSet.Create(
        StringComparer.Ordinal,
        "audio",
        "best_of",
        "dimensions",
        "echo",
        "encoding_format",
        "frequency_penalty",
        "function_call",
        "functions",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_tokens",
        "min_p",
        "modalities",
        "n",
        "parallel_tool_calls",
        "prediction",
        "presence_penalty",
        "prompt_cache_key",
        "prompt_cache_retention",
        "reasoning_effort",
        "repetition_penalty",
        "response_format",
        "safety_identifier",
        "seed",
        "service_tier",
        "stop",
        "store",
        "stream",
        "stream_options",
        "suffix",
        "temperature",
        "thinking",
        "tool_choice",
        "tools",
        "top_k",
        "top_logprobs",
        "top_p",
        "user",
        "verbosity",
        "web_search_options"
    );

    /// <summary>The parameters; where the content is withheld, only those that can't hold any.</summary>
    public static (JsonElement? Value, bool Truncated) Of(CallDetails call, bool withheld)
    {
        var parameters = call
            .OptionalParams.Where(p => s_known.Contains(p.Key))
            .Where(p =>
                !withheld || p.Value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
            )
            .OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => KeyValuePair.Create(p.Key, (object?)p.Value));
        var element = PayloadContent.Write(
            call.PayloadLimits,
            (w, b) => MetadataJson.WriteEntries(w, b, parameters),
            out var truncated
        );
        return (element, truncated);
    }

    public static StandardLoggingBuiltInToolsParams? BuiltInTools(CallDetails call)
    {
        JsonElement? search = call.OptionalParams.TryGetValue("web_search_options", out var options)
            ? Bounded(call, options)
            : null;
        JsonElement? files = null;
        if (call.OptionalParams.TryGetValue("tools", out var tools) && tools.ValueKind == JsonValueKind.Array)
        {
            foreach (var tool in tools.EnumerateArray())
            {
                if (
                    tool.ValueKind == JsonValueKind.Object
                    && tool.TryGetProperty("type", out var type)
                    && type.ValueKind == JsonValueKind.String
                    && type.ValueEquals("file_search")
                )
                {
                    files = Bounded(call, tool);
                    break;
                }
            }
        }

        return search is null && files is null ? null : new() { WebSearchOptions = search, FileSearch = files };
    }

    private static JsonElement Bounded(CallDetails call, JsonElement element) =>
        PayloadContent.Write(call.PayloadLimits with { MaxMetadataBytes = 4096 }, (_, b) => b.Copy(element, 0), out _);
}
