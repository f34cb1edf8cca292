using System.Collections.Concurrent;

namespace Callgate.Routing;

/// <summary>Knows which deployments get no calls for a while. Thread-safe.</summary>
internal sealed class Cooldowns(LlmClientOptions options)
{
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _until = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (DateTimeOffset Since, int Count)> _failures = new(
        StringComparer.Ordinal
    );

    public List<Deployment> Without(List<Deployment> deployments)
    {
        var now = options.TimeProvider.GetUtcNow();
        return deployments.FindAll(d => !_until.TryGetValue(d.Id, out var until) || until <= now);
    }

    public bool Has(Deployment deployment) =>
        _until.TryGetValue(deployment.Id, out var until) && until > options.TimeProvider.GetUtcNow();

    /// <summary>Takes a deployment out after a failure that a pause may cure, if it had too many of them.</summary>
    public void Note(Deployment deployment, LlmException failure)
    {
        if (
            failure.Kind
                is LlmErrorKind.RateLimit
                    or LlmErrorKind.ServiceUnavailable
                    or LlmErrorKind.Connection
                    or LlmErrorKind.Server
            && IsOneTooMany(deployment)
        )
        {
            var pause = failure.RetryAfter > options.CooldownTime ? failure.RetryAfter.Value : options.CooldownTime;
            _until[deployment.Id] = options.TimeProvider.GetUtcNow() + pause;
        }
    }

    private bool IsOneTooMany(Deployment deployment)
    {
        if (options.AllowedFails == 0)
        {
            return true;
        }

        var (_, count) = _failures.AddOrUpdate(
            deployment.Id,
            static (_, now) => (now, 1),
            static (_, seen, now) => now - seen.Since < s_window ? (seen.Since, seen.Count + 1) : (now, 1),
            options.TimeProvider.GetUtcNow()
        );
        return count > options.AllowedFails && _failures.TryRemove(deployment.Id, out _);
    }
}
