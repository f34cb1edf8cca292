namespace Callgate;

/// <summary>The callbacks that can be registered by name.</summary>
internal static class BuiltInCallbacks
{
    private static readonly Dictionary<string, Func<CustomLogger>> s_byName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["console"] = () => new Sinks.ConsoleLogger(),
    };

    public static CustomLogger Create(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return s_byName.TryGetValue(name, out var create)
            ? create()
            : throw new ArgumentException(
                $"There is no built-in callback named '{name}'. There are: {string.Join(", ", s_byName.Keys)}. "
                    + "For your own, add an instance of a class that derives from CustomLogger.",
                nameof(name)
            );
    }
}
