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
    private readonly Dictionary<(string Format, KeyStatus Status, string? Token), Kind> _kinds = [];
    private ITimer? _timer;

    public void Count(ClientFormat format, KeyLookup lookup, ErrorReply refusal)
    {
        lock (_lock)
        {
            var name = (format.Name, lookup.Status, lookup.Key?.Token);
            if (_kinds.TryGetValue(name, out var kind))
            {
                kind.Pending++;
                return;
            }

            _kinds.Add(name, new Kind(format, lookup.Key, refusal));
            _timer ??= time.CreateTimer(static s => ((RefusalCounter)s!).Tell(), this, s_interval, s_interval);
        }

        Tell(format, lookup.Key, refusal, 1);
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
            Tell(kind.Format, kind.Key, kind.Refusal, count);
        }
    }

    private void Tell(ClientFormat format, VirtualKey? key, ErrorReply refusal, int count)
    {
        // Of whichever snapshot there is by now: the one that refused may have ended.
        using var lease = server.Lease();
        var runtime = lease.Snapshot.Client.Runtime;
        var call = new Call(
            runtime,
            Unknown,
            new GatewayCall(null, ClientRequest.Empty(format, Unknown))
            {
                Format = format,
                UserApiKey = key?.UserApiKey ?? new UserApiKey(),
            },
            new CallOptions
            {
                // A key that is expired or blocked still says whose it was.
                Metadata = CallMetadata.With(
                    key?.CallMetadata ?? s_nobody,
                    new Dictionary<string, object?> { [CountEntry] = count }
                ),
            },
            new CallKind(format.CallType, IsSync: false, IsStream: false)
        );
        runtime.Pipeline.Refuse(call, Refusals.Create(refusal.StatusCode, refusal.Message, refusal.Code));
    }

    public async ValueTask DisposeAsync()
    {
        if (_timer is { } timer)
        {
            await timer.DisposeAsync().ConfigureAwait(false);
        }

        Tell();
    }

    private sealed class Kind(ClientFormat format, VirtualKey? key, ErrorReply refusal)
    {
        public ClientFormat Format => format;
        public VirtualKey? Key => key;
        public ErrorReply Refusal => refusal;
        public int Pending { get; set; }
    }
}
