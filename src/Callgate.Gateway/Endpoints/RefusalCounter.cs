using Callgate.Calls;
using Callgate.Formats;
using Callgate.Gateway.Keys;

namespace Callgate.Gateway.Endpoints;

/// <summary>
/// Events of requests that nobody authenticated. The first of a kind has its event at once; those that follow within the interval
/// are counted, and told together: junk must not fill a disk.
/// </summary>
internal sealed class RefusalCounter(GatewayServer server, TimeProvider time) : IAsyncDisposable
{
    /// <summary>The entry of a call's metadata that says how many requests its event stands for.</summary>
    public const string CountEntry = "refused_requests";

    private const string Unknown = "unknown";

    private static readonly Dictionary<string, object?> s_nobody = new()
    {
        ["user_api_key_hash"] = Unknown,
        ["user_api_key_alias"] = Unknown,
        ["user_api_key_user_id"] = Unknown,
        ["user_api_key_team_id"] = Unknown,
    };

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string? Route, KeyStatus Status, string? Token), Kind> _kinds = [];
    private ITimer? _timer;

    /// <param name="route">The route that was asked.</param>
    /// <param name="format">Its format; null where it calls no model.</param>
    /// <param name="lookup">What was wrong.</param>
    public void Count(string? route, ClientFormat? format, KeyLookup lookup)
    {
        Kind? kind;
        lock (_lock)
        {
            var name = (route, lookup.Status, lookup.Key?.Token);
            if (_kinds.TryGetValue(name, out kind))
            {
                kind.Pending++;
                return;
            }

            kind = new Kind(route, format, lookup);
            _kinds.Add(name, kind);
            _timer ??= time.CreateTimer(static s => ((RefusalCounter)s!).Tell(), this, s_interval, s_interval);
        }

        Tell(kind, 1);
    }

    /// <summary>Tells what has been counted since the last time.</summary>
    public void Tell()
    {
        List<(Kind Kind, int Count)> counted = [];
        lock (_lock)
        {
            foreach (var (key, kind) in _kinds.ToList())
            {
                if (kind.Pending == 0)
                {
                    _kinds.Remove(key);
                    continue;
                }

                counted.Add((kind, kind.Pending));
                kind.Pending = 0;
            }

            if (_kinds.Count == 0)
            {
                _timer?.Dispose();
                _timer = null;
            }
        }

        foreach (var (kind, count) in counted)
        {
            Tell(kind, count);
        }
    }

    // Never throws: it runs on a timer's thread too.
    private void Tell(Kind kind, int count)
    {
        // Of whichever snapshot there is by now: the one that refused may have ended.
        using var lease = server.Lease();
        var runtime = lease.Snapshot.Client.Runtime;
        try
        {
            runtime.Pipeline.Refuse(NewCall(runtime, kind, count), kind.Failure);
        }
        catch (ObjectDisposedException)
        {
            // The gateway is over.
        }
#pragma warning disable CA1031 // Nobody waits for it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            runtime.Hub.Report(nameof(RefusalCounter), nameof(Tell), exception);
        }
    }

    private Call NewCall(ClientRuntime runtime, Kind kind, int count)
    {
        var format = kind.Format ?? Caller.Format;
        return new Call(
            runtime,
            Unknown,
            new GatewayCall(null, ClientRequest.Empty(format, Unknown))
            {
                Format = format,
                UserApiKey = kind.Key?.UserApiKey ?? new UserApiKey(),
                OnClosed = (call, end) => server.Metrics.Count(call, end, null, count),
            },
            new CallOptions
            {
                // A key that is expired or blocked still says whose it was.
                Metadata = CallMetadata.With(
                    kind.Key?.CallMetadata ?? s_nobody,
                    new Dictionary<string, object?> { [KeyIdentity.RouteEntry] = kind.Route, [CountEntry] = count }
                ),
            },
            new CallKind(kind.Format?.CallType ?? "", IsSync: false, IsStream: false)
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is { } timer)
        {
            await timer.DisposeAsync().ConfigureAwait(false);
        }

        Tell();
    }

    private sealed class Kind(string? route, ClientFormat? format, KeyLookup lookup)
    {
        public string? Route => route;
        public ClientFormat? Format => format;
        public VirtualKey? Key => lookup.Key == VirtualKey.Anonymous ? null : lookup.Key;
        public LlmException Failure =>
            Refusals.Create(lookup.Refusal!.StatusCode, lookup.Refusal.Message, lookup.Refusal.Code);
        public int Pending { get; set; }
    }
}
