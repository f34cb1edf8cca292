using System.Text.Json;

namespace Callgate;

/// <summary>What is known about an answer besides its content.</summary>
public sealed record StandardLoggingHiddenParams
{
    /// <summary>The deployment's id.</summary>
    public string? ModelId { get; init; }

    /// <summary>The cache's key.</summary>
    public string? CacheKey { get; init; }

    /// <summary>The address that answered.</summary>
    public string? ApiBase { get; init; }

    /// <summary>The cost in USD; null where it is unknown.</summary>
    public decimal? ResponseCost { get; init; }

    /// <summary>The milliseconds of the call that no attempt accounts for; null while it runs.</summary>
    public double? LitellmOverheadTimeMs { get; init; }

    /// <summary>The answer's headers, without those that carry secrets; the six of rate limits as <c>x_ratelimit_…</c>. Null where there are none.</summary>
    public JsonElement? AdditionalHeaders { get; init; }

    /// <summary>The models of a batch.</summary>
    public IReadOnlyList<string>? BatchModels { get; init; }

    /// <summary>How many requests of a batch succeeded.</summary>
    public int? BatchSuccessfulRequests { get; init; }

    /// <summary>How many failed.</summary>
    public int? BatchFailedRequests { get; init; }

    /// <summary>The model's name as it was sent to the provider.</summary>
    public string? LitellmModelName { get; init; }

    /// <summary>The usage in OpenAI's format; null where nothing is known.</summary>
    public JsonElement? UsageObject { get; init; }

    /// <summary>A short, safe form.</summary>
    public override string ToString() => $"{LitellmModelName} at {ApiBase}";
}
