namespace Callgate.Gateway;

/// <summary>The snapshot of one request. It isn't ended while the request has it.</summary>
internal readonly struct SnapshotLease(RunningSnapshot running) : IDisposable
{
    public GatewaySnapshot Snapshot => running.Snapshot;

    public void Dispose() => running.Leave();
}
