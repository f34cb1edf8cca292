using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Callgate;

/// <summary>One bit per hook method of <see cref="CustomLogger"/>.</summary>
[Flags]
internal enum Hooks : ulong
{
    None = 0,
    LogPreApiCall = 1UL << 0,
    LogPreApiCallAsync = 1UL << 1,
    LogPostApiCall = 1UL << 2,
    LogPostApiCallAsync = 1UL << 3,
    LogStreamEvent = 1UL << 4,
    LogStreamEventAsync = 1UL << 5,
    LogSuccessEvent = 1UL << 6,
    LogSuccessEventAsync = 1UL << 7,
    LogFailureEvent = 1UL << 8,
    LogFailureEventAsync = 1UL << 9,
    LogSuccessFallbackEventAsync = 1UL << 10,
    LogFailureFallbackEventAsync = 1UL << 11,
    LogModelGroupRateLimitErrorAsync = 1UL << 12,
    LoggingHookAsync = 1UL << 13,
    GetChatCompletionPromptAsync = 1UL << 14,
    FilterDeploymentsAsync = 1UL << 15,
    PreCallCheckAsync = 1UL << 16,
    PreCallDeploymentHookAsync = 1UL << 17,
    PostCallSuccessDeploymentHookAsync = 1UL << 18,
    PostCallFailureDeploymentHookAsync = 1UL << 19,
    PostCallStreamingDeploymentHookAsync = 1UL << 20,
    PreCallHookAsync = 1UL << 21,
    ModerationHookAsync = 1UL << 22,
    PostCallSuccessHookAsync = 1UL << 23,
    PostCallStreamingIteratorHook = 1UL << 24,
    PostCallStreamingHookAsync = 1UL << 25,
    PostCallFailureHookAsync = 1UL << 26,
    PostCallResponseHeadersHookAsync = 1UL << 27,

    PreApi = LogPreApiCall | LogPreApiCallAsync,
    PostApi = LogPostApiCall | LogPostApiCallAsync,
    StreamEvent = LogStreamEvent | LogStreamEventAsync,
    Success = LogSuccessEvent | LogSuccessEventAsync,
    Failure = LogFailureEvent | LogFailureEventAsync,
    GatewayOnly =
        PreCallHookAsync
        | ModerationHookAsync
        | PostCallSuccessHookAsync
        | PostCallStreamingIteratorHook
        | PostCallStreamingHookAsync
        | PostCallFailureHookAsync
        | PostCallResponseHeadersHookAsync,
}

/// <summary>A handler of our own that knows its hooks without reflection.</summary>
internal interface IHookSource
{
    Hooks Hooks { get; }
}

/// <summary>Finds out which hooks a handler overrides, and which of its methods only look like hooks.</summary>
internal static class HookScan
{
    // Weak, so that callback code that is loaded and unloaded at run time isn't kept.
    private static readonly ConditionalWeakTable<Type, Scan> s_scans = [];

    public static Hooks HooksOf(CustomLogger handler) =>
        handler is IHookSource known ? known.Hooks : Of(handler).Overridden;

    public static IReadOnlyList<string> LookalikesOf(CustomLogger handler) =>
        handler is IHookSource ? [] : Of(handler).Lookalikes;

    private static Scan Of(CustomLogger handler)
    {
        var type = handler.GetType();
        return s_scans.TryGetValue(type, out var scan)
            ? scan
            : s_scans.GetValue(type, _ => Make(handler));
    }

    private static Scan Make(CustomLogger handler)
    {
        var hooks = Hooks.None;
        var lookalikes = new List<string>();
        foreach (var method in handler.GetType().GetMethods())
        {
            var declared = method.DeclaringType;
            if (declared == typeof(CustomLogger) || declared == typeof(object))
            {
                continue;
            }

            var isOverride =
                method.IsVirtual
                && method.GetBaseDefinition().DeclaringType == typeof(CustomLogger);
            if (isOverride && Enum.TryParse<Hooks>(method.Name, out var hook))
            {
                hooks |= hook;
            }
            else if (!isOverride && LooksLikeHook(method.Name))
            {
                lookalikes.Add(method.Name);
            }
        }

        return new Scan(hooks, lookalikes);
    }

    /// <summary>A name of a hook in any casing, with or without Async, or LiteLLM's own spelling of it.</summary>
    internal static bool LooksLikeHook(string name)
    {
        var plain = Plain(name);
        return plain.Length > 0
            && Enum.GetNames<Hooks>().Any(h => IsHookName(h) && Plain(h) == plain);

        static bool IsHookName(string h) =>
            h
                is not (
                    "None"
                    or "PreApi"
                    or "PostApi"
                    or "StreamEvent"
                    or "Success"
                    or "Failure"
                    or "GatewayOnly"
                );

        static string Plain(string text) =>
            text.Replace("_", "", StringComparison.Ordinal)
                .Replace("async", "", StringComparison.OrdinalIgnoreCase)
                .ToUpperInvariant();
    }

    private sealed record Scan(Hooks Overridden, IReadOnlyList<string> Lookalikes);
}
