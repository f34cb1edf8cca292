using Callgate.Gateway.Configuration;
using Callgate.Gateway.Endpoints;

namespace Callgate.Gateway;

/// <summary>What is served at one time: a configuration, and the client that calls its models. A call keeps the one that it began with.</summary>
internal sealed class GatewaySnapshot
{
    public required LlmClient Client { get; init; }

    public required GatewayConfig Config { get; init; }

    /// <summary>The cache, and what it was made of, so that a reload can go on with it.</summary>
    public (CacheSettings? Settings, ICallCache? Cache) Cache { get; init; }

    /// <exception cref="LlmException">Nobody answers for the model.</exception>
    public void ThrowIfNotServed(string model)
    {
        var match = Config.Models.Find(model);
        if (match.Unsupported is { } unsupported)
        {
            throw Refusals.NotBuilt(unsupported.Reason);
        }

        if (!match.IsKnown)
        {
            throw Refusals.UnknownModel(model);
        }
    }
}
