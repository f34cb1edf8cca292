using Microsoft.Extensions.Logging;

namespace Callgate;

/// <summary>Options of an <see cref="LlmClient"/>. The defaults just work. Read once, when the client is made.</summary>
public sealed class LlmClientOptions
{
    /// <summary>Handlers for every call.</summary>
    public CallbackList Callbacks { get; set; } = [];

    /// <summary>Functions called before each attempt.</summary>
    public InputCallbackList InputCallbacks { get; } = new();

    /// <summary>Functions called after each success.</summary>
    public CallbackFunctionList SuccessCallbacks { get; } = new(FunctionEvent.Success);

    /// <summary>Functions called after each failure.</summary>
    public CallbackFunctionList FailureCallbacks { get; } = new(FunctionEvent.Failure);

    /// <summary>Keys by provider, e.g. <c>["openai"]</c>. Default: the usual environment variables.</summary>
    public IDictionary<string, Secret> ApiKeys { get; } =
        new Dictionary<string, Secret>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Addresses by provider. Default: the usual environment variables, then the provider's own address.</summary>
    public IDictionary<string, string> ApiBases { get; } =
        new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Model groups: deployments of the same <see cref="Deployment.ModelName"/> share its calls by weight. A name with stars, such as <c>openai/*</c>, serves every model that matches it and has no group of its own; the most specific pattern wins.</summary>
    public IList<Deployment> Deployments { get; } = [];

    /// <summary>By model group: the models to try in order when it fails.</summary>
    public IDictionary<string, IReadOnlyList<string>> Fallbacks { get; } =
        new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>The models to try when one fails that has no <see cref="Fallbacks"/> of its own. Default: none.</summary>
    public IList<string> DefaultFallbacks { get; } = [];

    /// <summary>By model group: the models to try when the prompt is too long for it.</summary>
    public IDictionary<string, IReadOnlyList<string>> ContextWindowFallbacks { get; } =
        new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>By model group: the models to try when its content policy refuses.</summary>
    public IDictionary<string, IReadOnlyList<string>> ContentPolicyFallbacks { get; } =
        new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    /// <summary>How often a failed attempt is tried again, 0 to 100. Default 2.</summary>
    public int NumRetries { get; set; } = 2;

    /// <summary>The pause before the first retry; it doubles each time, with jitter. Default 0.5 seconds.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest pause before a retry. A provider's <c>Retry-After</c> beyond it ends the tries. Default 60 seconds.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The most a whole call may take, retries included; of a stream, until its end. Default 10 minutes.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The most that connecting may take. Default 15 seconds.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The most until a stream's first event. Default: no bound besides <see cref="Timeout"/>.</summary>
    public TimeSpan? FirstTokenTimeout { get; set; }

    /// <summary>The most between two events of a stream. Default 5 minutes.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a consumer may leave a stream unread before it counts as abandoned. Default 10 minutes.</summary>
    public TimeSpan AbandonTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a deployment that was rate limited or unavailable gets no calls while its group has others. Default 5 seconds.</summary>
    public TimeSpan CooldownTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many such failures within a minute a deployment may have before it is taken out for <see cref="CooldownTime"/>. Default 0: the first takes it out.</summary>
    public int AllowedFails { get; set; }

    /// <summary>How many reruns an agentic loop may have, 0 to 100; see <see cref="CustomLogger.ShouldRunAgenticLoopAsync"/>. At the limit the caller gets the answer at hand. 0: nobody is asked. Default 3.</summary>
    public int MaxAgenticLoops { get; set; } = 3;

    /// <summary>Keeps answers and gives them again for the same request. Default: none.</summary>
    public ICallCache? Cache { get; set; }

    /// <summary>The prices. Default: the built-in catalogue.</summary>
    public PriceCatalogue Prices { get; set; } = PriceCatalogue.Default;

    /// <summary>Observers get no messages and no answers, only the figures.</summary>
    public bool TurnOffMessageLogging { get; set; }

    /// <summary>How much of a call's content its <see cref="CallDetails.StandardLoggingPayload"/> holds.</summary>
    public PayloadLimits PayloadLimits { get; set; } = PayloadLimits.Default;

    /// <summary>How many events one observer may lag behind before further ones are dropped, and counted. Default 10,000.</summary>
    public int MaxPendingEvents { get; set; } = 10_000;

    /// <summary>How long <c>Dispose</c>, and the end of the process, wait for observers. Default 5 seconds.</summary>
    public TimeSpan FlushTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest answer that is read, in bytes; of a stream, the longest event, which is never above 64 MiB. Default 256 MiB.</summary>
    public long MaxResponseBytes { get; set; } = 256L << 20;

    /// <summary>Sends the HTTP requests, e.g. for a proxy. Default: one handler that all clients share. The client does not dispose it.</summary>
    public HttpMessageHandler? HttpMessageHandler { get; set; }

    /// <summary>For diagnostics: what each handler overrides, handlers that fail, events that are dropped. Default: warnings go to standard error.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Whether the gateway is in front of the client, so that hooks of the gateway run.</summary>
    internal bool IsGateway { get; set; }

    /// <summary>Tells the time. Default: the system's clock.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
