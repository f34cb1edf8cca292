namespace Callgate.Gateway.Configuration;

/// <summary>The config's <c>environment_variables</c>. Their values are not shown: keys are among them.</summary>
internal sealed class ConfigVariables(IReadOnlyDictionary<string, string> values)
{
    public static ConfigVariables None { get; } = new(new Dictionary<string, string>());

    public IEnumerable<string> Names => values.Keys;

    /// <summary>Sets them for this process: providers and callbacks look for their keys there.</summary>
    public void Apply()
    {
        foreach (var (name, value) in values)
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }

    /// <summary>The names.</summary>
    public override string ToString() => string.Join(", ", Names);
}
