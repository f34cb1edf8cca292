using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Callgate;

/// <summary>Says who observes the calls of a chat client or an embedding generator, and how. The defaults just work.</summary>
public sealed class CallgateBuilder
{
    internal CallgateBuilder() { }

    internal LlmClientOptions Options { get; } = new();

    /// <summary>The prices. Default: the built-in catalogue.</summary>
    public PriceCatalogue Prices
    {
        get => Options.Prices;
        set => Options.Prices = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>For diagnostics. Default: the services' own; without one, warnings go to standard error.</summary>
    public ILoggerFactory? LoggerFactory
    {
        get => Options.LoggerFactory;
        set => Options.LoggerFactory = value;
    }

    /// <inheritdoc cref="LlmClientOptions.FlushTimeout" />
    public TimeSpan FlushTimeout
    {
        get => Options.FlushTimeout;
        set => Options.FlushTimeout = value;
    }

    /// <inheritdoc cref="LlmClientOptions.AbandonTimeout" />
    public TimeSpan AbandonTimeout
    {
        get => Options.AbandonTimeout;
        set => Options.AbandonTimeout = value;
    }

    /// <inheritdoc cref="LlmClientOptions.TurnOffMessageLogging" />
    public bool TurnOffMessageLogging
    {
        get => Options.TurnOffMessageLogging;
        set => Options.TurnOffMessageLogging = value;
    }

    /// <inheritdoc cref="LlmClientOptions.MaxPendingEvents" />
    public int MaxPendingEvents
    {
        get => Options.MaxPendingEvents;
        set => Options.MaxPendingEvents = value;
    }

    /// <inheritdoc cref="LlmClientOptions.TimeProvider" />
    public TimeProvider TimeProvider
    {
        get => Options.TimeProvider;
        set => Options.TimeProvider = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>Adds a handler, or a built-in one by its name, e.g. <c>"console"</c>. Its observers are called; hooks that change or refuse are not, since the calls are another client's.</summary>
    /// <exception cref="ArgumentException">There is no built-in callback of that name.</exception>
    public CallgateBuilder AddCallback(Callback callback, CallbackOptions? options = null)
    {
        Options.Callbacks.Add(callback, options ?? new CallbackOptions());
        return this;
    }

    /// <summary>Adds a function that is called before each request goes to the inner client.</summary>
    public CallgateBuilder OnInput(Action<CallDetails> function)
    {
        Options.InputCallbacks.Add(function);
        return this;
    }

    /// <inheritdoc cref="OnInput(Action{CallDetails})" />
    [OverloadResolutionPriority(1)]
    public CallgateBuilder OnInput(Func<CallDetails, Task> function)
    {
        Options.InputCallbacks.Add(function);
        return this;
    }

    /// <summary>Adds a function that is called after each success.</summary>
    public CallgateBuilder OnSuccess(Action<CallDetails> function)
    {
        Add(Options.SuccessCallbacks, function);
        return this;
    }

    /// <inheritdoc cref="OnSuccess(Action{CallDetails})" />
    [OverloadResolutionPriority(1)]
    public CallgateBuilder OnSuccess(Func<CallDetails, Task> function)
    {
        Add(Options.SuccessCallbacks, function);
        return this;
    }

    /// <summary>Adds a function that is called after each success, with the answer and its times.</summary>
    public CallgateBuilder OnSuccess(Action<CallDetails, LlmResponse?, DateTimeOffset, DateTimeOffset> function)
    {
        Options.SuccessCallbacks.Add(function);
        return this;
    }

    /// <inheritdoc cref="OnSuccess(Action{CallDetails, LlmResponse, DateTimeOffset, DateTimeOffset})" />
    [OverloadResolutionPriority(1)]
    public CallgateBuilder OnSuccess(Func<CallDetails, LlmResponse?, DateTimeOffset, DateTimeOffset, Task> function)
    {
        Options.SuccessCallbacks.Add(function);
        return this;
    }

    /// <summary>Adds a function that is called after each failure; <c>call.Outcome</c> and <c>call.Exception</c> say which.</summary>
    public CallgateBuilder OnFailure(Action<CallDetails> function)
    {
        Add(Options.FailureCallbacks, function);
        return this;
    }

    /// <inheritdoc cref="OnFailure(Action{CallDetails})" />
    [OverloadResolutionPriority(1)]
    public CallgateBuilder OnFailure(Func<CallDetails, Task> function)
    {
        Add(Options.FailureCallbacks, function);
        return this;
    }

    /// <summary>Adds a function that is called after each failure, with what came of the answer, and its times.</summary>
    public CallgateBuilder OnFailure(Action<CallDetails, LlmResponse?, DateTimeOffset, DateTimeOffset> function)
    {
        Options.FailureCallbacks.Add(function);
        return this;
    }

    /// <inheritdoc cref="OnFailure(Action{CallDetails, LlmResponse, DateTimeOffset, DateTimeOffset})" />
    [OverloadResolutionPriority(1)]
    public CallgateBuilder OnFailure(Func<CallDetails, LlmResponse?, DateTimeOffset, DateTimeOffset, Task> function)
    {
        Options.FailureCallbacks.Add(function);
        return this;
    }

    private static void Add(CallbackFunctionList list, Action<CallDetails> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        // The function itself is what a second adding is recognised by.
        list.Register(
            function,
            (call, _, _, _) =>
            {
                function(call);
                return default;
            }
        );
    }

    private static void Add(CallbackFunctionList list, Func<CallDetails, Task> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        list.Register(function, (call, _, _, _) => new ValueTask(function(call)));
    }
}
