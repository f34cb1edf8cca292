using System.Collections;
using System.Runtime.CompilerServices;

namespace Callgate;

/// <summary>
/// A client's handlers. Thread-safe and copy-on-write: a call works on the list as it was when the call began.
/// A handler that is in the list already is not added again; a warning says so.
/// </summary>
[CollectionBuilder(typeof(CallbackList), nameof(Create))]
public sealed class CallbackList : IEnumerable<Callback>
{
    private readonly Lock _lock = new();
    private volatile Registration[] _registrations = [];

    /// <summary>An empty list.</summary>
    public CallbackList() { }

    /// <summary>For collection expressions: <c>[new MyHandler()]</c>.</summary>
    public static CallbackList Create(ReadOnlySpan<Callback> callbacks)
    {
        var list = new CallbackList();
        foreach (var callback in callbacks)
        {
            list.Add(callback);
        }

        return list;
    }

    /// <summary>How many handlers there are.</summary>
    public int Count => _registrations.Length;

    /// <summary>Adds a handler, or a built-in one by its name.</summary>
    /// <exception cref="ArgumentException">There is no built-in callback of that name.</exception>
    public void Add(Callback callback) => Add(callback, new CallbackOptions());

    /// <summary>Adds a handler with options.</summary>
    /// <exception cref="ArgumentException">There is no built-in callback of that name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The deadline is not above zero, or beyond 24 days.</exception>
    public void Add(Callback callback, CallbackOptions options)
    {
        OptionsCheck.Validated(options);
        var handler = callback.Handler ?? throw new ArgumentNullException(nameof(callback));
        Registration? present;
        lock (_lock)
        {
            present = Array.Find(_registrations, r => ReferenceEquals(r.Handler, handler));
            if (present is null)
            {
                _registrations = [.. _registrations, new Registration(handler, options)];
            }
        }

        if (present is null)
        {
            Changed?.Invoke();
        }
        else if (Duplicate is { } heard)
        {
            heard(present.Name);
        }
        else
        {
            // No client has the list yet: the first one that gets it says so.
            present.IsAddedAgain = true;
        }
    }

    /// <summary>Removes a handler. Events that it has not seen yet still reach it.</summary>
    public bool Remove(CustomLogger handler)
    {
        lock (_lock)
        {
            var rest = Array.FindAll(_registrations, r => !ReferenceEquals(r.Handler, handler));
            if (rest.Length == _registrations.Length)
            {
                return false;
            }

            _registrations = rest;
        }

        Changed?.Invoke();
        return true;
    }

    /// <summary>Puts a handler in the place of another, with its options; gives back the registrations that are gone for it.</summary>
    internal Registration[] Replace(CustomLogger current, CustomLogger next)
    {
        Registration[] gone;
        lock (_lock)
        {
            gone = Array.FindAll(_registrations, r => r.IsOf(current));
            _registrations = Array.ConvertAll(_registrations, r => r.IsOf(current) ? r.With(next) : r);
        }

        if (gone.Length > 0)
        {
            Changed?.Invoke();
        }

        return gone;
    }

    /// <summary>Removes all handlers.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _registrations = [];
        }

        Changed?.Invoke();
    }

    /// <inheritdoc />
    public IEnumerator<Callback> GetEnumerator() => _registrations.Select(r => (Callback)r.Handler).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal Registration[] Snapshot => _registrations;

    /// <summary>How many clients watch the list.</summary>
    internal int Watchers => Changed?.GetInvocationList().Length ?? 0;

    internal event Action? Changed;
    internal event Action<string>? Duplicate;
}

/// <summary>A handler, or the name of a built-in one.</summary>
public readonly record struct Callback
{
    /// <summary>A handler.</summary>
    public Callback(CustomLogger handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Handler = handler;
    }

    internal CustomLogger? Handler { get; }

    /// <summary>A handler.</summary>
    public static implicit operator Callback(CustomLogger handler) => new(handler);

    /// <summary>A built-in handler by its name, e.g. <c>"console"</c>.</summary>
    /// <exception cref="ArgumentException">There is no built-in callback of that name.</exception>
    public static implicit operator Callback(string builtInName) => new(BuiltInCallbacks.Create(builtInName));

    /// <summary>A built-in handler with settings, by the names that <c>docs/sinks.md</c> lists.</summary>
    /// <exception cref="ArgumentException">There is no built-in callback of that name, or a setting is unknown, missing or wrong; the message names it.</exception>
    public static Callback Named(string builtInName, IReadOnlyDictionary<string, object?> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new(BuiltInCallbacks.Create(builtInName, settings));
    }
}
