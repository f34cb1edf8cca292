namespace Callgate.Conformance;

/// <summary>What happens in a scenario, in the design's terms. How often each hook is to fire follows from it: see <see cref="Expectations"/>.</summary>
internal sealed record Facts
{
    /// <summary>Calls: the caller's own, and its reruns.</summary>
    public int Calls { get; init; } = 1;

    /// <summary>Unary answers, of a provider or the cache, that no hook refused.</summary>
    public int GoodAnswers { get; init; }

    /// <summary>Times that a request was shaped (step 2).</summary>
    public int Shaped { get; init; } = 1;

    /// <summary>Model groups that were tried (step 5).</summary>
    public int Groups { get; init; }

    /// <summary>Deployments that were picked (step 6).</summary>
    public int Picked { get; init; }

    /// <summary>Of those, the ones that no check refused.</summary>
    public int Checked { get; init; }

    /// <summary>Requests that the provider got.</summary>
    public int Sent { get; init; }

    /// <summary>Of those, the ones that got an HTTP answer.</summary>
    public int Replied { get; init; }

    /// <summary>Unary answers.</summary>
    public int Answers { get; init; }

    /// <summary>Picked deployments that did not answer, or whose answer was refused, while the call went on or was yet to end.</summary>
    public int FailedTries { get; init; }

    /// <summary>Chunks that came from a provider, and that the consumer's pulls reached.</summary>
    public int ProviderChunks { get; init; }

    /// <summary>Chunks that the consumer got.</summary>
    public int ConsumerChunks { get; init; }

    /// <summary>Times that a group of one was rate limited, or a group had none left.</summary>
    public int RateLimits { get; init; }

    /// <summary>Fallback groups that failed.</summary>
    public int FailedFallbacks { get; init; }

    /// <summary>Fallback groups that answered.</summary>
    public int AnsweredFallbacks { get; init; }

    /// <summary>Whether the caller wants the call to be logged.</summary>
    public bool IsLogged { get; init; } = true;

    /// <summary>What is known about the call's cost.</summary>
    public CostStatus Cost { get; init; }

    /// <summary>What is known about its tokens.</summary>
    public UsageSource Usage { get; init; }

    /// <summary>Nothing has happened beyond shaping.</summary>
    public static Facts NothingSent { get; } = new() { Cost = CostStatus.Free };

    /// <summary>The provider answered at once.</summary>
    public static Facts Answered(Shape shape) =>
        (
            NothingSent with
            {
                Groups = 1,
                Picked = 1,
                Checked = 1,
                Sent = 1,
                Replied = 1,
                Answers = shape == Shape.ChatStream ? 0 : 1,
                GoodAnswers = shape == Shape.ChatStream ? 0 : 1,
                Cost = CostStatus.Computed,
                Usage = UsageSource.Reported,
            }
        ).Streamed(shape, Wires.ProviderChunks, Wires.ConsumerChunks);

    /// <summary>One request was sent, and no answer came of it.</summary>
    public static Facts Failed { get; } =
        NothingSent with
        {
            Groups = 1,
            Picked = 1,
            Checked = 1,
            Sent = 1,
            FailedTries = 1,
            Cost = CostStatus.Unpriced,
        };

    /// <summary>A stream came to here.</summary>
    public static Facts StoppedAt(int chunks) =>
        Answered(Shape.ChatStream) with
        {
            ProviderChunks = chunks,
            ConsumerChunks = chunks,
            Cost = CostStatus.Estimated,
            Usage = UsageSource.Estimated,
        };

    /// <summary>The same, and of a stream these chunks.</summary>
    public Facts Streamed(Shape shape, int fromProvider, int toConsumer) =>
        shape == Shape.ChatStream ? this with { ProviderChunks = fromProvider, ConsumerChunks = toConsumer } : this;
}
