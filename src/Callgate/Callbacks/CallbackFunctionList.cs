using System.Runtime.CompilerServices;

namespace Callgate;

/// <summary>
/// A client's success, or failure, functions. Thread-safe and copy-on-write. Each function is isolated from the others and from the call.
/// </summary>
public sealed class CallbackFunctionList
{
    private readonly CallbackList _list = new();
    private readonly FunctionEvent _event;

    internal CallbackFunctionList(FunctionEvent functionEvent) => _event = functionEvent;

    /// <summary>How many functions there are.</summary>
    public int Count => _list.Count;

    /// <summary>Adds a function.</summary>
    public void Add(Action<CallDetails, LlmResponse?, DateTimeOffset, DateTimeOffset> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        Register(
            function,
            (call, response, start, end) =>
            {
                function(call, response, start, end);
                return default;
            }
        );
    }

    /// <summary>Adds an async function. A lambda that returns a task binds here.</summary>
    [OverloadResolutionPriority(1)]
    public void Add(Func<CallDetails, LlmResponse?, DateTimeOffset, DateTimeOffset, Task> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        Register(function, (call, response, start, end) => new ValueTask(function(call, response, start, end)));
    }

    /// <summary>Adds an async function.</summary>
    public void Add(Func<CallDetails, LlmResponse?, DateTimeOffset, DateTimeOffset, ValueTask> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        Register(function, function);
    }

    /// <summary>Adds a handler, or a built-in one by its name; it sees only this list's kind of event.</summary>
    public void Add(Callback callback)
    {
        var handler = callback.Handler ?? throw new ArgumentNullException(nameof(callback));
        var twice = _list.Snapshot.FirstOrDefault(r =>
            r.Handler is OneEventLogger one && ReferenceEquals(one.Inner, handler)
        );
        // The list knows a handler by its wrapper: adding that again is what warns.
        _list.Add(twice?.Handler ?? new OneEventLogger(handler, _event));
    }

    /// <summary>Removes all functions.</summary>
    public void Clear() => _list.Clear();

    internal CallbackList List => _list;

    internal void Register(
        Delegate original,
        Func<CallDetails, LlmResponse?, DateTimeOffset, DateTimeOffset, ValueTask> function
    )
    {
        if (
            _list.Snapshot.FirstOrDefault(r => r.Handler is FunctionLogger f && f.Original.Equals(original)) is
            { } twice
        )
        {
            // As with handlers.
            _list.Add(twice.Handler);
            return;
        }

        _list.Add(
            new FunctionLogger(original, _event, function),
            new CallbackOptions { Name = FunctionLogger.NameOf(original, _event) }
        );
    }
}

/// <summary>A client's input functions: called before each attempt, with the exact input that goes to the provider.</summary>
public sealed class InputCallbackList
{
    private readonly CallbackFunctionList _functions = new(FunctionEvent.Input);

    internal InputCallbackList() { }

    /// <summary>How many functions there are.</summary>
    public int Count => _functions.Count;

    /// <summary>Adds a function.</summary>
    public void Add(Action<CallDetails> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        _functions.Register(
            function,
            (call, _, _, _) =>
            {
                function(call);
                return default;
            }
        );
    }

    /// <summary>Adds an async function. A lambda that returns a task binds here.</summary>
    [OverloadResolutionPriority(1)]
    public void Add(Func<CallDetails, Task> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        _functions.Register(function, (call, _, _, _) => new ValueTask(function(call)));
    }

    /// <summary>Adds an async function.</summary>
    public void Add(Func<CallDetails, ValueTask> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        _functions.Register(function, (call, _, _, _) => function(call));
    }

    /// <summary>Adds a handler, or a built-in one by its name; it sees only the input event.</summary>
    public void Add(Callback callback) => _functions.Add(callback);

    /// <summary>Removes all functions.</summary>
    public void Clear() => _functions.Clear();

    internal CallbackList List => _functions.List;
}
