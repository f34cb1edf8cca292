namespace Callgate.Formats.Responses;

/// <summary>
/// Keeps responses, so that a later request can build on them by their id. Each belongs to the key that made it: another one finds nothing.
/// Thread-safe. Entries end after a time, and the oldest ones when there are too many.
/// </summary>
internal interface IResponseStore
{
    /// <summary>Keeps responses, all at once; they can be found as soon as this ends.</summary>
    /// <returns>False where one is too large to be kept: then none is.</returns>
    ValueTask<bool> SaveAsync(IReadOnlyList<StoredResponse> responses, CancellationToken cancellationToken);

    /// <summary>The response with this id; null where there is none of this owner.</summary>
    ValueTask<StoredResponse?> GetAsync(string owner, string id, CancellationToken cancellationToken);

    /// <summary>Forgets a response.</summary>
    /// <returns>Whether there was one.</returns>
    ValueTask<bool> DeleteAsync(string owner, string id, CancellationToken cancellationToken);
}

/// <summary>A response that is kept.</summary>
/// <param name="Owner">The hash of the key that made it; empty where nobody needs one.</param>
/// <param name="Id">Its id.</param>
/// <param name="CreatedAt">Unix seconds.</param>
/// <param name="PreviousId">The response that it builds on.</param>
/// <param name="Input">Its own input items, a JSON array.</param>
/// <param name="Body">The response object as its client got it.</param>
/// <param name="Upstream">The deployment that gave the response, and keeps it under the same id; null where it was translated.</param>
internal sealed record StoredResponse(
    string Owner,
    string Id,
    long CreatedAt,
    string? PreviousId,
    ReadOnlyMemory<byte> Input,
    ReadOnlyMemory<byte> Body,
    string? Upstream = null
)
{
    /// <summary>One item of a response that was given by a deployment: by the item's id nothing else would find it.</summary>
    public bool IsItem => Input.IsEmpty;

    public long Size => Input.Length + Body.Length;
}

/// <summary>The bounds of a store of responses.</summary>
internal sealed record ResponseStoreLimits
{
    /// <summary>Whether none of these is too large to be kept.</summary>
    public bool Allow(IEnumerable<StoredResponse> responses) =>
        responses.All(r => r.Size <= Math.Min(MaxResponseBytes, MaxTotalBytes));

    /// <summary>How long a response is kept. 30 days, as at OpenAI.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>The most bytes of one response and its input; larger ones aren't kept. 16 MiB.</summary>
    public long MaxResponseBytes { get; init; } = 16 << 20;

    /// <summary>The most bytes of all together; beyond it the oldest ones go. 256 MiB.</summary>
    public long MaxTotalBytes { get; init; } = 256 << 20;
}
