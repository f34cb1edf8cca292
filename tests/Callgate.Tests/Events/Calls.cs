using Callgate.Wire;

namespace Callgate.Tests.Events;

/// <summary>Calls as the pipeline would report them.</summary>
internal static class Calls
{
    public static readonly DateTimeOffset Start = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    public static readonly ModelPrice Price = new()
    {
        InputPerMillionTokens = 2m,
        OutputPerMillionTokens = 8m,
        CachedInputPerMillionTokens = 0.5m,
        ContextWindow = 128_000,
        MaxOutputTokens = 16_000,
        Mode = "chat",
        Supports = new HashSet<string> { "tools", "vision" },
    };

    public static readonly TokenUsage Tokens = TokenUsage.FromReported(
        1000,
        200,
        cachedTokens: 400,
        reasoningTokens: 50
    );

    public static readonly Cost Computed = CostCalculator.Compute(Price, Tokens, new PriceContext { At = Start });

    public static ChatRequest Request { get; } =
        new()
        {
            Model = "gpt",
            Messages = [Message.System("Be brief."), Message.User("Why is the sky blue?")],
            Temperature = 0.5,
            MaxTokens = 100,
        };

    public static ChatCompletion Answer { get; } =
        new()
        {
            Id = "chatcmpl-1",
            Model = "gpt-4o",
            Choices = [new Choice { Message = Message.Assistant("Rayleigh scattering."), FinishReason = "stop" }],
            Usage = new Wire.Usage
            {
                PromptTokens = 1000,
                CompletionTokens = 200,
                TotalTokens = 1200,
            },
        };

    public static AttemptDetails Attempt { get; } =
        new()
        {
            Number = 1,
            Reason = "first",
            ModelId = "gpt:openai/gpt-4o",
            ModelGroup = "gpt",
            Model = "gpt-4o",
            CustomLlmProvider = "openai",
            ApiBase = "https://api.openai.com/v1",
            StartTime = Start.AddMilliseconds(100),
            EndTime = Start.AddMilliseconds(900),
            StatusCode = 200,
            Usage = Tokens,
            Cost = Computed,
        };

    public static CallDetails Success { get; } =
        new()
        {
            LitellmCallId = "call-1",
            LitellmTraceId = "trace-1",
            LogEventType = "successful_api_call",
            CallType = "acompletion",
            Model = "gpt-4o",
            ModelGroup = "gpt",
            CustomLlmProvider = "openai",
            ModelId = "gpt:openai/gpt-4o",
            Request = Request,
            Messages = Request.Messages,
            StartTime = Start,
            EndTime = Start.AddSeconds(1),
            CompletionStartTime = Start.AddMilliseconds(250),
            Usage = Tokens,
            Cost = Computed,
            ModelInfo = Price,
            CatalogueVersion = "2026-05-01",
            Outcome = CallOutcome.Completed,
            Attempts = [Attempt],
            Response = Answer,
            Sequence = 3,
        };

    public static CallDetails Failure { get; } =
        Success with
        {
            LogEventType = "failed_api_call",
            Outcome = CallOutcome.UpstreamFailed,
            Response = null,
            Usage = TokenUsage.None,
            Cost = Cost.Free("the provider refused"),
            Exception = RateLimited(),
            Attempts =
            [
                Attempt with
                {
                    Exception = RateLimited(),
                    StatusCode = 429,
                    Usage = TokenUsage.None,
                    Cost = null,
                },
            ],
        };

    public static CallDetails Stream { get; } = Success with { Stream = true, CallType = "completion" };

    public static CallDetails Cached { get; } =
        Success with
        {
            Outcome = CallOutcome.CacheHit,
            CacheHit = true,
            CacheKey = "key",
            Cost = Cost.Free("answered from the cache"),
            Attempts = [],
            Usage = TokenUsage.None,
        };

    public static CallDetails Embedding { get; } =
        Success with
        {
            CallType = "aembedding",
            Messages = [],
            Input = ["one", "two"],
            Request = new EmbeddingRequest
            {
                Model = "e",
                Input = ["one", "two"],
                Dimensions = 256,
            },
            Response = new EmbeddingResponse
            {
                Model = "e",
                Data = [new EmbeddingItem { Embedding = Enumerable.Range(0, 256).Select(i => i / 8f).ToArray() }],
            },
        };

    public static CallDetails Unpriced { get; } =
        Success with
        {
            Cost = Cost.Unpriced("no price is known"),
            ModelInfo = null,
        };

    public static CallDetails Rejected { get; } =
        Failure with
        {
            Outcome = CallOutcome.Rejected,
            CustomLlmProvider = "",
            ModelId = null,
            Attempts = [],
            CompletionStartTime = null,
            Exception = new RejectException(403, "Not allowed"),
            Rejection = new Rejection("shape", "Not allowed"),
            HookRuns = [new HookRun("PreCallHookAsync", "Guard", "reject", TimeSpan.FromMilliseconds(1.5))],
        };

    public static CallDetails Terminated { get; } =
        Failure with
        {
            Outcome = CallOutcome.Terminated,
            EndTime = null,
            CompletionStartTime = null,
            Cost = null,
            Exception = null,
            Attempts = [],
        };

    public static CallDetails Running { get; } =
        Success with
        {
            LogEventType = "pre_api_call",
            Outcome = null,
            EndTime = null,
            CompletionStartTime = null,
            Cost = null,
            Response = null,
            Attempts = [],
        };

    public static CallDetails With(IReadOnlyDictionary<string, object?> metadata) =>
        Success with
        {
            LitellmParams = new LitellmParams { Metadata = metadata },
        };

    private static LlmException RateLimited() =>
        LlmException.Create(
            LlmErrorKind.RateLimit,
            "openai refused the call: too many requests",
            new ErrorFacts(
                System.Net.HttpStatusCode.TooManyRequests,
                "openai",
                "gpt-4o",
                "rate_limit_exceeded",
                RequestId: "req-1"
            )
        );
}
