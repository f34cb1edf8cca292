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
    private List<HookRun>? _hookRuns;
    private CallItems? _items;
    private int _closed;
    private int _sequence;

    public Call(ClientRuntime runtime, LlmRequest request, CallOptions options, CallKind kind)
    {
        Runtime = runtime;
        Request = request;
        Options = options;
        Kind = kind;
        Callbacks = runtime.CallbacksFor(options);
        Id = Guid.CreateVersion7().ToString();
        TraceId = options.TraceId ?? Activity.Current?.TraceId.ToHexString() ?? Id;
        StartTime = runtime.Time.GetUtcNow();
        ModelGroup = request.Model;
    }

    public ClientRuntime Runtime { get; }
    public string Id { get; }
    public string TraceId { get; }
    public CallKind Kind { get; }
    public CallOptions Options { get; }
    public CallbackSet Callbacks { get; }
    public DateTimeOffset StartTime { get; }

    /// <summary>The model as the caller wrote it.</summary>
    public string ModelGroup { get; }

    /// <summary>The request, as shaped so far.</summary>
    public LlmRequest Request { get; set; }

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

    public void Add(HookRun run)
    {
        // Interceptors of one call run one after the other, but a snapshot may be taken beside them.
        _hookRuns = _hookRuns is null ? [run] : [.. _hookRuns, run];
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
            Messages = WireList.WithoutNulls((Request as ChatRequest)?.Messages) ?? [],
            Input = (Request as EmbeddingRequest)?.Input ?? [],
            Request = Request,
            Stream = Kind.IsStream,
            User = (Request as ChatRequest)?.User ?? (Request as EmbeddingRequest)?.User,
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
