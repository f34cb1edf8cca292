namespace Callgate;

/// <summary>What goes along with one call besides the request itself; none of it is sent to the provider. Immutable; the defaults just work.</summary>
public sealed record CallOptions
{
    internal static CallOptions Default { get; } = new();

    /// <summary>Passed to callbacks as it is: <c>call.Metadata</c>.</summary>
    public IReadOnlyDictionary<string, object?> Metadata { get; init; } = CallMetadata.Empty;

    /// <summary>Tags for spend reports and callbacks.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Groups calls that belong together. Default: the current activity's trace id, else the call's own id.</summary>
    public string? TraceId { get; init; }

    /// <summary>The caller's session.</summary>
    public string? SessionId { get; init; }

    /// <summary>The most the whole call may take, retries included. Default: the client's.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Of a stream: the most that an attempt may take until its first event. Default: the deployment's, or the client's.</summary>
    public TimeSpan? StreamTimeout { get; init; }

    /// <summary>How often a failed attempt is tried again, 0 to 100. Default: the client's.</summary>
    public int? NumRetries { get; init; }

    /// <summary>Models to try in order when this one fails. Default: the client's.</summary>
    public IReadOnlyList<string>? Fallbacks { get; init; }

    /// <summary>The provider's key. Default: the deployment's, the client's, or the environment's.</summary>
    public Secret? ApiKey { get; init; }

    /// <summary>The provider's address. Default: the deployment's, the client's, or the provider's own.</summary>
    public string? ApiBase { get; init; }

    /// <summary>Azure's API version.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>The model that sets the price, where the model's name doesn't tell it (Azure deployments).</summary>
    public string? BaseModel { get; init; }

    /// <summary>Headers to add to the provider's request.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = AdditionalArgs.NoHeaders;

    /// <summary>How this call uses the cache, where the client has one.</summary>
    public CacheControl Cache { get; init; } = CacheControl.Default;

    /// <summary>Handlers for this call only, besides the client's.</summary>
    public IReadOnlyList<CustomLogger> Callbacks { get; init; } = [];

    /// <summary>Observers get no event of this call. It is still counted.</summary>
    public bool NoLog { get; init; }

    /// <summary>The id of a prompt, for <see cref="CustomLogger.GetChatCompletionPromptAsync"/>.</summary>
    public string? PromptId { get; init; }

    /// <summary>The values for the prompt's placeholders.</summary>
    public IReadOnlyDictionary<string, string> PromptVariables { get; init; } = AdditionalArgs.NoHeaders;

    /// <summary>Answers the call locally, in the model's own wire format and at its prices, without a key. <c>mock/MODEL</c> does so too.</summary>
    public MockOptions? Mock { get; init; }

    /// <summary>Leaves parameters out that the provider doesn't have, instead of refusing the call. Default false.</summary>
    public bool DropParams { get; init; }
}

/// <summary>How a call uses the cache.</summary>
public sealed record CacheControl
{
    internal static CacheControl Default { get; } = new();

    /// <summary>Don't look in the cache.</summary>
    public bool NoCache { get; init; }

    /// <summary>Don't keep the answer.</summary>
    public bool NoStore { get; init; }

    /// <summary>How long to keep the answer. Default: the cache's.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>How old an answer from the cache may be. Default: as old as the cache keeps it.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Keeps these answers apart from others, e.g. per tenant.</summary>
    public string? Namespace { get; init; }
}
