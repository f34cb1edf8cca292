using System.Text.RegularExpressions;
using Callgate.Gateway.Configuration.Yaml;

namespace Callgate.Gateway.Configuration;

/// <summary>Makes text from a file safe to show. A slip of the pen can turn a secret into a key, so only what looks like a name is shown whole.</summary>
internal static partial class Shown
{
    private const int MaxLength = 64;

    /// <summary>A key or a variable's name, as far as it looks like one.</summary>
    public static string Key(string text)
    {
        var name = NameLike().Match(text).Value;
        return name.Length == text.Length && name.Length <= MaxLength
            ? name
            : $"{name[..Math.Min(name.Length, MaxLength)]}…";
    }

    /// <summary>A key of the user's own. One without a value may be the end of one: a comma in a flow map makes a key of what follows.</summary>
    public static string Key(MapEntry entry) =>
        entry.Value is ScalarNode { Text: "", IsPlain: true } ? "…" : Key(entry.Key.Text);

    /// <summary>A model's or a file's name: no secret, but it may hold anything.</summary>
    public static string Text(string text, int most = MaxLength) =>
        string.Concat(text.Take(most).Select(c => char.IsControl(c) ? '?' : c)) + (text.Length > most ? "…" : "");

    /// <summary><c>model_list[3].litellm_params.rpm</c> as <c>model_list.litellm_params.rpm</c>.</summary>
    public static string WithoutIndices(string path) => Index().Replace(path, "");

    [GeneratedRegex("^[A-Za-z_<][A-Za-z0-9_<]*")]
    private static partial Regex NameLike();

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex Index();
}
