using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Callgate.Wire;

namespace Callgate;

/// <summary>
/// Your own code in the life of a call. Override what you need; the names are LiteLLM's in .NET casing.
/// </summary>
/// <remarks>
/// <para><b>Observers</b> (<c>Log…</c>) see a call and cannot affect it. They run off the call's path, one after the other
/// in the order of the events, never two at once for one handler; what they throw is caught, counted and reported once per cause.
/// A sync call fires the sync observers and an async call the async ones where both of a pair are overridden;
/// where only one is, that one is called for both.</para>
/// <para><b>Interceptors</b> (<c>…HookAsync</c>) run in the call's path and return a <see cref="HookResult"/>.
/// What they throw, and a missed deadline, follows the registration's <see cref="CallbackOptions.OnFailure"/>.
/// They may run for several calls at once: keep state of one call in <see cref="HookContext.Items"/>.</para>
/// </remarks>
[DynamicallyAccessedMembers(
    DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods
)]
public abstract class CustomLogger
{
    // ---- observers ----

    /// <summary>Before each attempt: the exact input that goes to the provider stands in <c>call.AdditionalArgs.CompleteInput</c>.</summary>
    public virtual void LogPreApiCall(string model, IReadOnlyList<Message> messages, CallDetails call) { }

    /// <inheritdoc cref="LogPreApiCall" />
    public virtual ValueTask LogPreApiCallAsync(
        string model,
        IReadOnlyList<Message> messages,
        CallDetails call,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>After each attempt that the provider answered, failures included: its raw reply stands in <c>call.OriginalResponse</c> (of a stream: null, as it has only begun). <paramref name="response"/> is null.</summary>
    public virtual void LogPostApiCall(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) { }

    /// <inheritdoc cref="LogPostApiCall" />
    public virtual ValueTask LogPostApiCallAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>Each chunk of a stream. Bounded: chunks that a slow handler can't keep up with are dropped and counted.</summary>
    public virtual void LogStreamEvent(
        CallDetails call,
        LlmChunk chunk,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) { }

    /// <inheritdoc cref="LogStreamEvent" />
    public virtual ValueTask LogStreamEventAsync(
        CallDetails call,
        LlmChunk chunk,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>A call succeeded. <paramref name="response"/> is the whole answer, assembled where it was streamed.</summary>
    public virtual void LogSuccessEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) { }

    /// <inheritdoc cref="LogSuccessEvent" />
    public virtual ValueTask LogSuccessEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>A call failed: see <c>call.Exception</c> and <c>call.Outcome</c>. <paramref name="response"/> is what had come of a stream that broke, else null.</summary>
    public virtual void LogFailureEvent(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime
    ) { }

    /// <inheritdoc cref="LogFailureEvent" />
    public virtual ValueTask LogFailureEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>A fallback answered in place of <paramref name="originalModelGroup"/>.</summary>
    public virtual ValueTask LogSuccessFallbackEventAsync(
        string originalModelGroup,
        CallDetails call,
        Exception originalException,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>A fallback for <paramref name="originalModelGroup"/> failed too.</summary>
    public virtual ValueTask LogFailureFallbackEventAsync(
        string originalModelGroup,
        CallDetails call,
        Exception originalException,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>A model group has no deployment left, or its only one is rate limited.</summary>
    public virtual ValueTask LogModelGroupRateLimitErrorAsync(
        Exception exception,
        string? originalModelGroup,
        CallDetails call,
        CancellationToken cancellationToken
    ) => default;

    // ---- interceptors: every client ----

    /// <summary>Changes what all observers see of a call, not what its caller gets: give back the changed pair with <see cref="Replace(LoggingContext)"/>. Runs once, before the first observer; meanwhile a later call's event may go ahead. Where it fails, the observers get the call without its content.</summary>
    public virtual ValueTask<HookResult> LoggingHookAsync(
        LoggingContext context,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>Builds the prompt: replace the request. The first handler that does not continue is the last that is asked.</summary>
    public virtual ValueTask<HookResult> GetChatCompletionPromptAsync(
        PromptContext context,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>Narrows the deployments that may answer. The list goes from handler to handler.</summary>
    public virtual ValueTask<IReadOnlyList<Deployment>> FilterDeploymentsAsync(
        FilterDeploymentsContext context,
        CancellationToken cancellationToken
    ) => ValueTask.FromResult(context?.HealthyDeployments!);

    /// <summary>A last look at the deployment that was picked: continue, or reject.</summary>
    public virtual ValueTask<HookResult> PreCallCheckAsync(
        PreCallCheckContext context,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>Before each attempt: replace the request that this deployment gets, or reject.</summary>
    public virtual ValueTask<HookResult> PreCallDeploymentHookAsync(
        PreCallDeploymentContext context,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>After an attempt that succeeded, before the cache is written: replace the answer, or reject. Unary calls.</summary>
    public virtual ValueTask<HookResult> PostCallSuccessDeploymentHookAsync(
        PostCallSuccessDeploymentContext context,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>After an attempt that failed, before the next one. Cannot change the outcome.</summary>
    public virtual ValueTask PostCallFailureDeploymentHookAsync(
        PostCallFailureDeploymentContext context,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>Each chunk of a stream: replace it, or reject.</summary>
    public virtual ValueTask<HookResult> PostCallStreamingDeploymentHookAsync(
        PostCallStreamingDeploymentContext context,
        CancellationToken cancellationToken
    ) => default;

    // ---- interceptors: agentic loops ----

    /// <summary>
    /// After the answer of a unary chat call, before its event: whether to answer it and call again, e.g. because you run its tool calls yourself.
    /// Handlers are asked in order; the first that says so, and whose <see cref="BuildAgenticLoopPlanAsync"/> gives a plan, wins.
    /// </summary>
    /// <remarks>
    /// Each rerun is a call of its own, with its own id, event, cost and time limit, and the trace id of the first; its answer is asked about like any other.
    /// A loop ends when nobody wants to go on, after <see cref="LlmClientOptions.MaxAgenticLoops"/> reruns, and where the model asks for the very tool calls that it asked for before.
    /// Where one of the loop's hooks fails, the next handler is asked, unless the registration says <see cref="OnHookFailure.Deny"/>.
    /// </remarks>
    public virtual ValueTask<bool> ShouldRunAgenticLoopAsync(
        AgenticLoopContext context,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>Plans the rerun: run the tools here, and give the request that holds their results; null steps back. What runs longer than 10 seconds needs a longer <see cref="CallbackOptions.Deadline"/>.</summary>
    public virtual ValueTask<AgenticLoopPlan?> BuildAgenticLoopPlanAsync(
        AgenticLoopContext context,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>The answer of a rerun that this handler has planned, before anybody is asked for another: replace it, or reject.</summary>
    public virtual ValueTask<HookResult> PostAgenticLoopResponseHookAsync(
        AgenticLoopResponseContext context,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>The end of a loop, however it ends, before the caller gets the answer or the failure: release what the loop holds. Called once for each handler that wanted to run it, also where nothing was rerun.</summary>
    public virtual ValueTask AgenticLoopCleanupHookAsync(
        AgenticLoopCleanupContext context,
        CancellationToken cancellationToken
    ) => default;

    // ---- interceptors: the gateway only ----

    /// <summary>Gateway only. After authentication, before routing: replace the request, reject it, or answer it without a provider.</summary>
    [GatewayOnly]
    public virtual ValueTask<HookResult> PreCallHookAsync(
        PreCallContext context,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>Gateway only. A client's call of the Messages API, after every <see cref="PreCallHookAsync"/> and before routing: replace the request, e.g. its tools, or reject it. Whether the answer is streamed is the client's to say: a replacement that says otherwise is a failure of the hook.</summary>
    [GatewayOnly]
    public virtual ValueTask<HookResult> PreRequestHookAsync(
        PreRequestContext context,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>Gateway only. Runs beside the call; the answer waits for both: continue, or reject.</summary>
    [GatewayOnly]
    public virtual ValueTask<HookResult> ModerationHookAsync(
        ModerationContext context,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>Gateway only. A unary answer before it goes to the client: replace it, or reject.</summary>
    [GatewayOnly]
    public virtual ValueTask<HookResult> PostCallSuccessHookAsync(
        PostCallContext context,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>Gateway only. Wraps the chunks of a stream on their way to the client. Mark the token of an async iterator with <see cref="EnumeratorCancellationAttribute"/>.</summary>
    [GatewayOnly]
    public virtual IAsyncEnumerable<LlmChunk> PostCallStreamingIteratorHook(
        StreamContext context,
        IAsyncEnumerable<LlmChunk> chunks,
        CancellationToken cancellationToken
    ) => chunks;

    /// <summary>Gateway only. Each chunk on its way to the client: replace it, or reject.</summary>
    [GatewayOnly]
    public virtual ValueTask<HookResult> PostCallStreamingHookAsync(
        StreamChunkContext context,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>Gateway only. A failure before it goes to the client: reject with another status and message to change it.</summary>
    [GatewayOnly]
    public virtual ValueTask<HookResult> PostCallFailureHookAsync(
        PostCallFailureContext context,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>Gateway only. Headers to add to the response; of a stream, before its first byte.</summary>
    [GatewayOnly]
    public virtual ValueTask<IReadOnlyDictionary<string, string>?> PostCallResponseHeadersHookAsync(
        ResponseHeadersContext context,
        CancellationToken cancellationToken
    ) => default;

    /// <summary>Gateway only. Narrows the models that a list of them shows to this key: give back a subset. It does not decide what the key may call.</summary>
    [GatewayOnly]
    public virtual ValueTask<IReadOnlyList<string>> FilterListedModelsAsync(
        FilterListedModelsContext context,
        CancellationToken cancellationToken
    ) => ValueTask.FromResult(context?.ModelNames!);

    // ---- results ----

    /// <summary>Goes on unchanged.</summary>
    protected static HookResult Continue => default;

    /// <summary>Goes on with this request.</summary>
    protected static HookResult Replace(LlmRequest request) => HookResult.Replace(request);

    /// <summary>Goes on with this answer.</summary>
    protected static HookResult Replace(LlmResponse response) => HookResult.Replace(response);

    /// <summary>Goes on with this chunk.</summary>
    protected static HookResult Replace(LlmChunk chunk) => HookResult.Replace(chunk);

    /// <summary>Lets the observers see this instead.</summary>
    protected static HookResult Replace(LoggingContext context) => HookResult.Replace(context);

    /// <summary>Refuses the call.</summary>
    /// <param name="statusCode">An HTTP status from 400 to 599.</param>
    /// <param name="message">What the caller is told.</param>
    protected static HookResult Reject(int statusCode, string message) =>
        HookResult.Reject(new RejectException(statusCode, message));

    /// <summary>Answers the call without a provider, at no cost.</summary>
    protected static HookResult Answer(LlmResponse response) => HookResult.Answer(response);
}
