namespace Callgate.Testing;

/// <summary>One hook that was called.</summary>
public sealed record RecordedHook
{
    /// <summary>Its place among all that the logger recorded, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>The hook's method, e.g. <c>LogSuccessEventAsync</c>.</summary>
    public required string Hook { get; init; }

    /// <summary>The call's id.</summary>
    public required string CallId { get; init; }

    /// <summary>The call, where the hook is given one.</summary>
    public CallDetails? Call { get; init; }

    /// <summary>The answer, where the hook is given one.</summary>
    public LlmResponse? Response { get; init; }

    /// <summary>The chunk, where the hook is given one.</summary>
    public LlmChunk? Chunk { get; init; }

    /// <summary>The failure, where the hook is given one.</summary>
    public Exception? Exception { get; init; }

    /// <summary>An interceptor's context: a <see cref="HookContext"/> or a <see cref="LoggingContext"/>.</summary>
    public object? Context { get; init; }

    /// <summary>The start that the hook is told.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>The end that the hook is told.</summary>
    public DateTimeOffset? End { get; init; }

    /// <summary>The hook and the call's id.</summary>
    public override string ToString() => $"{Hook} ({CallId})";
}
