using Callgate.Gateway.Configuration.Keys;
using Callgate.Gateway.Configuration.Yaml;
using Callgate.Gateway.Keys;

namespace Callgate.Gateway.Configuration;

/// <summary>Reads the sections of a config.</summary>
internal sealed class GatewayConfigReader(ConfigMap root)
{
    private readonly LoadContext _context = root.Context;

    public GatewayConfig Read()
    {
        root.Check(KnownKeys.TopLevel);
        // First: the other sections may name these variables.
        ReadVariables();
        var litellm = Section("litellm_settings", KnownKeys.LitellmSettings);
        var router = Section("router_settings", KnownKeys.RouterSettings);
        var general = Section("general_settings", KnownKeys.GeneralSettings);
        var fromVariable = MasterKeyVariables.Find(_context.Variable);
        var models = new ModelListReader(root, router);
        var table = models.Read();
        return new GatewayConfig
        {
            Models = table,
            ModelInfo = models.Info,
            Routing = new RoutingReader(litellm, router, table).Read(),
            Callbacks = new CallbackReader(root, litellm).Read(),
            Cache = ReadCache(litellm),
            DropParams = litellm.Flag("drop_params") ?? false,
            TurnOffMessageLogging = litellm.Flag("turn_off_message_logging") ?? false,
            MasterKey = ReadMasterKey(general),
            DefaultMasterKey = fromVariable?.Key,
            MasterKeyVariable = MasterKeyVariable(general, fromVariable?.Variable),
            Variables = new ConfigVariables(_context.Variables),
        };
    }

    private ConfigMap Section(string name, KeyTable table)
    {
        var section = root.Map(name) ?? ConfigMap.Empty(_context);
        section.Check(table);
        return section;
    }

    private void ReadVariables()
    {
        if (root.Map("environment_variables") is not { } variables)
        {
            return;
        }

        foreach (var entry in variables.Node.Entries)
        {
            var key = entry.Key;
            if (key.Text.Length == 0 || key.Text.AsSpan().ContainsAny('=', '\0'))
            {
                _context.Error(key, variables.PathOf(entry), "is no name of a variable.");
            }
            else if (variables.Text(key.Text) is { } value)
            {
                if (value.Contains('\0', StringComparison.Ordinal))
                {
                    _context.Error(key, variables.PathOf(key.Text), "can't hold a NUL character.");
                }
                else
                {
                    _context.Variables[key.Text] = value;
                }
            }
        }
    }

    /// <summary>A master key that can't be had is an error: without one, everybody would be let in.</summary>
    private Secret? ReadMasterKey(ConfigMap general)
    {
        const string name = "master_key";
        var key = general.Text(name)?.Trim();
        if (key?.Length > KeyHash.LongestKey)
        {
            _context.Error(
                general.Find(name)!,
                general.PathOf(name),
                $"is longer than {KeyHash.LongestKey} characters."
            );
        }
        else if (!string.IsNullOrEmpty(key))
        {
            return new Secret(key);
        }
        else if (
            general.Find(name) is ScalarNode node
            && !(LoadContext.IsVariable(node) && _context.Resolve(node) is null)
        )
        {
            _context.Error(node, general.PathOf(name), "is empty. Remove it to have no master key.");
        }

        return null;
    }

    /// <summary>The variable that the key comes from, as far as others can have it too.</summary>
    private string? MasterKeyVariable(ConfigMap general, string? other)
    {
        var variable =
            general.Find("master_key") is not ScalarNode node ? other
            : LoadContext.IsVariable(node) ? LoadContext.VariableOf(node)
            : null;
        return variable is null || _context.Variables.ContainsKey(variable) ? null : variable;
    }

    private CacheSettings? ReadCache(ConfigMap litellm)
    {
        if (litellm.Flag("cache") is not true)
        {
            return null;
        }

        var parameters = litellm.Map("cache_params") ?? ConfigMap.Empty(_context);
        parameters.Check(KnownKeys.CacheParams);
        if (parameters.Text("type") is { } type && type != "local")
        {
            _context.Error(
                parameters.Find("type")!,
                parameters.PathOf("type"),
                "names a cache that isn't built in yet. Write local to keep answers in memory, or remove cache: true."
            );
        }

        var mode = parameters.Text("mode");
        if (mode is not (null or "default_on" or "default_off"))
        {
            _context.Error(parameters.Find("mode")!, parameters.PathOf("mode"), "must be default_on or default_off.");
        }

        return new CacheSettings(
            parameters.Seconds("ttl") ?? parameters.Seconds("default_in_memory_ttl"),
            mode == "default_off",
            parameters.Text("namespace")
        );
    }
}
