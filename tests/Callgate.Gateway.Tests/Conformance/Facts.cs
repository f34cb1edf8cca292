namespace Callgate.Gateway.Tests.Conformance;

/// <summary>What happens in a scenario, in the design's terms. How often each hook is to fire follows from it: see <see cref="Rules"/>.</summary>
internal sealed record Facts
{
    /// <summary>The HTTP status; null: the client is gone before there is one.</summary>
    public int? Status { get; init; } = 200;

    /// <summary>Where a refusal is put down; null: there is none.</summary>
    public string? Stage { get; init; }

    /// <summary>Times that the request came to the pre-call hook (step 2).</summary>
    public int PreCalls { get; init; } = 1;

    /// <summary>Times that it went on from there to the prompt hook.</summary>
    public int Shaped { get; init; } = 1;

    /// <summary>Times that it was moderated (step 3).</summary>
    public int Moderated { get; init; } = 1;

    /// <summary>Model groups that were tried (step 5).</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Deployments that were picked, and asked (step 6).</summary>
    public int Sent { get; init; } = 1;

    /// <summary>Of those, the ones that gave an HTTP answer.</summary>
    public int Replied { get; init; } = 1;

    /// <summary>Of those, the ones that failed or were refused while the client was there.</summary>
    public int FailedTries { get; init; }

    /// <summary>Whether a whole answer of a provider came to the hooks.</summary>
    public bool IsAnswered { get; init; } = true;

    /// <summary>Whether an answer, whoever gave it, came to step 7.</summary>
    public bool IsShown { get; init; } = true;

    /// <summary>Of a stream, the chunks of the provider.</summary>
    public Chunks ProviderChunks { get; init; } = Chunks.All;

    /// <summary>Of a stream, the chunks on their way to the client.</summary>
    public Chunks ShownChunks { get; init; } = Chunks.All;

    /// <summary>Whether the headers of the answer, or of its failure, were made.</summary>
    public bool HasHeaders { get; init; } = true;

    /// <summary>Whether the client was told of a failure.</summary>
    public bool IsToldFailure { get; init; }

    /// <summary>Times that a group of one was rate limited.</summary>
    public int RateLimits { get; init; }

    /// <summary>Fallback groups that answered.</summary>
    public int AnsweredFallbacks { get; init; }

    public CostStatus Cost { get; init; } = CostStatus.Computed;

    public UsageSource Usage { get; init; } = UsageSource.Reported;

    /// <summary>The provider answered at once.</summary>
    public static Facts Answered { get; } = new();

    /// <summary>Nothing came to a provider.</summary>
    public static Facts NothingSent { get; } =
        new()
        {
            Groups = 0,
            Sent = 0,
            Replied = 0,
            IsAnswered = false,
            IsShown = false,
            ProviderChunks = Chunks.None,
            ShownChunks = Chunks.None,
            Cost = CostStatus.Free,
            Usage = UsageSource.None,
        };

    /// <summary>Refused before there is a call to steer.</summary>
    public static Facts RefusedAtTheDoor(int status) =>
        NothingSent with
        {
            Status = status,
            Stage = "admit",
            PreCalls = 0,
            Shaped = 0,
            Moderated = 0,
            IsToldFailure = true,
        };

    /// <summary>The provider was asked, and no answer came of it.</summary>
    public static Facts Failed(int status) =>
        NothingSent with
        {
            Status = status,
            Groups = 1,
            Sent = 1,
            FailedTries = 1,
            IsToldFailure = true,
            Cost = CostStatus.Unpriced,
        };

    /// <summary>A stream that was cut. Anthropic's begins with a part of its usage.</summary>
    public static Facts Cut(Operation operation) =>
        Answered with
        {
            ProviderChunks = Chunks.Some,
            ShownChunks = Chunks.Some,
            Cost = CostStatus.Estimated,
            Usage = operation.Model == "claude" ? UsageSource.Partial : UsageSource.Estimated,
        };

    /// <summary>The provider was asked, and then there was nobody to answer.</summary>
    public static Facts Gone { get; } =
        Failed(0) with
        {
            Status = null,
            FailedTries = 0,
            IsToldFailure = false,
            HasHeaders = false,
        };
}

/// <summary>How much of a stream came.</summary>
internal enum Chunks
{
    None,

    /// <summary>The first.</summary>
    First,

    /// <summary>One or more: how many depends on who is faster.</summary>
    Some,
    All,
}
