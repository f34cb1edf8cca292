using System.Collections.Concurrent;
using System.Collections.Frozen;
using Callgate.Calls;
using Callgate.Providers;

namespace Callgate.Routing;

/// <summary>Knows the deployments: which serve a model, which of them is next, and which are cooling down. Thread-safe.</summary>
internal sealed class Router
{
    private const int MaxImplicit = 1000;

    private readonly LlmClientOptions _options;
    private readonly FrozenDictionary<string, Deployment[]> _groups;
    private readonly (WildcardPattern Pattern, Deployment[] Group)[] _patterns;
    private readonly ConcurrentDictionary<string, Deployment[]> _implicit = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Deployment, AttemptTarget> _targets = new(ReferenceEqualityComparer.Instance);
    private readonly Cooldowns _cooldowns;

    public Router(LlmClientOptions options)
    {
        _options = options;
        _cooldowns = new Cooldowns(options);
        foreach (var deployment in options.Deployments)
        {
            if (deployment.Weight is not (>= 0 and <= double.MaxValue))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(options),
                    deployment.Weight,
                    $"The weight of the deployment {deployment.Id} must not be negative."
                );
            }

            ThrowIfNoUrl(deployment.ApiBase, $"the api base of a deployment of {deployment.ModelName}");
        }

        _groups = options
            .Deployments.GroupBy(d => d.ModelName, StringComparer.Ordinal)
            .ToFrozenDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
        _patterns =
        [
            .. _groups
                .Where(g => WildcardPattern.IsPattern(g.Key))
                .Select(g => (Pattern: new WildcardPattern(g.Key), Group: g.Value))
                .Order(
                    Comparer<(WildcardPattern Pattern, Deployment[])>.Create(
                        static (one, other) => WildcardPattern.MostSpecificFirst(one.Pattern, other.Pattern)
                    )
                ),
        ];
    }

    /// <summary>The deployments that serve a model: its own, else those of the most specific pattern, else the provider itself.</summary>
    public Deployment[] GroupOf(string model)
    {
        if (_groups.TryGetValue(model, out var group) || _implicit.TryGetValue(model, out group))
        {
            return group;
        }

        group =
            ByPattern(model)
            ??
            [
                new Deployment
                {
                    ModelName = model,
                    Model = model,
                    Id = model,
                },
            ];
        // Model names come from callers: what is remembered of them is bounded.
        return _implicit.Count < MaxImplicit ? _implicit.GetOrAdd(model, group) : group;
    }

    private Deployment[]? ByPattern(string model)
    {
        foreach (var (pattern, group) in _patterns)
        {
            if (pattern.Match(model) is { } found)
            {
                return Array.ConvertAll(group, d => Filled(d, found, model));
            }
        }

        return null;
    }

    /// <summary>A pattern's deployment for one model. It keeps its id: a pause is the deployment's, whatever the model.</summary>
    public static Deployment Filled(Deployment deployment, string[] found, string model) =>
        deployment with
        {
            Id = deployment.Id,
            Model = WildcardPattern.Fill(deployment.Model, found, model),
        };

    /// <summary>Picks by weight among those that were not tried yet and are not cooling down; where all are, the choice is as if none were.</summary>
    /// <param name="candidates">The group.</param>
    /// <param name="tried">Those of it that have failed this call.</param>
    /// <param name="preferred">The id of the one to take, as long as it can be had.</param>
    public Deployment Pick(
        IReadOnlyList<Deployment> candidates,
        IReadOnlyCollection<Deployment> tried,
        string? preferred = null
    )
    {
        if (candidates.Count == 1)
        {
            return candidates[0];
        }

        var fresh = candidates.Where(d => !tried.Contains(d)).ToList();
        var open = fresh.Count > 0 ? fresh : [.. candidates];
        var healthy = _cooldowns.Without(open);
        var left = healthy.Count > 0 ? healthy : open;
        return left.Find(d => d.Id == preferred) ?? ByWeight(left);
    }

    private static Deployment ByWeight(List<Deployment> deployments)
    {
        var total = deployments.Sum(d => d.Weight);
#pragma warning disable CA5394 // Balancing needs no secure randomness.
        var at = Random.Shared.NextDouble() * total;
#pragma warning restore CA5394
        foreach (var deployment in deployments)
        {
            at -= deployment.Weight;
            if (at < 0)
            {
                return deployment;
            }
        }

        return deployments[^1];
    }

    /// <summary>Takes a deployment out of its group for a while after a failure that a pause may cure.</summary>
    public bool IsCoolingDown(Deployment deployment) => _cooldowns.Has(deployment);

    public void NoteFailure(Deployment deployment, LlmException failure) => _cooldowns.Note(deployment, failure);

    /// <summary>The models to try after a group has failed this way.</summary>
    public (IReadOnlyList<string> Models, string Reason) FallbacksFor(
        string modelGroup,
        LlmException failure,
        CallOptions options
    )
    {
        if (
            failure.Kind == LlmErrorKind.ContextWindowExceeded
            && Of(_options.ContextWindowFallbacks, modelGroup) is { } larger
        )
        {
            return (larger, "context_window_fallback");
        }

        if (failure.Kind == LlmErrorKind.ContentPolicy && Of(_options.ContentPolicyFallbacks, modelGroup) is { } other)
        {
            return (other, "content_policy_fallback");
        }

        return (
            options.Fallbacks ?? Of(_options.Fallbacks, modelGroup) ?? _options.DefaultFallbacks.AsReadOnly(),
            "fallback"
        );
    }

    /// <summary>The fallbacks of a model, or of the pattern that serves it.</summary>
    private IReadOnlyList<string>? Of(IDictionary<string, IReadOnlyList<string>> fallbacks, string modelGroup) =>
        fallbacks.Count == 0 ? null
        : fallbacks.TryGetValue(modelGroup, out var own) ? own
        : _patterns.Length > 0 && fallbacks.TryGetValue(GroupOf(modelGroup)[0].ModelName, out own) ? own
        : null;

    /// <summary>Finds out which provider answers for a deployment, where, and as which model.</summary>
    /// <exception cref="LlmException">No provider does, or its address is not known.</exception>
    public AttemptTarget Resolve(Deployment deployment, CallOptions options)
    {
        if (options.ApiBase is null && options.Mock is null)
        {
            return _targets.TryGetValue(deployment, out var known)
                ? known
                : Remember(deployment, Resolve(deployment, null, false));
        }

        return Resolve(deployment, options.ApiBase, options.Mock is not null);
    }

    private AttemptTarget Remember(Deployment deployment, AttemptTarget target)
    {
        if (_targets.Count < MaxImplicit)
        {
            _targets.TryAdd(deployment, target);
        }

        return target;
    }

    private AttemptTarget Resolve(Deployment deployment, string? apiBase, bool isMock)
    {
        apiBase ??= deployment.ApiBase;
        var (provider, model, isMockModel) = ModelNames.Resolve(deployment.Model, apiBase is not null);
        isMock |= isMockModel;
        apiBase ??= _options.ApiBases.TryGetValue(provider.Name, out var configured) ? configured : null;
        apiBase ??= isMock ? null : FromEnvironment(provider.ApiBaseVariables);
        apiBase ??= provider.DefaultApiBase ?? (isMock ? "https://mock.invalid" : null);
        if (apiBase is null)
        {
            throw LlmException.Create(
                LlmErrorKind.BadRequest,
                $"{provider.Name} has no address of its own: give an api base, or set {string.Join(" or ", provider.ApiBaseVariables)}.",
                new ErrorFacts(Provider: provider.Name, Model: model, Code: "missing_api_base")
            );
        }

        ThrowIfNoUrl(apiBase, "the api base");
        return new AttemptTarget(deployment, provider, provider.Name, model, apiBase.TrimEnd('/'), isMock);
    }

    /// <summary>The key for an attempt; null where none is needed.</summary>
    /// <exception cref="LlmException">One is needed and there is none.</exception>
    public Secret? KeyFor(AttemptTarget target, CallOptions options)
    {
        if (target.IsMock)
        {
            return null;
        }

        var provider = target.Provider!;
        var key =
            options.ApiKey
            ?? target.Deployment.ApiKey
            ?? (_options.ApiKeys.TryGetValue(provider.Name, out var configured) ? configured : null)
            ?? (FromEnvironment(provider.ApiKeyVariables)?.Trim() is { Length: > 0 } value ? new Secret(value) : null);
        // A server of the user's own may need none.
        if (key is null && provider.NeedsApiKey && target.ApiBase == provider.DefaultApiBase)
        {
            throw LlmException.Create(
                LlmErrorKind.Authentication,
                $"There is no key for {provider.Name}: set {string.Join(" or ", provider.ApiKeyVariables)}, or give one in the options. "
                    + $"To try without a key, call mock/{target.Model}.",
                new ErrorFacts(Provider: provider.Name, Model: target.Model, Code: "missing_api_key")
            );
        }

        return key;
    }

    private static string? FromEnvironment(IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
            {
                return value;
            }
        }

        return null;
    }

    private static void ThrowIfNoUrl(string? apiBase, string what)
    {
        if (
            apiBase is not null
            && !(
                Uri.TryCreate(apiBase, UriKind.Absolute, out var url)
                && url.Scheme is "http" or "https"
                && url.UserInfo.Length == 0
            )
        )
        {
            throw LlmException.Create(
                LlmErrorKind.BadRequest,
                $"{what} must be an absolute http or https address, without credentials in it.",
                new ErrorFacts(Code: "invalid_api_base")
            );
        }
    }
}
