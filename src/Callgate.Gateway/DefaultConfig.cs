using Callgate.Gateway.Configuration;
using Callgate.Providers;

namespace Callgate.Gateway;

/// <summary>What is served without a config: the mock of every model, and each provider whose key stands in the environment.</summary>
internal static class DefaultConfig
{
    public static GatewayConfig Create(Func<string, string?> environment)
    {
        var masterKey = MasterKeyVariables.Find(environment);
        List<Deployment> deployments = [new() { ModelName = "mock/*", Model = "mock/*" }];
        foreach (var provider in ProviderTable.All.Where(HasKey))
        {
            var name = $"{provider.Name}/*";
            deployments.Add(new Deployment { ModelName = name, Model = name });
            deployments.AddRange(
                provider.OwnedPrefixes.Select(p => new Deployment
                {
                    ModelName = $"{p}*",
                    Model = $"{provider.Name}/{p}*",
                })
            );
        }

        return new GatewayConfig
        {
            DefaultMasterKey = masterKey?.Key,
            MasterKeyVariable = masterKey?.Variable,
            Models = new ModelTable(deployments, [], [], [.. deployments.Select(d => d.ModelName)]),
        };
    }

    private static bool HasKey(LlmProvider provider) =>
        provider.ApiKeyVariables.Any(v => !string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(v)))
        && (
            provider.DefaultApiBase is not null
            || provider.ApiBaseVariables.Any(v => !string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(v)))
        );
}
