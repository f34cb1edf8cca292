namespace Callgate.Gateway.Configuration;

/// <summary>The config's <c>environment_variables</c>. Their values are not shown: keys are among them.</summary>
internal sealed class ConfigVariables(IReadOnlyDictionary<string, string> values)
{
    public static ConfigVariables None { get; } = new(new Dictionary<string, string>());

    public IReadOnlyDictionary<string, string> Values => values;

    /// <summary>The names.</summary>
    public override string ToString() => string.Join(", ", values.Keys);
}
