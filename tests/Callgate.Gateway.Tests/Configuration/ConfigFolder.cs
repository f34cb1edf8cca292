using Callgate.Gateway.Configuration;

namespace Callgate.Gateway.Tests.Configuration;

/// <summary>A folder for the config files of one test, and the variables they may name.</summary>
internal sealed class ConfigFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("callgate-config-").FullName;

    public Dictionary<string, string> Variables { get; } =
        new(StringComparer.Ordinal)
        {
            ["OPENAI_API_KEY"] = "sk-openai-geheim",
            ["ANTHROPIC_API_KEY"] = "sk-ant-geheim",
            ["AZURE_API_KEY_EU"] = "azure-eu-geheim",
            ["AZURE_API_KEY_CA"] = "azure-ca-geheim",
            ["AZURE_API_BASE"] = "https://eu.example.openai.azure.com",
            ["AZURE_AD_TOKEN"] = "token-geheim",
            ["GEMINI_API_KEY"] = "gemini-geheim",
            ["MASTER_KEY"] = "sk-master-geheim",
            ["AUDIT_TOKEN"] = "Bearer geheim",
        };

    public ConfigLoadOptions Options { get; set; } = new();

    /// <summary>The repository's example configs.</summary>
    public static string Examples => Path.Combine(Root, "tests/Callgate.Gateway.Tests/Configuration/Examples");

    public static string Root { get; } = FindRoot();

    /// <summary>How often a property is tried; more in a long run.</summary>
    public static int Rounds(int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable("CALLGATE_FUZZ_ROUNDS"), out var rounds) ? rounds : usual;

    public string PathOf(string name) => Path.Combine(_path, name);

    public string Write(string name, string text)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Writes and loads config.yaml.</summary>
    public ConfigResult Load(string yaml) => LoadFile(Write("config.yaml", yaml));

    public ConfigResult LoadFile(string path) =>
        ConfigLoader.Load(path, Options with { Environment = n => Variables.GetValueOrDefault(n) });

    /// <summary>A config that must have no errors.</summary>
    public GatewayConfig Good(string yaml)
    {
        var result = Load(yaml);
        Assert.Empty(result.Errors);
        return result.Config!;
    }

    /// <summary>What is said of a config, without the folder's path.</summary>
    public string[] Lines(string yaml) => [.. Load(yaml).Diagnostics.Select(Line)];

    public string Line(ConfigDiagnostic diagnostic) =>
        diagnostic.ToString().Replace(_path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(_path, recursive: true);

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Callgate.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("This is no repository.");
        }

        return folder;
    }
}
