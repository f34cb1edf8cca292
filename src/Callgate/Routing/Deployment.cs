using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Callgate;

/// <summary>One place where a model runs: what LiteLLM's <c>model_list</c> calls an entry. Immutable.</summary>
public sealed record Deployment
{
    /// <summary>The model group that this deployment serves: the name that callers use, or a pattern of such names (<c>openai/*</c>, <c>*</c>).</summary>
    public required string ModelName { get; init; }

    /// <summary>The model it really is, as <c>provider/model</c> or a well-known bare name. Stars in it stand for what those of <see cref="ModelName"/> stood for.</summary>
    public required string Model { get; init; }

    /// <summary>Its id in events; made from the fields above where it isn't given.</summary>
    [AllowNull]
    public string Id
    {
        get => field ??= ApiBase is null ? $"{ModelName}:{Model}" : $"{ModelName}:{Model}@{AddressForId(ApiBase)}";
        init;
    }

    /// <summary>The address, where it isn't the provider's own.</summary>
    public string? ApiBase { get; init; }

    /// <summary>The key, where it isn't the client's or the environment's. Never part of an event.</summary>
    public Secret? ApiKey { get; init; }

    /// <summary>Azure's API version.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>The model that sets the price, where the deployment's name doesn't tell it (Azure).</summary>
    public string? BaseModel { get; init; }

    /// <summary>Its share among the group's deployments. Default 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>The most an attempt may take here; of a stream, until its first event. Then the next deployment is tried. Default: no bound besides the client's timeouts.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The same for streams, until the first event. Default: <see cref="Timeout"/>.</summary>
    public TimeSpan? StreamTimeout { get; init; }

    /// <summary>Headers to add to each request.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = AdditionalArgs.NoHeaders;

    /// <summary>What becomes of a stream whose client leaves the gateway in mid-stream. Default: it is aborted.</summary>
    public OnClientGone OnClientGone { get; init; }

    /// <summary>
    /// Whether requests of the Responses API are translated for its chat completions (true), or go to it as they are (false). Default: they
    /// go to OpenAI itself, and to Azure's v1 path, as they are.
    /// </summary>
    public bool? UseChatCompletionsApi { get; init; }

    /// <summary>Its own price, over the catalogue's.</summary>
    public ModelPrice? Price { get; init; }

    /// <summary>A short, safe form.</summary>
    public override string ToString() => Id;

    // Ids are told to everybody, and a query may hold a secret: of it there is a mark, so that two addresses are still two.
    private static string AddressForId(string apiBase)
    {
        var address = PayloadParts.Address(apiBase);
        var query = apiBase.IndexOf('?', StringComparison.Ordinal);
        return query < 0
            ? address ?? ""
            : $"{address}?{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(apiBase[query..])).AsSpan(0, 4))}";
    }
}

/// <summary>What becomes of a stream whose client has left.</summary>
public enum OnClientGone
{
    /// <summary>The provider's connection is closed at once; what it would have reported is estimated.</summary>
    Abort,

    /// <summary>It is read on, for a bounded time, to learn the true bill.</summary>
    Drain,
}
