namespace Callgate.Bench.Load.Load;

internal enum LoadKind
{
    /// <summary>Each connection sends its next request when it has the answer to the one before.</summary>
    Busy,

    /// <summary>So many requests a second, whether or not those before are answered.</summary>
    Rate,

    /// <summary>Each connection reads one stream after the other.</summary>
    Streams,

    /// <summary>Opens streams, and keeps them open until the next order.</summary>
    Hold,

    /// <summary>Lets go of what is held.</summary>
    Rest,
}

/// <summary>What the load generator is to do.</summary>
internal sealed record LoadOrder
{
    public LoadKind Kind { get; init; }
    public string Host { get; init; } = "127.0.0.1";
    public int Port { get; init; }
    public IReadOnlyList<string> Headers { get; init; } = [];
    public string Body { get; init; } = "";
    public int Connections { get; init; }
    public double Seconds { get; init; }
    public int PerSecond { get; init; }
}

/// <summary>What came of it; times in microseconds.</summary>
internal sealed record LoadResult
{
    public long Requests { get; init; }
    public long Events { get; init; }
    public double Seconds { get; init; }
    public double P50 { get; init; }
    public double P99 { get; init; }

    /// <summary>What went wrong; null: nothing.</summary>
    public string? Error { get; init; }
}
