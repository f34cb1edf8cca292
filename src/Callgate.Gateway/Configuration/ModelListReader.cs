using System.Text.Json;
using Callgate.Gateway.Configuration.Keys;
using Callgate.Gateway.Configuration.Yaml;
using Callgate.Routing;

namespace Callgate.Gateway.Configuration;

/// <summary>Reads <c>model_list</c> and the aliases.</summary>
internal sealed class ModelListReader(ConfigMap root, ConfigMap router)
{
    private readonly LoadContext _context = root.Context;
    private readonly List<DeploymentReader> _served = [];
    private readonly List<UnsupportedDeployment> _unsupported = [];
    private readonly List<string> _names = [];
    private readonly Dictionary<string, ConfigNode> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _info = new(StringComparer.Ordinal);

    /// <summary>By deployment id: the whole <c>model_info</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> Info => _info;

    public ModelTable Read()
    {
        foreach (var (node, path) in root.Items("model_list"))
        {
            if (node is MapNode map)
            {
                ReadEntry(new ConfigMap(map, path, _context));
            }
            else
            {
                _context.Error(node, path, $"must be a map with model_name and litellm_params, not {node.Kind}.");
            }
        }

        var deployments = new Weights(_context).Apply(_served);
        var aliases = ReadAliases();
        var table = new ModelTable(deployments, _unsupported, [], _names);
        var shadowed = aliases.Select(a => a.Name).ToHashSet(StringComparer.Ordinal);
        return new ModelTable(
            [.. deployments.Where(d => !shadowed.Contains(d.ModelName)), .. aliases.SelectMany(a => Aliased(a, table))],
            [
                .. _unsupported.Where(d => !shadowed.Contains(d.ModelName)),
                .. aliases.SelectMany(a => AliasedUnsupported(a, table)),
            ],
            aliases,
            [.. _names.Where(n => !shadowed.Contains(n))]
        );
    }

    private void ReadEntry(ConfigMap entry)
    {
        entry.Check(KnownKeys.ModelEntry);
        var name = entry.RequiredText("model_name");
        if (!entry.Has("litellm_params"))
        {
            _context.Error(entry.Node, entry.PathOf("litellm_params"), "is missing.");
        }

        if (entry.Map("litellm_params") is not { } parameters)
        {
            return;
        }

        var info = entry.Map("model_info") ?? ConfigMap.Empty(_context);
        var reader = new DeploymentReader(name ?? "", parameters, info);
        if (!reader.TryRead() || name is null)
        {
            return;
        }

        RefuseLimits(parameters);
        _names.Add(name);
        var id = IdOf(reader, info);
        if (info.Node.Entries.Count > 0)
        {
            _info[id] = NodeJson.Of(info.Node, entry.PathOf("model_info"), _context);
        }

        if (reader.WhyUnsupported is { } reason)
        {
            _unsupported.Add(new UnsupportedDeployment(name, reader.Deployment.Model, id, reason));
        }
        else
        {
            reader.Deployment = reader.Deployment with { Id = id };
            _served.Add(reader);
        }
    }

    /// <summary>What is a weight to simple-shuffle, is a limit to LiteLLM's strategies by usage.</summary>
    private void RefuseLimits(ConfigMap parameters)
    {
        if (
            router.Find("routing_strategy") is not ScalarNode strategy
            || _context.Resolve(strategy)?.StartsWith("usage-based-routing", StringComparison.Ordinal) != true
        )
        {
            return;
        }

        foreach (var key in (string[])["rpm", "tpm"])
        {
            if (parameters.Find(key) is { } limit)
            {
                _context.ReportUnenforced(
                    limit,
                    parameters.PathOf(key),
                    key,
                    "By a usage-based routing_strategy it is a limit: put it on the provider's side, or write simple-shuffle, to which it is a weight."
                );
            }
        }
    }

    /// <summary>The id that is given, or one of the deployment's own; two with the same would share pauses.</summary>
    private string IdOf(DeploymentReader reader, ConfigMap info)
    {
        if (info.Text("id") is { } given)
        {
            if (!_ids.TryAdd(given, info.Node))
            {
                _context.Error(
                    info.Find("id")!,
                    info.PathOf("id"),
                    $"is the id of the deployment in line {_ids[given].Line} too: each needs its own."
                );
            }

            return given;
        }

        var id = reader.Deployment.Id;
        for (var i = 2; !_ids.TryAdd(id, info.Node); i++)
        {
            id = $"{reader.Deployment.Id}#{i}";
        }

        return id;
    }

    private List<ModelAlias> ReadAliases()
    {
        List<ModelAlias> aliases = [];
        if (router.Map("model_group_alias") is not { } map)
        {
            return aliases;
        }

        var models = new ModelTable([.. _served.Select(s => s.Deployment)], _unsupported, [], []);
        foreach (var (key, value) in map.Node.Entries)
        {
            var path = $"{router.PathOf("model_group_alias")}.{Shown.Text(key.Text)}";
            var detailed = value is MapNode node ? new ConfigMap(node, path, _context) : null;
            var target = detailed is null ? map.ItemText(value, path) : detailed.RequiredText("model");
            if (target is null)
            {
                continue;
            }

            if (!models.Find(target).IsKnown)
            {
                _context.Warn(value, path, $"names {Shown.Text(target)}, which is in no entry of model_list.");
            }

            aliases.Add(new ModelAlias(key.Text, target, detailed?.Flag("hidden") ?? false));
        }

        return aliases;
    }

    private static IEnumerable<Deployment> Aliased(ModelAlias alias, ModelTable table)
    {
        var group = table.Find(alias.Target).Group;
        var found = group is null ? null : new WildcardPattern(group).Match(alias.Target);
        return table
            .Deployments.Where(d => d.ModelName == group)
            .Select(d =>
                (found is null ? d : Router.Filled(d, found, alias.Target)) with
                {
                    ModelName = alias.Name,
                    Id = d.Id,
                }
            );
    }

    private static IEnumerable<UnsupportedDeployment> AliasedUnsupported(ModelAlias alias, ModelTable table) =>
        table.Find(alias.Target).Unsupported is { } one ? [one with { ModelName = alias.Name }] : [];
}
