namespace Callgate;

/// <summary>
/// Where events go in batches: a file, a webhook, a database of your own. The sink delivers one batch and throws where it couldn't;
/// whoever drives it owns batching, retries and the accounts. Add one with <see cref="EventSinkExtensions.Batched"/>.
/// </summary>
/// <remarks>
/// A sink gets one batch at a time. Delivery is at least once: after a failure the same events come again, with the same ids.
/// Events are immutable, and may be kept.
/// </remarks>
public interface IEventSink
{
    /// <summary>Delivers a batch.</summary>
    /// <param name="batch">At least one event, in the order in which they came.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits for these events any more.</param>
    /// <exception cref="SinkException">Not all was delivered; it says which events are refused for good, and when to come again.</exception>
    /// <exception cref="Exception">Nothing was delivered; the whole batch comes again.</exception>
    ValueTask SendAsync(IReadOnlyList<SinkEvent> batch, CancellationToken cancellationToken);
}
