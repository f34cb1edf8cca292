using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Callgate.Wire;

namespace Callgate.Gateway.Tests.Conformance;

/// <summary>A hook that was called.</summary>
internal sealed record Fired(Hooks Hook, string CallId, CallDetails? Call);

/// <summary>Counts the hooks of each call, and changes nothing.</summary>
internal sealed class Counter(Hooks hooks) : CustomLogger, IHookSource
{
    private readonly ConcurrentQueue<Fired> _fired = new();

    /// <summary>Every hook, of a pair of observers the async one: the gateway's calls are async.</summary>
    public static Hooks All { get; } = Rules.All.Keys.Aggregate(Hooks.None, (all, hook) => all | hook);

    public static Hooks Observers { get; } =
        Rules.All.Keys.Where(Rules.IsObserver).Aggregate(Hooks.None, (all, hook) => all | hook);

    public Hooks Hooks => hooks;

    public ILookup<string, Fired> ByCall => _fired.ToLookup(f => f.CallId);

    public override ValueTask LogPreApiCallAsync(
        string model,
        IReadOnlyList<Message> messages,
        CallDetails call,
        CancellationToken cancellationToken
    ) => Note(call);

    public override ValueTask LogPostApiCallAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => Note(call);

    public override ValueTask LogStreamEventAsync(
        CallDetails call,
        LlmChunk chunk,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => Note(call);

    public override ValueTask LogSuccessEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => Note(call);

    public override ValueTask LogFailureEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => Note(call);

    public override ValueTask LogSuccessFallbackEventAsync(
        string originalModelGroup,
        CallDetails call,
        Exception originalException,
        CancellationToken cancellationToken
    ) => Note(call);

    public override ValueTask LogFailureFallbackEventAsync(
        string originalModelGroup,
        CallDetails call,
        Exception originalException,
        CancellationToken cancellationToken
    ) => Note(call);

    public override ValueTask LogModelGroupRateLimitErrorAsync(
        Exception exception,
        string? originalModelGroup,
        CallDetails call,
        CancellationToken cancellationToken
    ) => Note(call);

    public override async ValueTask<HookResult> LoggingHookAsync(
        LoggingContext context,
        CancellationToken cancellationToken
    )
    {
        await Note(context.Call);
        return Continue;
    }

    public override ValueTask<HookResult> PreCallHookAsync(
        PreCallContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override ValueTask<HookResult> PreRequestHookAsync(
        PreRequestContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override ValueTask<HookResult> GetChatCompletionPromptAsync(
        PromptContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override ValueTask<HookResult> ModerationHookAsync(
        ModerationContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override ValueTask<IReadOnlyList<Deployment>> FilterDeploymentsAsync(
        FilterDeploymentsContext context,
        CancellationToken cancellationToken
    )
    {
        Note(context);
        return new(context.HealthyDeployments);
    }

    public override ValueTask<HookResult> PreCallCheckAsync(
        PreCallCheckContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override ValueTask<HookResult> PreCallDeploymentHookAsync(
        PreCallDeploymentContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override ValueTask<HookResult> PostCallSuccessDeploymentHookAsync(
        PostCallSuccessDeploymentContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override ValueTask PostCallFailureDeploymentHookAsync(
        PostCallFailureDeploymentContext context,
        CancellationToken cancellationToken
    )
    {
        Note(context);
        return default;
    }

    public override ValueTask<HookResult> PostCallStreamingDeploymentHookAsync(
        PostCallStreamingDeploymentContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override ValueTask<bool> ShouldRunAgenticLoopAsync(
        AgenticLoopContext context,
        CancellationToken cancellationToken
    )
    {
        Note(context);
        return default;
    }

    public override ValueTask<HookResult> PostCallSuccessHookAsync(
        PostCallContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override async IAsyncEnumerable<LlmChunk> PostCallStreamingIteratorHook(
        StreamContext context,
        IAsyncEnumerable<LlmChunk> chunks,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        Note(context);
        await foreach (var chunk in chunks.WithCancellation(cancellationToken))
        {
            yield return chunk;
        }
    }

    public override ValueTask<HookResult> PostCallStreamingHookAsync(
        StreamChunkContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override ValueTask<HookResult> PostCallFailureHookAsync(
        PostCallFailureContext context,
        CancellationToken cancellationToken
    ) => Note(context);

    public override ValueTask<IReadOnlyDictionary<string, string>?> PostCallResponseHeadersHookAsync(
        ResponseHeadersContext context,
        CancellationToken cancellationToken
    )
    {
        Note(context);
        return default;
    }

    private ValueTask Note(CallDetails call, [CallerMemberName] string hook = "")
    {
        _fired.Enqueue(new Fired(Enum.Parse<Hooks>(hook), call.LitellmCallId, call));
        return default;
    }

    private HookResult Note(HookContext context, [CallerMemberName] string hook = "")
    {
        _fired.Enqueue(new Fired(Enum.Parse<Hooks>(hook), context.LitellmCallId, null));
        return Continue;
    }
}
