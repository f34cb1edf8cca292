namespace Callgate.Gateway.Configuration;

/// <summary>Shares calls as LiteLLM's simple-shuffle does: by weight, else by requests per minute, else by tokens per minute.</summary>
internal sealed class Weights(LoadContext context)
{
    public List<Deployment> Apply(List<DeploymentReader> readers)
    {
        foreach (var group in readers.GroupBy(r => r.Deployment.ModelName, StringComparer.Ordinal))
        {
            Share([.. group]);
        }

        return readers.ConvertAll(r => r.Deployment);
    }

    private void Share(DeploymentReader[] group)
    {
        if (TryApply(group, "weight", r => r.Weight) || TryApply(group, "rpm", r => r.Rpm))
        {
            return;
        }

        TryApply(group, "tpm", r => r.Tpm);
    }

    private bool TryApply(DeploymentReader[] group, string key, Func<DeploymentReader, decimal?> value)
    {
        if (!Array.Exists(group, r => value(r) is not null))
        {
            return false;
        }

        if (Array.Find(group, r => value(r) is null) is { } without)
        {
            context.Warn(
                without.At,
                without.PathOf(key),
                key == "weight"
                    ? $"is missing, while others of {Shown.Text(without.Deployment.ModelName)} have one: it counts as 1."
                    : $"is missing, while others of {Shown.Text(without.Deployment.ModelName)} have one: it can't share the calls."
            );
            if (key != "weight")
            {
                return false;
            }
        }

        if (Array.TrueForAll(group, r => value(r) is 0))
        {
            return true; // to each the same, as without any
        }

        foreach (var reader in group)
        {
            reader.Deployment = reader.Deployment with { Weight = (double)(value(reader) ?? 1) };
        }

        return true;
    }
}
