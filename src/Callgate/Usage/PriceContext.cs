namespace Callgate;

/// <summary>What besides the usage decides the price of a call.</summary>
public sealed record PriceContext
{
    /// <summary>When the call was made; decides between peak and off-peak.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The service tier that the provider served the call at.</summary>
    public PriceTier Tier { get; init; }

    /// <summary>Whether the call went to a regional or data-residency endpoint.</summary>
    public bool Regional { get; init; }

    /// <summary>The search context size that the call asked for.</summary>
    public SearchContext SearchContext { get; init; }

    /// <summary>The quality of generated images, as the request named it.</summary>
    public string? Quality { get; init; }

    /// <summary>The size of generated images or video, as the request named it, for instance <c>1024x1024</c>.</summary>
    public string? Size { get; init; }

    /// <summary>The tier by its name in a request's or an answer's <c>service_tier</c>; what isn't known is standard.</summary>
    internal static PriceTier TierOf(string? serviceTier) =>
        serviceTier?.ToLowerInvariant() switch
        {
            "batch" => PriceTier.Batch,
            "flex" => PriceTier.Flex,
            "priority" or "fast" => PriceTier.Priority,
            _ => PriceTier.Standard,
        };
}
