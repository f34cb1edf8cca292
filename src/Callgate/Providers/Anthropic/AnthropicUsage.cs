using System.Text.Json;
using Callgate.Wire;

namespace Callgate.Providers.Anthropic;

/// <summary>
/// Gathers the usage that Anthropic reports: once in an answer, in pieces over a stream, where later counts replace earlier ones.
/// Anthropic counts cached and written tokens beside the input, OpenAI's format within the prompt.
/// </summary>
internal sealed class AnthropicUsage
{
    private long? _input;
    private long? _output;
    private long? _cacheRead;
    private long? _cacheWrite;
    private long? _cacheWrite1h;
    private long? _thinking;
    private string? _tier;
    private string? _speed;
    private ExtraFields? _extra;

    /// <summary>
    /// The tier in OpenAI's words, as far as it decides the price: the fast mode costs more, as OpenAI's priority does.
    /// Anthropic's own priority is capacity that was paid for beforehand, at the usual price.
    /// </summary>
    public string? ServiceTier =>
        _speed == "fast" ? "priority"
        : _tier == "batch" ? "batch"
        : _tier is not null ? "default"
        : null;

    public void Add(JsonElement usage)
    {
        if (usage.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var property in usage.EnumerateObject())
        {
            var value = property.Value;
            switch (property.Name)
            {
                case "input_tokens":
                    _input = Number(value) ?? _input;
                    break;
                case "output_tokens":
                    _output = Number(value) ?? _output;
                    break;
                case "cache_read_input_tokens":
                    _cacheRead = Number(value) ?? _cacheRead;
                    break;
                case "cache_creation_input_tokens":
                    _cacheWrite = Number(value) ?? _cacheWrite;
                    break;
                case "cache_creation" when value.ValueKind == JsonValueKind.Object:
                    AddCacheCreation(value);
                    break;
                case "output_tokens_details" when value.ValueKind == JsonValueKind.Object:
                    _thinking = value.TryGetProperty("thinking_tokens", out var thinking)
                        ? Number(thinking) ?? _thinking
                        : _thinking;
                    break;
                // Names of ours: a second field of the same name would make the JSON ambiguous.
                case "prompt_tokens"
                or "completion_tokens"
                or "total_tokens"
                or "prompt_tokens_details"
                or "completion_tokens_details":
                    break;
                default:
                    if (value.IsSomething())
                    {
                        Keep(property.Name, value);
                    }

                    break;
            }
        }
    }

    private void AddCacheCreation(JsonElement creation)
    {
        var in5m = creation.TryGetProperty("ephemeral_5m_input_tokens", out var five) ? Number(five) : null;
        var in1h = creation.TryGetProperty("ephemeral_1h_input_tokens", out var hour) ? Number(hour) : null;
        _cacheWrite1h = in1h ?? _cacheWrite1h;
        _cacheWrite ??= in5m is null && in1h is null ? null : (in5m ?? 0) + (in1h ?? 0);
    }

    private void Keep(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String && name is "service_tier" or "speed")
        {
            var text = value.GetString();
            (_tier, _speed) = name == "speed" ? (_tier, text) : (text, _speed);
        }

        (_extra ??= new ExtraFields()).Set(name, value.Clone());
    }

    /// <summary>The usage so far; null while nothing was reported.</summary>
    public Usage? ToUsage()
    {
        if (_input is null && _output is null)
        {
            return null;
        }

        var prompt = (_input ?? 0) + (_cacheRead ?? 0) + (_cacheWrite ?? 0);
        var completion = _output ?? 0;
        return new Usage
        {
            PromptTokens = prompt,
            CompletionTokens = completion,
            TotalTokens = prompt + completion,
            PromptTokensDetails =
                _cacheRead is null && _cacheWrite is null
                    ? null
                    : new PromptTokensDetails
                    {
                        CachedTokens = _cacheRead,
                        CacheCreationTokens = _cacheWrite,
                        CacheCreation1hTokens = _cacheWrite1h,
                    },
            CompletionTokensDetails = _thinking is null
                ? null
                : new CompletionTokensDetails { ReasoningTokens = _thinking },
            // More may come to what is given away here.
            AdditionalProperties = _extra?.Copy(),
        };
    }

    private static long? Number(JsonElement value) =>
        value.ValueKind != JsonValueKind.Number ? null
        : value.TryGetInt64(out var whole) ? whole
        : value.TryGetDouble(out var fraction) && Math.Abs(fraction) < long.MaxValue ? (long)fraction
        : null;
}
