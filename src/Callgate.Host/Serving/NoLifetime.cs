using Microsoft.Extensions.Hosting;

namespace Callgate.Host.Serving;

/// <summary>Leaves signals to the command, which has one token for all of them.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
