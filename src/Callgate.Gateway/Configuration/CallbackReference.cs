using System.Text.Json;

namespace Callgate.Gateway.Configuration;

/// <summary>What a callback is called for, by the lists that name it.</summary>
[Flags]
internal enum CallbackEvents
{
    None = 0,

    /// <summary>In <c>input_callback</c>.</summary>
    Input = 1,

    /// <summary>In <c>success_callback</c>.</summary>
    Success = 2,

    /// <summary>In <c>failure_callback</c>.</summary>
    Failure = 4,

    /// <summary>In <c>callbacks</c>: every hook, those that steer a call too.</summary>
    All = 15,
}

/// <summary>A callback that the config names. To be loaded by those who know how.</summary>
/// <param name="Name">As it stands there: a built-in name, <c>module.instance</c>, a file, a type.</param>
/// <param name="Events">What it is called for.</param>
/// <param name="Settings">Its part of <c>callback_settings</c>, variables resolved; null where there is none. May hold secrets.</param>
/// <param name="File">The file that names it: what it means is beside that.</param>
/// <param name="Line">The line there.</param>
/// <param name="Column">The column there.</param>
/// <param name="KeyPath">The key there.</param>
internal sealed record CallbackReference(
    string Name,
    CallbackEvents Events,
    JsonElement? Settings,
    string File,
    int Line,
    int Column,
    string KeyPath
)
{
    /// <summary>A complaint about it, for the report.</summary>
    public ConfigDiagnostic Complaint(ConfigSeverity severity, string message) =>
        new(severity, File, Line, Column, KeyPath, message);

    /// <summary>The name only.</summary>
    public override string ToString() => Name;
}
