using System.Text.Json.Serialization;
using Callgate.Wire;

namespace Callgate;

/// <summary>An answer of a model: the base of <see cref="ChatCompletion"/> and <see cref="EmbeddingResponse"/>. Immutable.</summary>
public abstract record LlmResponse : WireObject
{
    /// <summary>The provider's id of the answer.</summary>
    public string? Id { get; init; }

    /// <summary>The model that answered.</summary>
    public string? Model { get; init; }

    /// <summary>The tokens as the provider reported them; null where it reported none.</summary>
    public Usage? Usage { get; init; }

    /// <summary>What Callgate knows about the answer besides its content. Not part of the JSON.</summary>
    [JsonIgnore]
    public HiddenParams HiddenParams { get; init; } = HiddenParams.None;

    /// <summary>When the cache was given it; null where it isn't from one, or from one that loses this.</summary>
    [JsonIgnore]
    internal DateTimeOffset? KeptAt { get; init; }

    /// <summary>The answer's text; empty where it has none.</summary>
    [JsonIgnore]
    public abstract string Text { get; }

    /// <summary>A copy with this text in place of the answer's own.</summary>
    public abstract LlmResponse WithText(string text);

    /// <summary>A copy that brings the gateway's client one more response header (LiteLLM's <c>_hidden_params.additional_headers</c>). Unary answers; for streams there is <see cref="CustomLogger.PostCallResponseHeadersHookAsync"/>.</summary>
    public LlmResponse WithHeader(string name, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        return this with
        {
            HiddenParams = HiddenParams with
            {
                AdditionalHeaders = new Dictionary<string, string>(
                    HiddenParams.AdditionalHeaders,
                    StringComparer.OrdinalIgnoreCase
                )
                {
                    [name] = value,
                },
            },
        };
    }

    /// <summary>The answer as users' code may look at it: this, unless the provider's bytes are passed through and nobody has parsed them yet.</summary>
    [JsonIgnore]
    internal virtual LlmResponse Typed => this;

    /// <summary>The same for observers, who can't be told that it can't be parsed: then they get its figures.</summary>
    [JsonIgnore]
    internal virtual LlmResponse Observed => this;

    /// <summary>A short, safe form: no secrets, long text is cut.</summary>
    public override string ToString() =>
        Usage is { } usage
            ? $"{Model}: {SafeText.Cut(Text)} ({usage.PromptTokens} + {usage.CompletionTokens} tokens)"
            : $"{Model}: {SafeText.Cut(Text)}";
}

/// <summary>What Callgate knows about an answer besides its content.</summary>
public sealed record HiddenParams
{
    internal static HiddenParams None { get; } = new();

    /// <summary>The call's id.</summary>
    public string? CallId { get; init; }

    /// <summary>The deployment that answered.</summary>
    public string? ModelId { get; init; }

    /// <summary>The address that answered, without its query.</summary>
    public string? ApiBase { get; init; }

    /// <summary>The cost in USD; null where it is unknown (see the event's cost status).</summary>
    public decimal? ResponseCost { get; init; }

    /// <summary>Whether the answer came from the cache.</summary>
    public bool CacheHit { get; init; }

    /// <summary>The provider's response headers, and those that hooks add.</summary>
    public IReadOnlyDictionary<string, string> AdditionalHeaders { get; init; } = AdditionalArgs.NoHeaders;
}
