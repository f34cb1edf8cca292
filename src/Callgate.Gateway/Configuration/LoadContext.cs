using Callgate.Gateway.Configuration.Yaml;

namespace Callgate.Gateway.Configuration;

/// <summary>One reading of a config: collects what is wrong, and knows the variables. Not thread-safe.</summary>
internal sealed class LoadContext(ConfigLoadOptions options)
{
    /// <summary>Nobody reads more, and a broken file of some megabytes would have them.</summary>
    private const int MaxDiagnostics = 1000;

    private const string VariablePrefix = "os.environ/";

    private readonly List<ConfigDiagnostic> _diagnostics = [];
    private int _leftOut;

    public ConfigLoadOptions Options => options;
    public bool HasErrors { get; private set; }

    /// <summary>The config's own <c>environment_variables</c>, which win over the process's.</summary>
    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    public void Error(ConfigNode at, string path, string message) =>
        Report(new(ConfigSeverity.Error, at.File, at.Line, at.Column, path, message));

    public void Warn(ConfigNode at, string path, string message) =>
        Report(new(ConfigSeverity.Warning, at.File, at.Line, at.Column, path, message));

    public void Report(ConfigDiagnostic diagnostic)
    {
        HasErrors |= diagnostic.Severity == ConfigSeverity.Error;
        if (_diagnostics.Count < MaxDiagnostics)
        {
            _diagnostics.Add(diagnostic);
        }
        else
        {
            _leftOut++;
        }
    }

    /// <summary>All of them, in the order of the files' lines.</summary>
    public IReadOnlyList<ConfigDiagnostic> Sorted(IReadOnlyList<string> files)
    {
        var sorted = ConfigDiagnostic.Sort(_diagnostics, files);
        var severity = HasErrors ? ConfigSeverity.Error : ConfigSeverity.Warning;
        return _leftOut > 0 ? [.. sorted, new(severity, files[0], 0, 0, "", $"And {_leftOut} more.")] : sorted;
    }

    public static bool IsVariable(ScalarNode node) => node.Text.StartsWith(VariablePrefix, StringComparison.Ordinal);

    /// <summary>The text, or the value of the variable that it names; null where that isn't set, or empty.</summary>
    public string? Resolve(ScalarNode node) =>
        !IsVariable(node) ? node.Text
        : VariableOf(node) is { Length: > 0 } name ? Variable(name)
        : null;

    /// <summary>A variable's value; null where it isn't set, or empty.</summary>
    public string? Variable(string name)
    {
        var value = Variables.GetValueOrDefault(name) ?? options.Environment(name);
        return string.IsNullOrWhiteSpace(value) ? null : value;
    }

    public void ReportMissing(ScalarNode node, string path) => Error(node, path, $"{Missing(node)}.");

    /// <summary>That the variable isn't set, in words.</summary>
    public static string Missing(ScalarNode node) =>
        VariableOf(node) is { Length: > 0 } name
            ? $"needs the environment variable {Shown.Key(name)}, which is not set"
            : $"names no environment variable: write {VariablePrefix}NAME";

    /// <summary>The name of the variable.</summary>
    public static string VariableOf(ScalarNode node) => node.Text[VariablePrefix.Length..].Trim();

    /// <summary>A key that restricts something, and that nothing enforces.</summary>
    public void ReportUnenforced(ConfigNode at, string path, string name, string advice)
    {
        if (options.AcceptUnenforced.Contains(name) || options.AcceptUnenforced.Contains(Shown.WithoutIndices(path)))
        {
            Warn(at, path, "is not enforced; accepted by --accept-unenforced.");
            return;
        }

        Error(
            at,
            path,
            $"is not enforced yet, and the gateway won't start without what it asks for. {advice} "
                + $"Remove the key, or start without it: --accept-unenforced {name}"
        );
    }

    /// <summary>A key that nothing reads.</summary>
    public void ReportUnknown(ConfigNode at, string path, string message)
    {
        if (options.Strict)
        {
            Error(at, path, message);
        }
        else
        {
            Warn(at, path, $"{message} It is ignored.");
        }
    }
}
