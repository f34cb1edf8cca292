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
    ShouldRunAgenticLoopAsync = 1UL << 28,
    BuildAgenticLoopPlanAsync = 1UL << 29,
    PostAgenticLoopResponseHookAsync = 1UL << 30,
    AgenticLoopCleanupHookAsync = 1UL << 31,
    FilterListedModelsAsync = 1UL << 32,
    PreRequestHookAsync = 1UL << 33,

    PreApi = LogPreApiCall | LogPreApiCallAsync,
    PostApi = LogPostApiCall | LogPostApiCallAsync,
    StreamEvent = LogStreamEvent | LogStreamEventAsync,
    Success = LogSuccessEvent | LogSuccessEventAsync,
    Failure = LogFailureEvent | LogFailureEventAsync,
    RewritesChunks = PostCallStreamingDeploymentHookAsync | PostCallStreamingIteratorHook | PostCallStreamingHookAsync,
    AgenticLoop =
        ShouldRunAgenticLoopAsync
        | BuildAgenticLoopPlanAsync
        | PostAgenticLoopResponseHookAsync
        | AgenticLoopCleanupHookAsync,
    GatewayOnly =
        PreCallHookAsync
        | PreRequestHookAsync
        | ModerationHookAsync
        | PostCallSuccessHookAsync
        | PostCallStreamingIteratorHook
        | PostCallStreamingHookAsync
        | PostCallFailureHookAsync
        | PostCallResponseHeadersHookAsync
        | FilterListedModelsAsync,
}

/// <summary>A handler of our own that knows its hooks without reflection.</summary>
internal interface IHookSource
{
    Hooks Hooks { get; }
}
