using System.Collections.Frozen;

namespace Callgate.Gateway.Keys;

/// <summary>
/// The models that a key may call: exact names, and wildcards such as <c>openai/*</c>, where <c>*</c> stands for any
/// characters. Empty, <c>*</c> and <c>all-proxy-models</c> mean all. Case counts, as in the names of models.
/// </summary>
internal sealed class ModelAllowList
{
    /// <summary>LiteLLM's word for every model.</summary>
    public const string AllModels = "all-proxy-models";

    private readonly bool _all;
    private readonly FrozenSet<string> _names;
    private readonly string[] _patterns;

    public ModelAllowList(IReadOnlyCollection<string> models)
    {
        _all = models.Count == 0 || models.Contains(AllModels) || models.Contains("*");
        _names = models.ToFrozenSet(StringComparer.Ordinal);
        _patterns = [.. models.Where(m => m.Contains('*', StringComparison.Ordinal))];
    }

    public bool Allows(string model)
    {
        if (_all || _names.Contains(model))
        {
            return true;
        }

        foreach (var pattern in _patterns)
        {
            if (Matches(pattern, model))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> model)
    {
        // Each piece is found at its first place after the one before; the last one must be the end.
        var star = pattern.IndexOf('*');
        if (!model.StartsWith(pattern[..star], StringComparison.Ordinal))
        {
            return false;
        }

        model = model[star..];
        pattern = pattern[(star + 1)..];
        while ((star = pattern.IndexOf('*')) >= 0)
        {
            var at = model.IndexOf(pattern[..star]);
            if (at < 0)
            {
                return false;
            }

            model = model[(at + star)..];
            pattern = pattern[(star + 1)..];
        }

        return model.EndsWith(pattern, StringComparison.Ordinal);
    }
}
