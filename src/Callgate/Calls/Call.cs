using System.Diagnostics;
using Callgate.Wire;

namespace Callgate.Calls;

/// <summary>
/// One call from its arrival to its terminal event: what is known so far, and the latch that lets it end exactly once.
/// Steps of the pipeline write it one after the other; <see cref="TryClose"/> alone may race.
/// </summary>
internal sealed class Call
{
    private volatile Attempt[] _attempts = [];
    private HookRun[]? _hookRuns;
    private CallItems? _items;
    private int _closed;
    private int _sequence;
    private LlmRequest? _request;
    private LlmRequest? _rerouted;

    public Call(ClientRuntime runtime, LlmRequest request, CallOptions options, CallKind kind)
        : this(runtime, request.Model, options, kind) => _request = request;

    /// <summary>A call that came to the gateway.</summary>
    public Call(ClientRuntime runtime, string model, GatewayCall gateway, CallOptions options, CallKind kind)
        : this(runtime, model, options, kind)
    {
        Gateway = gateway;
        _request = gateway.Body is null ? gateway.ClientRequest : null;
    }

    private Call(ClientRuntime runtime, string model, CallOptions options, CallKind kind)
    {
        Runtime = runtime;
        Options = options;
        Kind = kind;
        Callbacks = runtime.CallbacksFor(options);
        Id = CallIds.New();
        TraceId = options.TraceId ?? Activity.Current?.TraceId.ToHexString() ?? Id;
        StartTime = runtime.Time.GetUtcNow();
        ModelGroup = Model = model;
    }

    public ClientRuntime Runtime { get; }
    public string Id { get; }
    public string TraceId { get; }
    public CallKind Kind { get; }
    public CallOptions Options { get; set; }

    /// <summary>Null where the call was not made through the gateway.</summary>
    public GatewayCall? Gateway { get; init; }
    public CallbackSet Callbacks { get; }
    public DateTimeOffset StartTime { get; }

    /// <summary>The model as the caller wrote it.</summary>
    public string ModelGroup { get; }

    /// <summary>The model to route to: what the caller wrote, or what a hook has put in its place.</summary>
    public string Model { get; private set; }

    /// <summary>The request, as shaped so far. Read from the client's bytes when it is first asked for.</summary>
    public LlmRequest Request
    {
        get
        {
            if (_request is { } known)
            {
                return known;
            }

            var read = Gateway!.Body!.RequestOrEmpty;
            return read.Model == Model ? read
                : _rerouted is { } made && made.Model == Model ? made
                : _rerouted = read with { Model = Model };
        }
        set
        {
            _request = value;
            Model = value.Model;
        }
    }

    /// <summary>Routes to another model, and leaves the rest of the client's bytes as they are.</summary>
    public void RouteTo(string model)
    {
        Model = model;
        _request = _request is { } known ? known with { Model = model } : null;
    }

    public IReadOnlyList<Attempt> Attempts => _attempts;
    public Attempt? Attempt => _attempts is [.., var last] ? last : null;
    public string? CacheKey { get; set; }
    public Rejection? Rejection { get; set; }

    /// <summary>Of a cache hit: who would have answered.</summary>
    public AttemptTarget? KeptTarget { get; set; }

    /// <summary>Of a cache hit: what that would have been billed by.</summary>
    public ModelPrice? KeptPrice { get; set; }
    public Activity? Activity { get; set; }
    public CallItems Items
    {
        get => _items ??= new CallItems();
        init => _items = value;
    }

    /// <summary>The loop that the call is part of, where it may have one.</summary>
    public AgenticLoop? Loop { get; set; }

    /// <summary>Which rerun of its loop it is; 0: none.</summary>
    public int AgenticLoopDepth { get; init; }

    /// <summary>The interceptors that have run.</summary>
    public IReadOnlyList<HookRun> HookRuns => _hookRuns ?? [];

    /// <summary>What it costs; null until it is closed.</summary>
    public Cost? Cost { get; set; }

    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>Lets the first caller, and only the first, end the call.</summary>
    public bool TryClose() => Interlocked.Exchange(ref _closed, 1) == 0;

    /// <summary>What holds the call's connection; aborted by whoever ends the call from outside.</summary>
    public IAbortable? Upstream { get; set; }

    // The neighbours in the runtime's list of open calls.
    public Call? Next { get; set; }
    public Call? Previous { get; set; }

    // Copied, as the call may be ended from outside, and described, at any moment.
    public void Add(Attempt attempt) => _attempts = [.. _attempts, attempt];

