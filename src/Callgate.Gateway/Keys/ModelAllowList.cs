using System.Collections.Frozen;
using Callgate.Routing;

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
    private readonly WildcardPattern[] _patterns;

    public ModelAllowList(IReadOnlyCollection<string> models)
    {
        _all = models.Count == 0 || models.Contains(AllModels) || models.Contains("*");
        _names = models.ToFrozenSet(StringComparer.Ordinal);
        _patterns = [.. models.Where(WildcardPattern.IsPattern).Select(m => new WildcardPattern(m))];
    }

    public bool Allows(string model)
    {
        if (_all || _names.Contains(model))
        {
            return true;
        }

        foreach (var pattern in _patterns)
        {
            if (pattern.IsMatch(model))
            {
                return true;
            }
        }

        return false;
    }
}
