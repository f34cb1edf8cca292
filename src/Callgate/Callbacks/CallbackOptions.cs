namespace Callgate;

/// <summary>How a handler is registered. The defaults just work.</summary>
public sealed record CallbackOptions
{
    /// <summary>The handler's name in events and diagnostics; its type's name by default.</summary>
    public string? Name { get; init; }

    /// <summary>Interceptors run by rising order, and in list order where it is equal. Default 0.</summary>
    public int Order { get; init; }

    /// <summary>How long one interceptor may take; then <see cref="OnFailure"/> decides. Default 10 seconds.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What happens when an interceptor throws, misses its deadline, or returns what its hook can't use. Default: deny where the hook can refuse or rewrite, else allow.</summary>
    public OnHookFailure OnFailure { get; init; }
}

/// <summary>What happens when an interceptor fails.</summary>
public enum OnHookFailure
{
    /// <summary>Deny where the hook can refuse or rewrite, else allow.</summary>
    Default,

    /// <summary>The call is refused.</summary>
    Deny,

    /// <summary>The call goes on without the hook.</summary>
    Allow,
}