    public void Add(HookRun run) => Change(runs => With(runs, run));

    /// <summary>An interceptor that was put down when it began has ended.</summary>
    public void Replace(HookRun begun, HookRun ended) =>
        Change(runs => Array.ConvertAll(runs, r => ReferenceEquals(r, begun) ? ended : r));

    // Moderation runs beside the others.
    private void Change(Func<HookRun[], HookRun[]> change)
    {
        HookRun[]? before;
        do
        {
            before = Volatile.Read(ref _hookRuns);
        } while (Interlocked.CompareExchange(ref _hookRuns, change(before ?? []), before) != before);
    }

    /// <summary>Of a hook that sees each chunk, what decided the same is one entry: a long stream must not make a long event.</summary>
    private static HookRun[] With(HookRun[] runs, HookRun run)
    {
        var same = run.Hook
            is nameof(CustomLogger.PostCallStreamingHookAsync)
                or nameof(CustomLogger.PostCallStreamingDeploymentHookAsync)
            ? Array.FindIndex(runs, r => r.Hook == run.Hook && r.Handler == run.Handler && r.Decision == run.Decision)
            : -1;
        if (same < 0)
        {
            return [.. runs, run];
        }

        HookRun[] summed = [.. runs];
        summed[same] = run with { Duration = runs[same].Duration + run.Duration };
        return summed;
    }

    /// <summary>What is known now, for an event.</summary>
    public CallDetails Describe(string logEventType, IReadOnlyList<AttemptDetails>? attempts = null)
    {
        var attempt = Attempt;
        var target = attempt?.Target ?? KeptTarget;
        return new CallDetails
        {
            LitellmCallId = Id,
            LitellmTraceId = TraceId,
            Sequence = Interlocked.Increment(ref _sequence),
            LogEventType = logEventType,
            CallType = Kind.CallType,
            Model = target?.Model ?? ModelGroup,
            ModelGroup = ModelGroup,
            CustomLlmProvider = target?.ProviderName ?? "",
            ModelId = target?.Deployment.Id,
            Request = _request!,
            Body = _request is null ? Gateway!.Body : null,
            Stream = Kind.IsStream,
            StartTime = StartTime,
            ApiCallStartTime = attempt?.StartTime,
            CompletionStartTime = attempt?.FirstAnswerTime,
            AdditionalArgs = attempt is null
                ? AdditionalArgs.None
                : new AdditionalArgs
                {
                    ApiBase = attempt.Target.ApiBase,
                    Headers = SafeHeaders.Of(attempt.RequestHeaders),
                    RawInput = attempt.Input,
                },
            RawResponse = attempt?.RawResponse,
            ResponseHeaders = attempt?.ResponseHeaders ?? AdditionalArgs.NoHeaders,
            CacheKey = CacheKey,
            Rejection = Rejection,
            Attempts = Array.ConvertAll(_attempts, a => a.ToDetails()),
            HookRuns = _hookRuns ?? [],
            LitellmParams = ReferenceEquals(Options, CallOptions.Default)
                ? LitellmParams.None
                : new LitellmParams
                {
                    Metadata = Options.Metadata,
                    ApiBase = Options.ApiBase,
                    SessionId = Options.SessionId,
                    NoLog = Options.NoLog,
                },
            Tags = Options.Tags,
            Items = Items,
            AgenticLoopDepth = AgenticLoopDepth,
            CatalogueVersion = Runtime.Prices.Version,
            ModelInfo = attempt?.Price ?? KeptPrice,
            PayloadLimits = Runtime.Options.PayloadLimits,
        };
    }
}

/// <summary>What kind of call it is.</summary>
/// <param name="CallType">LiteLLM's name of the operation.</param>
/// <param name="IsSync">Whether the caller waits synchronously.</param>
/// <param name="IsStream">Whether the answer is streamed.</param>
/// <param name="IsObserved">Whether another client makes the call, and only its events are ours.</param>
/// <param name="IsTraced">Whether something below makes the call's span, so that one of ours would count it twice.</param>
internal readonly record struct CallKind(
    string CallType,
    bool IsSync,
    bool IsStream,
    bool IsObserved = false,
    bool IsTraced = false
)
{
    public static CallKind Chat(bool isSync, bool isStream, bool isObserved = false) =>
        new(isSync ? "completion" : "acompletion", isSync, isStream, isObserved);

    public static CallKind Embedding(bool isSync, bool isObserved = false) =>
        new(isSync ? "embedding" : "aembedding", isSync, false, isObserved);
}
