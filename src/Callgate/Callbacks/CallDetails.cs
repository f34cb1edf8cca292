using System.Text.Json;
using Callgate.Wire;

namespace Callgate;

/// <summary>
/// Everything known about a call when an event fires: LiteLLM's <c>kwargs</c>, typed. Immutable: <c>with</c> makes a changed copy.
/// Holds no key; printing it is safe.
/// </summary>
public sealed record CallDetails
{
    private PayloadOf? _payload;

    /// <summary>The call's id, made by Callgate; the idempotency key of its terminal event.</summary>
    public required string LitellmCallId { get; init; }

    /// <summary>Groups calls that belong together: the caller's, or the current activity's, or the call's own id.</summary>
    public required string LitellmTraceId { get; init; }

    /// <summary>Rises from event to event within a call.</summary>
    public int Sequence { get; init; }

    /// <summary><c>pre_api_call</c>, <c>post_api_call</c>, <c>stream_event</c>, <c>successful_api_call</c> or <c>failed_api_call</c>.</summary>
    public required string LogEventType { get; init; }

    /// <summary><c>completion</c>, <c>acompletion</c>, <c>embedding</c> or <c>aembedding</c>.</summary>
    public required string CallType { get; init; }

    /// <summary>The model that is called, without the provider's name. Before routing: as the caller wrote it.</summary>
    public required string Model { get; init; }

    /// <summary>The model, or model group, as the caller wrote it.</summary>
    public required string ModelGroup { get; init; }

    /// <summary>The provider; empty before routing.</summary>
    public string CustomLlmProvider { get; init; } = "";

    /// <summary>The deployment that answered; null before routing.</summary>
    public string? ModelId { get; init; }

    /// <summary>The conversation; empty for embeddings.</summary>
    public IReadOnlyList<Message> Messages
    {
        get => field ??= WireList.WithoutNulls((Request as ChatRequest)?.Messages) ?? [];
        init;
    }

    /// <summary>The texts to embed; empty for chat.</summary>
    public IReadOnlyList<string> Input
    {
        get => field ??= (Request as EmbeddingRequest)?.Input ?? [];
        init;
    }

    /// <summary>The whole request, as shaped by hooks.</summary>
    public required LlmRequest Request
    {
        get => field ??= Body!.RequestOrEmpty;
        init;
    }

    /// <summary>The request's parameters besides model, messages and input, by their wire names. Made on first use.</summary>
    public IReadOnlyDictionary<string, JsonElement> OptionalParams => Callgate.OptionalParams.Of(Request);

    /// <summary>Whether the answer is streamed.</summary>
    public bool Stream { get; init; }

    /// <summary>The end user's id that the request names.</summary>
    public string? User
    {
        get => field ?? (Request as ChatRequest)?.User ?? (Request as EmbeddingRequest)?.User;
        init;
    }

