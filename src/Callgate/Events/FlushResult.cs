namespace Callgate;

/// <summary>
/// Where the events of a client's observers are: <c>Accepted = Delivered + Pending + DeadLettered + SampledOut + Dropped</c>, always.
/// An event counts once for each observer that is to see it.
/// </summary>
public readonly record struct FlushResult
{
    /// <summary>Events handed over for delivery.</summary>
    public long Accepted { get; init; }

    /// <summary>Events that an observer has seen, those that it failed on included; of a sink, those that reached its receiver.</summary>
    public long Delivered { get; init; }

    /// <summary>Of those, the ones where the observer threw.</summary>
    public long Failed { get; init; }

    /// <summary>Events still to be seen, or held by a sink.</summary>
    public long Pending => Accepted - Delivered - DeadLettered - SampledOut - Dropped;

    /// <summary>Events that a sink refused, or gave up after its tries.</summary>
    public long DeadLettered { get; init; }

    /// <summary>Events left out by sampling.</summary>
    public long SampledOut { get; init; }

    /// <summary>Events dropped because the observer lagged too far behind, or because the client was disposed while a sink held them.</summary>
    public long Dropped { get; init; }

    /// <summary>Adds two.</summary>
    public static FlushResult operator +(FlushResult left, FlushResult right) => left.Plus(right);

    /// <summary>Adds two.</summary>
    public FlushResult Plus(FlushResult other) =>
        new()
        {
            Accepted = Accepted + other.Accepted,
            Delivered = Delivered + other.Delivered,
            Failed = Failed + other.Failed,
            DeadLettered = DeadLettered + other.DeadLettered,
            SampledOut = SampledOut + other.SampledOut,
            Dropped = Dropped + other.Dropped,
        };
}
