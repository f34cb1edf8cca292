using Callgate.Calls;
using Microsoft.AspNetCore.Http;

namespace Callgate.Gateway.Endpoints;

/// <summary>
/// What becomes of a stream whose client leaves: it is aborted at once, or, where its deployment says so, read on to learn the
/// bill, for a bounded time and for a bounded number of streams.
/// </summary>
internal sealed class StreamLeaving : IDisposable
{
    private static int s_draining;

    private readonly GatewayServer _server;
    private readonly Call _call;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenRegistration _aborted;
    private int _left;

    public StreamLeaving(HttpContext http, GatewayServer server, Call call)
    {
        _server = server;
        _call = call;
        _aborted = http.RequestAborted.UnsafeRegister(static s => ((StreamLeaving)s!).Leave(), this);
    }

    /// <summary>Cancelled when the stream is to be aborted.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Whether nobody reads what is written.</summary>
    public bool HasLeft => Volatile.Read(ref _left) != 0;

    public void Leave()
    {
        if (Interlocked.Exchange(ref _left, 1) != 0)
        {
            return;
        }

        if (_call.Attempt?.Target.Deployment.OnClientGone == OnClientGone.Drain && TryDrain())
        {
            _call.Gateway!.HasClientLeft = true;
            _stop.CancelAfter(_server.Options.DrainTimeout);
        }
        else
        {
            _stop.Cancel();
        }
    }

    private bool TryDrain()
    {
        if (Interlocked.Increment(ref s_draining) <= _server.Options.MaxDrainingStreams)
        {
            return true;
        }

        Interlocked.Decrement(ref s_draining);
        return false;
    }

    public void Dispose()
    {
        _aborted.Dispose();
        if (_call.Gateway!.HasClientLeft)
        {
            Interlocked.Decrement(ref s_draining);
        }

        _stop.Dispose();
    }
}
