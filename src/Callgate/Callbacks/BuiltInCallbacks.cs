using Callgate.Sinks;

namespace Callgate;

/// <summary>The callbacks that can be registered by name.</summary>
internal static class BuiltInCallbacks
{
    private static readonly Dictionary<string, Func<SinkSettings, CustomLogger>> s_byName = new(
        StringComparer.OrdinalIgnoreCase
    )
    {
        ["console"] = static _ => new ConsoleLogger(),
        ["jsonl"] = BuiltInSinks.Jsonl,
        ["generic_api"] = BuiltInSinks.Webhook,
        ["webhook"] = BuiltInSinks.Webhook,
    };

    public static IReadOnlyCollection<string> Names => s_byName.Keys;

    public static bool Has(string name) => s_byName.ContainsKey(name);

    /// <summary>A built-in callback, as the environment sets it up.</summary>
    public static CustomLogger Create(string name) => Create(name, new Dictionary<string, object?>());

    /// <summary>A built-in callback with settings, as YAML has them.</summary>
    /// <param name="type">What it is: one of <see cref="Names"/>.</param>
    /// <param name="settings">Its settings. An entry <c>callback_type</c> is passed over.</param>
    /// <param name="name">What it is called in messages and diagnostics; default: its type.</param>
    /// <param name="timeProvider">Tells the time; default: the system's clock.</param>
    /// <param name="environment">Reads an environment variable; default: the process's.</param>
    /// <exception cref="ArgumentException">There is no such callback, or a setting is unknown, missing or wrong; the message names it.</exception>
    public static CustomLogger Create(
        string type,
        IReadOnlyDictionary<string, object?> settings,
        string? name = null,
        TimeProvider? timeProvider = null,
        Func<string, string?>? environment = null
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        if (!s_byName.TryGetValue(type, out var create))
        {
            throw new ArgumentException(
                $"There is no built-in callback named '{type}'. There are: {string.Join(", ", s_byName.Keys)}. "
                    + "For your own, add an instance of a class that derives from CustomLogger.",
                nameof(type)
            );
        }

        var read = new SinkSettings(
            name ?? type,
            settings,
            environment ?? Environment.GetEnvironmentVariable,
            timeProvider ?? TimeProvider.System
        );
        var callback = create(read);
        read.RefuseUnknown();
        return callback;
    }
}
