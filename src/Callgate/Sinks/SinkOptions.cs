namespace Callgate;

/// <summary>How a sink is driven. The defaults just work.</summary>
public sealed record SinkOptions
{
    /// <summary>The sink's name in diagnostics; its type's name by default.</summary>
    public string? Name { get; init; }

    /// <summary>The most events in a batch. Default 512. A batch ends at 4 MiB too, so that receivers need not take any size.</summary>
    public int BatchSize { get; init; } = 512;

    /// <summary>How long an event may wait for its batch to fill. Default 5 seconds.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The most events held in memory; further ones are dropped, and counted. Default 50,000.</summary>
    public int MaxPendingEvents { get; init; } = 50_000;

    /// <summary>The most bytes of events held in memory; further ones are dropped, and counted. Default 64 MiB.</summary>
    public long MaxPendingBytes { get; init; } = 64 << 20;

    /// <summary>How often a batch is sent again before its events become dead letters. Default 20, which takes about ten minutes.</summary>
    public int MaxRetries { get; init; } = 20;

    /// <summary>The pause before the first retry; it doubles each time, with jitter. Default 0.5 seconds.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest pause before a retry. What a receiver asks for may be longer, up to 10 minutes. Default 60 seconds.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Tells the time. Default: the system's clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
