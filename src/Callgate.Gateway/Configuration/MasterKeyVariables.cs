namespace Callgate.Gateway.Configuration;

/// <summary>The master key of the environment: for where neither the config nor the host's options have one.</summary>
internal static class MasterKeyVariables
{
    // Ours first: where both are set, somebody moves.
    private static readonly string[] s_names = ["CALLGATE_MASTER_KEY", "LITELLM_MASTER_KEY"];

    /// <summary>The key, and the variable that has it.</summary>
    public static (string Variable, Secret Key)? Find(Func<string, string?> variable)
    {
        foreach (var name in s_names)
        {
            if (variable(name) is { } key && !string.IsNullOrWhiteSpace(key))
            {
                return (name, new Secret(key.Trim()));
            }
        }

        return null;
    }
}
