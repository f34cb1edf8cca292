namespace Callgate.Formats.Responses;

/// <summary>Keeps responses in memory.</summary>
internal sealed class MemoryResponseStore(TimeProvider clock, ResponseStoreLimits? limits = null) : IResponseStore
{
    private readonly ResponseStoreLimits _limits = limits ?? new ResponseStoreLimits();
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Owner, string Id), LinkedListNode<StoredResponse>> _byId = [];
    private readonly LinkedList<StoredResponse> _byAge = [];
    private long _total;

    public ValueTask<bool> SaveAsync(IReadOnlyList<StoredResponse> responses, CancellationToken cancellationToken)
    {
        if (!_limits.Allow(responses))
        {
            return new(false);
        }

        // The bytes may be part of a buffer that is used again.
        var copies = responses.Select(r => r with { Input = r.Input.ToArray(), Body = r.Body.ToArray() }).ToList();
        lock (_lock)
        {
            foreach (var own in copies)
            {
                Remove((own.Owner, own.Id));
                _byId.Add((own.Owner, own.Id), _byAge.AddLast(own));
                _total += own.Size;
            }

            while (_byAge.First is { Value: var oldest } && (_total > _limits.MaxTotalBytes || IsOver(oldest)))
            {
                Remove((oldest.Owner, oldest.Id));
            }
        }

        return new(true);
    }

    public ValueTask<StoredResponse?> GetAsync(string owner, string id, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(_byId.TryGetValue((owner, id), out var node) && !IsOver(node.Value) ? node.Value : null);
        }
    }

    public ValueTask<bool> DeleteAsync(string owner, string id, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(Remove((owner, id)) is { } removed && !IsOver(removed));
        }
    }

    private StoredResponse? Remove((string Owner, string Id) key)
    {
        if (!_byId.Remove(key, out var node))
        {
            return null;
        }

        _byAge.Remove(node);
        _total -= node.Value.Size;
        return node.Value;
    }

    private bool IsOver(StoredResponse response) =>
        response.CreatedAt < clock.GetUtcNow().ToUnixTimeSeconds() - (long)_limits.Retention.TotalSeconds;
}
