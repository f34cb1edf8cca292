using Callgate.Sinks;

namespace Callgate;

/// <summary>Makes callbacks of sinks.</summary>
public static class EventSinkExtensions
{
    /// <summary>
    /// A callback that gathers events in memory and gives them to the sink in batches. A client's flush and disposal wait for it.
    /// </summary>
    /// <example><code>client.Callbacks.Add(new MySink().Batched());</code></example>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it.</exception>
    public static CustomLogger Batched(this IEventSink sink, SinkOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return new SinkLogger(sink, OptionsCheck.Validated(options ?? new SinkOptions()));
    }
}
