namespace Callgate.Gateway.Configuration;

/// <summary>Prints what is to be said of a config, for a command.</summary>
internal static class ConfigReport
{
    /// <summary>Every diagnostic on a line of its own, and how many there are.</summary>
    /// <returns>Whether the config can be used.</returns>
    public static bool Write(TextWriter output, ConfigResult result)
    {
        foreach (var diagnostic in result.Diagnostics)
        {
            output.WriteLine(diagnostic);
        }

        var errors = result.Errors.Count();
        var warnings = result.Diagnostics.Count - errors;
        output.WriteLine(
            errors + warnings == 0
                ? $"{result.Files[0]}: good."
                : $"{result.Files[0]}: {Count(errors, "error")}, {Count(warnings, "warning")}."
        );
        return errors == 0;
    }

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
