namespace Callgate.Gateway.Configuration;

/// <summary>Reads LiteLLM's config.yaml.</summary>
internal static class ConfigLoader
{
    /// <summary>Reads a config with all that is wrong with it. Never throws for what a file holds.</summary>
    /// <param name="path">The file, as diagnostics are to name it.</param>
    /// <param name="options">How to read it.</param>
    public static ConfigResult Load(string path, ConfigLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var context = new LoadContext(options ?? new ConfigLoadOptions());
        var files = new ConfigFiles(context);
        var root = files.Read(path);
        var config = root is null ? null : new GatewayConfigReader(new ConfigMap(root, "", context)).Read();
        return new ConfigResult
        {
            Config = context.HasErrors ? null : config,
            Callbacks = config?.Callbacks ?? [],
            Diagnostics = context.Sorted(files.Files),
            Files = files.Files,
            Fingerprint = files.Fingerprint,
        };
    }
}
