using Callgate.Gateway.Configuration.Keys;
using Callgate.Gateway.Configuration.Yaml;

namespace Callgate.Gateway.Configuration;

/// <summary>Reads how calls are routed, from <c>router_settings</c> and, where those say nothing, <c>litellm_settings</c>.</summary>
internal sealed class RoutingReader(ConfigMap litellm, ConfigMap router, ModelTable models)
{
    private static readonly string[] s_strategies =
    [
        "simple-shuffle",
        "least-busy",
        "usage-based-routing",
        "usage-based-routing-v2",
        "latency-based-routing",
        "cost-based-routing",
    ];

    private readonly LoadContext _context = router.Context;
    private readonly List<string> _defaults = [];
    private int _maxFallbacks;

    public RoutingSettings Read()
    {
        CheckStrategy();
        CheckLimits();
        _maxFallbacks = Section("max_fallbacks").Whole("max_fallbacks", 0, 1000) ?? int.MaxValue;
        var general = ReadFallbacks("fallbacks");
        var settings = new RoutingSettings
        {
            Fallbacks = general,
            ContextWindowFallbacks = ReadFallbacks("context_window_fallbacks"),
            ContentPolicyFallbacks = ReadFallbacks("content_policy_fallbacks"),
            NumRetries = Section("num_retries").Whole("num_retries", 0, 100),
            RetryAfter = router.Seconds("retry_after", 0),
            Timeout = router.Seconds("timeout") ?? litellm.Seconds("request_timeout"),
            StreamTimeout = router.Seconds("stream_timeout"),
            CooldownTime = router.Seconds("cooldown_time", 0),
            AllowedFails = Section("allowed_fails").Whole("allowed_fails", 0, int.MaxValue),
        };
        var defaults = Section("default_fallbacks");
        foreach (var (node, path) in defaults.Items("default_fallbacks", orOne: true))
        {
            AddModel(_defaults, node, path);
        }

        return settings with
        {
            DefaultFallbacks = [.. _defaults.Distinct(StringComparer.Ordinal).Take(_maxFallbacks)],
            AllowedFails = router.Flag("disable_cooldowns") == true ? int.MaxValue : settings.AllowedFails,
        };
    }

    /// <summary>The section that says something about a key.</summary>
    private ConfigMap Section(string key) => router.Has(key) ? router : litellm;

    private void CheckStrategy()
    {
        if (router.Text("routing_strategy") is not { } strategy || strategy == "simple-shuffle")
        {
            return;
        }

        var (node, path) = (router.Find("routing_strategy")!, router.PathOf("routing_strategy"));
        if (s_strategies.Contains(strategy, StringComparer.Ordinal))
        {
            _context.Warn(node, path, $"names {strategy}, which isn't built in yet: simple-shuffle is used.");
        }
        else
        {
            var meant = EditDistance.Nearest(strategy, s_strategies);
            _context.Error(
                node,
                path,
                $"names no strategy that is known{(meant is null ? "." : $"; did you mean {meant}?")}"
            );
        }
    }

    private void CheckLimits()
    {
        foreach (var (node, path) in router.Items("optional_pre_call_checks", orOne: true))
        {
            if (router.ItemText(node, path) is "enforce_model_rate_limits" or "router_budget_limiting")
            {
                _context.ReportUnenforced(node, path, "optional_pre_call_checks", "Put limits on the provider's side.");
            }
        }
    }

    /// <summary>A list of maps from a model to its fallbacks; one map will do.</summary>
    private Dictionary<string, IReadOnlyList<string>> ReadFallbacks(string key)
    {
        var section = Section(key);
        Dictionary<string, IReadOnlyList<string>> fallbacks = new(StringComparer.Ordinal);
        IEnumerable<(ConfigNode Node, string Path)> items = section.Find(key) is MapNode one
            ? [(one, section.PathOf(key))]
            : section.Items(key);
        foreach (var (item, path) in items)
        {
            if (item is not MapNode map)
            {
                _context.Error(item, path, "must be a map from a model to a list of models.");
                continue;
            }

            foreach (var (model, value) in map.Entries)
            {
                List<string> list = [];
                foreach (var (i, target) in (value is ListNode several ? several.Items : [value]).Index())
                {
                    AddModel(list, target, $"{path}[{i}]");
                }

                if (model.Text == "*" && key == "fallbacks" && !models.Find("*").IsKnown)
                {
                    _defaults.AddRange(list);
                    continue;
                }

                WarnOfUnknown(model, path, model.Text);
                fallbacks[model.Text] =
                [
                    .. fallbacks.GetValueOrDefault(model.Text, []).Concat(list).Take(_maxFallbacks),
                ];
            }
        }

        foreach (var alias in models.Aliases)
        {
            if (fallbacks.TryGetValue(alias.Target, out var ofTarget))
            {
                fallbacks.TryAdd(alias.Name, ofTarget);
            }
        }

        return fallbacks;
    }

    private void AddModel(List<string> list, ConfigNode node, string path)
    {
        if (router.ItemText(node, path) is { } model)
        {
            WarnOfUnknown(node, path, model);
            list.Add(model);
        }
    }

    private void WarnOfUnknown(ConfigNode node, string path, string model)
    {
        if (!models.Find(model).IsKnown)
        {
            _context.Warn(node, path, $"names {Shown.Text(model)}, which is in no entry of model_list.");
        }
    }
}
