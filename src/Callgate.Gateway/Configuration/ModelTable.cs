using System.Collections.Frozen;
using Callgate.Routing;

namespace Callgate.Gateway.Configuration;

/// <summary>A deployment that can't be served, and why.</summary>
/// <param name="ModelName">The model group, or the pattern.</param>
/// <param name="Model">The model it would be.</param>
/// <param name="Id">Its id.</param>
/// <param name="Reason">A sentence for whoever calls it.</param>
internal sealed record UnsupportedDeployment(string ModelName, string Model, string Id, string Reason);

/// <summary>Another name for a model.</summary>
/// <param name="Name">The name.</param>
/// <param name="Target">The model.</param>
/// <param name="IsHidden">Whether it is left out of lists.</param>
internal sealed record ModelAlias(string Name, string Target, bool IsHidden);

/// <summary>What a name that a caller sends stands for.</summary>
/// <param name="Group">The model group or pattern; null: there is no such model.</param>
/// <param name="Unsupported">Set where none of its deployments can be served.</param>
internal readonly record struct ModelMatch(string? Group, UnsupportedDeployment? Unsupported)
{
    public bool IsKnown => Group is not null;
}

/// <summary>The models of a config. Immutable.</summary>
internal sealed class ModelTable
{
    private readonly FrozenDictionary<string, ModelMatch> _exact;
    private readonly (WildcardPattern Pattern, ModelMatch Match)[] _patterns;

    /// <param name="deployments">Those that are served, the aliases' among them.</param>
    /// <param name="unsupported">Those that are not.</param>
    /// <param name="aliases">Other names.</param>
    /// <param name="names">All names but the aliases', in the config's order.</param>
    public ModelTable(
        IReadOnlyList<Deployment> deployments,
        IReadOnlyList<UnsupportedDeployment> unsupported,
        IReadOnlyList<ModelAlias> aliases,
        IReadOnlyList<string> names
    )
    {
        Deployments = deployments;
        Unsupported = unsupported;
        Aliases = aliases;
        Names = [.. names.Concat(aliases.Where(a => !a.IsHidden).Select(a => a.Name)).Distinct(StringComparer.Ordinal)];
        var matches = unsupported
            .GroupBy(d => d.ModelName, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => new ModelMatch(g.Key, g.First()), StringComparer.Ordinal);
        foreach (var deployment in deployments)
        {
            matches[deployment.ModelName] = new ModelMatch(deployment.ModelName, null);
        }

        _exact = matches.ToFrozenDictionary(StringComparer.Ordinal);
        _patterns =
        [
            .. matches
                .Where(m => WildcardPattern.IsPattern(m.Key))
                .Select(m => (Pattern: new WildcardPattern(m.Key), Match: m.Value))
                .Order(
                    Comparer<(WildcardPattern Pattern, ModelMatch)>.Create(
                        static (one, other) => WildcardPattern.MostSpecificFirst(one.Pattern, other.Pattern)
                    )
                ),
        ];
    }

    /// <summary>Those that are served, in the config's order, then the aliases'.</summary>
    public IReadOnlyList<Deployment> Deployments { get; }

    /// <summary>Those that are not: their calls are answered with 501.</summary>
    public IReadOnlyList<UnsupportedDeployment> Unsupported { get; }

    public IReadOnlyList<ModelAlias> Aliases { get; }

    /// <summary>What to list: model groups, patterns among them, and aliases that aren't hidden.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Finds the model that a caller names, as the router will.</summary>
    public ModelMatch Find(string model)
    {
        if (_exact.TryGetValue(model, out var match))
        {
            return match;
        }

        foreach (var (pattern, ofPattern) in _patterns)
        {
            if (pattern.IsMatch(model))
            {
                return ofPattern;
            }
        }

        return default;
    }
}
