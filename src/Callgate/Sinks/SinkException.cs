namespace Callgate;

/// <summary>A sink could not deliver all of a batch. Its message is logged: no secrets, and nothing of the events.</summary>
public sealed class SinkException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Events that are refused for good. They aren't sent again, and count as dead letters.</summary>
    public IReadOnlyCollection<SinkEvent> Refused { get; init; } = [];

    /// <summary>Events to send again; what is neither here nor in <see cref="Refused"/> was delivered. Null: all that weren't refused.</summary>
    public IReadOnlyCollection<SinkEvent>? Undelivered { get; init; }

    /// <summary>How long the receiver asks to be left alone. Null: as the driver sees fit.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