    /// <summary>When the call began.</summary>
    public DateTimeOffset StartTime { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>When the latest attempt was sent; null before.</summary>
    public DateTimeOffset? ApiCallStartTime { get; init; }

    /// <summary>When the first chunk, or the unary answer, came; null before.</summary>
    public DateTimeOffset? CompletionStartTime { get; init; }

    /// <summary>What was sent to the provider.</summary>
    public AdditionalArgs AdditionalArgs { get; init; } = AdditionalArgs.None;

    /// <summary>The provider's raw reply: of a unary call its body, of a stream null. Decoded on use.</summary>
    public string? OriginalResponse => RawResponse?.Text;

    /// <summary>The provider's response headers, without those that carry secrets.</summary>
    public IReadOnlyDictionary<string, string> ResponseHeaders { get; init; } = AdditionalArgs.NoHeaders;

    /// <summary>The cost in USD of all attempts; null while it runs, and where it is unknown (<see cref="Cost"/> says why).</summary>
    public decimal? ResponseCost => Cost?.Total;

    /// <summary>The cost, its parts and its status; null while it runs.</summary>
    public Cost? Cost { get; init; }

    /// <summary>The tokens of all attempts, in disjoint classes.</summary>
    public TokenUsage Usage { get; init; } = TokenUsage.None;

    /// <summary>Whether the cache answered.</summary>
    public bool CacheHit { get; init; }

    /// <summary>The cache's key; null where no cache was asked.</summary>
    public string? CacheKey { get; init; }

    /// <summary>How the call ended; null while it runs.</summary>
    public CallOutcome? Outcome { get; init; }

    /// <summary>Where and why it was refused; null where it wasn't.</summary>
    public Rejection? Rejection { get; init; }

    /// <summary>How it failed; null where it didn't.</summary>
    public Exception? Exception { get; init; }

    /// <summary>The requests to providers so far.</summary>
    public IReadOnlyList<AttemptDetails> Attempts { get; init; } = [];

    /// <summary>The interceptors that ran, what they decided, and how long they took.</summary>
    public IReadOnlyList<HookRun> HookRuns { get; init; } = [];

    /// <summary>Which rerun of an agentic loop it is; 0 for a call that the caller made. The calls of a loop share their trace id.</summary>
    public int AgenticLoopDepth { get; init; }

    /// <summary>What the caller passed along with the call.</summary>
    public LitellmParams LitellmParams { get; init; } = LitellmParams.None;

    /// <summary>What the caller passed as metadata: <c>LitellmParams.Metadata</c>.</summary>
    public IReadOnlyDictionary<string, object?> Metadata => LitellmParams.Metadata;

    /// <summary>The caller's tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>State that hooks passed along.</summary>
    public CallItems Items { get; init; } = new();

    /// <summary>Whether a logging hook failed, and the content was withheld for it.</summary>
    public bool ContentWithheld { get; init; }

    /// <summary>The version of the price catalogue in use.</summary>
    public string? CatalogueVersion { get; init; }

    /// <summary>The prices and limits of the model that answered, at the call's time; null where none are known.</summary>
    public ModelPrice? ModelInfo { get; init; }

    /// <summary>The event in LiteLLM's <c>StandardLoggingPayload</c> format. Made on first use.</summary>
    public StandardLoggingPayload StandardLoggingPayload
    {
        get
        {
            // A copy made by `with` carries the original's field: the owner tells whether it is still true.
            if (_payload is not { } made || !ReferenceEquals(made.Owner, this))
            {
                _payload = made = new PayloadOf(this, Callgate.StandardLoggingPayload.From(this, Response));
            }

            return made.Payload;
        }
    }

    /// <summary>The answer as the observers see it.</summary>
    internal LlmResponse? Response
    {
        get => field?.Observed;
        init;
    }

    internal RawText? RawResponse { get; init; }

    /// <summary>What the request is read from when somebody looks at it; null where it is there.</summary>
    internal Formats.ClientBody? Body { get; init; }

    internal PayloadLimits PayloadLimits { get; init; } = PayloadLimits.Default;

    /// <summary>A short, safe form: no keys, no content beyond its first characters.</summary>
    public override string ToString() =>
        $"{LogEventType} {CallType} {Model}"
        + (Outcome is { } outcome ? $" {outcome}" : "")
        + (ResponseCost is { } cost ? $" ${cost}" : "")
        + (Usage.TotalTokens > 0 ? $" {Usage.PromptTokens}+{Usage.CompletionTokens} tokens" : "")
        + (
            Exception is { } exception
                ? $" {exception.GetType().Name}: {SafeText.Cut(SafeErrors.Clean(exception.Message))}"
                : ""
        )
        + (Messages.Count > 0 ? $" [{Messages[^1]}]" : "")
        + $" ({LitellmCallId})";

    private sealed record PayloadOf(CallDetails Owner, StandardLoggingPayload Payload);
}

/// <summary>An interceptor that ran, or was skipped.</summary>
/// <param name="Hook">The hook's name.</param>
/// <param name="Handler">The handler's name.</param>
/// <param name="Decision"><c>continue</c>, <c>replace</c>, <c>reject</c>, <c>answer</c>, <c>failed: denied</c> or <c>failed: allowed</c>.</param>
/// <param name="Duration">How long it took; of a hook that sees each chunk, all those together that it decided so; of an iterator, from the stream's first chunk to its last, and zero where the stream was broken off around it.</param>
public sealed record HookRun(string Hook, string Handler, string Decision, TimeSpan Duration);

/// <summary>What was sent to the provider.</summary>
public sealed record AdditionalArgs
{
    internal static AdditionalArgs None { get; } = new();
    internal static IReadOnlyDictionary<string, string> NoHeaders { get; } =
        System.Collections.Frozen.FrozenDictionary<string, string>.Empty;

    /// <summary>The exact body that goes to the provider, as JSON text; empty before it is known. Decoded on use.</summary>
    public string CompleteInput => RawInput?.Text ?? "";

    /// <summary>The address, without its query.</summary>
    public string? ApiBase { get; init; }

    /// <summary>The request's headers, those with secrets masked.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = NoHeaders;

    internal RawText? RawInput { get; init; }

    /// <summary>A short, safe form.</summary>
    public override string ToString() => $"{ApiBase} {SafeText.Cut(CompleteInput)}";
}

/// <summary>What the caller passed along with a call.</summary>
public sealed record LitellmParams
{
    internal static LitellmParams None { get; } = new();

    /// <summary>The caller's metadata, as it was given.</summary>
    public IReadOnlyDictionary<string, object?> Metadata { get; init; } = CallMetadata.Empty;

    /// <summary>The provider's address, where one was given.</summary>
    public string? ApiBase { get; init; }

    /// <summary>The caller's session.</summary>
    public string? SessionId { get; init; }

    /// <summary>Whether the caller asked that this call isn't logged: observers get no terminal event's content.</summary>
    public bool NoLog { get; init; }

    /// <summary>A short, safe form.</summary>
    public override string ToString() => $"{Metadata.Count} metadata entries";
}

/// <summary>UTF-8 text that is decoded when somebody looks.</summary>
internal sealed class RawText(ReadOnlyMemory<byte> utf8)
{
    private string? _text;

    public ReadOnlyMemory<byte> Utf8 => utf8;

    public string Text => _text ??= System.Text.Encoding.UTF8.GetString(utf8.Span);
}
