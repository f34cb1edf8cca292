using Callgate.Wire;

namespace Callgate;

/// <summary>What the gateway's interceptors are told besides.</summary>
public abstract record GatewayHookContext : HookContext
{
    /// <summary>Who calls.</summary>
    public UserApiKey UserApiKey { get; init; } = new();

    /// <summary>The request.</summary>
    public required LlmRequest Data { get; init; }
}

/// <summary>Given to <see cref="CustomLogger.PreCallHookAsync"/>.</summary>
public sealed record PreCallContext : GatewayHookContext;

/// <summary>Given to <see cref="CustomLogger.PreRequestHookAsync"/>. The request is a <see cref="ChatRequest"/>, whatever the client's format.</summary>
public sealed record PreRequestContext : GatewayHookContext;

/// <summary>Given to <see cref="CustomLogger.ModerationHookAsync"/>.</summary>
public sealed record ModerationContext : GatewayHookContext;

/// <summary>Given to <see cref="CustomLogger.PostCallSuccessHookAsync"/>.</summary>
public sealed record PostCallContext : GatewayHookContext
{
    /// <summary>The answer.</summary>
    public required LlmResponse Response { get; init; }
}

/// <summary>Given to <see cref="CustomLogger.PostCallStreamingIteratorHook"/>.</summary>
public sealed record StreamContext : GatewayHookContext;

/// <summary>Given to <see cref="CustomLogger.PostCallStreamingHookAsync"/>.</summary>
public sealed record StreamChunkContext : GatewayHookContext
{
    /// <summary>The chunk.</summary>
    public required LlmChunk Chunk { get; init; }
}

/// <summary>Given to <see cref="CustomLogger.PostCallFailureHookAsync"/>.</summary>
public sealed record PostCallFailureContext : GatewayHookContext
{
    /// <summary>How the call failed.</summary>
    public required Exception OriginalException { get; init; }
}

/// <summary>Given to <see cref="CustomLogger.PostCallResponseHeadersHookAsync"/>.</summary>
public sealed record ResponseHeadersContext : GatewayHookContext
{
    /// <summary>The answer; null on a failure and before the first byte of a stream.</summary>
    public LlmResponse? Response { get; init; }

    /// <summary>The request's headers, without those that carry secrets.</summary>
    public IReadOnlyDictionary<string, string> RequestHeaders { get; init; } = new Dictionary<string, string>();

    /// <summary>The provider that answered, or failed last; null where none was asked.</summary>
    public string? CustomLlmProvider { get; init; }

    /// <summary>The deployment's id.</summary>
    public string? ModelId { get; init; }

    /// <summary>The deployment's address, without its query.</summary>
    public string? ApiBase { get; init; }
}

/// <summary>Given to <see cref="CustomLogger.FilterListedModelsAsync"/>.</summary>
public sealed record FilterListedModelsContext
{
    /// <summary>Who asks for the list.</summary>
    public UserApiKey UserApiKey { get; init; } = new();

    /// <summary>The models that the key may call, by the names that clients use. Return a subset.</summary>
    public required IReadOnlyList<string> ModelNames { get; init; }
}
