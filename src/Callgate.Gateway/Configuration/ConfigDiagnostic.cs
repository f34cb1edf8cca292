using System.Globalization;

namespace Callgate.Gateway.Configuration;

/// <summary>Whether a start is refused.</summary>
internal enum ConfigSeverity
{
    Warning,
    Error,
}

/// <summary>What is wrong with a config, where, and what to do. Never holds a value from the file: it may be a key.</summary>
/// <param name="Severity">Whether the start is refused.</param>
/// <param name="File">The file, as it was given.</param>
/// <param name="Line">The line, from 1; 0 where it is the file as a whole.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="KeyPath">The key, such as <c>general_settings.allowed_ips</c>; empty where there is none.</param>
/// <param name="Message">What is wrong with it: reads on from the key.</param>
internal sealed record ConfigDiagnostic(
    ConfigSeverity Severity,
    string File,
    int Line,
    int Column,
    string KeyPath,
    string Message
)
{
    /// <summary>As compilers write it: <c>config.yaml:12:5: error: general_settings.allowed_ips …</c></summary>
    public override string ToString()
    {
        var at = Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}") : File;
        var severity = Severity == ConfigSeverity.Error ? "error" : "warning";
        return KeyPath.Length > 0 ? $"{at}: {severity}: {KeyPath} {Message}" : $"{at}: {severity}: {Message}";
    }

    /// <summary>By file, in the order in which they are read, and by line.</summary>
    public static IReadOnlyList<ConfigDiagnostic> Sort(
        IEnumerable<ConfigDiagnostic> diagnostics,
        IReadOnlyList<string> files
    )
    {
        var order = files.Index().ToDictionary(f => f.Item, f => f.Index);
        return
        [
            .. diagnostics
                .OrderBy(d => order.GetValueOrDefault(d.File, int.MaxValue))
                .ThenBy(d => d.Line)
                .ThenBy(d => d.Column),
        ];
    }
}
