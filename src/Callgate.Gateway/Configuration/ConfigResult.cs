namespace Callgate.Gateway.Configuration;

/// <summary>A config that was read, or why it can't be used.</summary>
internal sealed record ConfigResult
{
    /// <summary>The config; null where there are errors.</summary>
    public required GatewayConfig? Config { get; init; }

    /// <summary>The callbacks that it names, also where there are errors.</summary>
    public IReadOnlyList<CallbackReference> Callbacks { get; init; } = [];

    /// <summary>All that is to be said of it, by file and line.</summary>
    public required IReadOnlyList<ConfigDiagnostic> Diagnostics { get; init; }

    /// <summary>The files that were read or looked for, the main one first.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Changes when the content of a file does.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The errors among the diagnostics.</summary>
    public IEnumerable<ConfigDiagnostic> Errors => Diagnostics.Where(d => d.Severity == ConfigSeverity.Error);

    /// <summary>This, with more to be said of it.</summary>
    public ConfigResult With(IEnumerable<ConfigDiagnostic> more) =>
        this with
        {
            Diagnostics = ConfigDiagnostic.Sort([.. Diagnostics, .. more], Files),
        };
}
