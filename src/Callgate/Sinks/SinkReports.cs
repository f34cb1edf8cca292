using System.Numerics;
using Microsoft.Extensions.Logging;

namespace Callgate.Sinks;

/// <summary>Tells of a sink's trouble, once per trouble and not once per event.</summary>
internal sealed partial class SinkReports(string sink)
{
    private bool _isFailing;
    private long _deadLettered;
    private string? _lastReason;
    private long _dropped;

    public string Sink => sink;

    /// <summary>A batch will be sent again.</summary>
    public void Failing(ILogger logger, int count, Exception failure)
    {
        if (!_isFailing)
        {
            _isFailing = true;
            Safely(() => LogFailing(logger, sink, count, Reason(failure), Cause(failure)));
        }
    }

    /// <summary>A batch was delivered.</summary>
    public void Recovered(ILogger logger)
    {
        if (_isFailing)
        {
            _isFailing = false;
            Safely(() => LogRecovered(logger, sink));
        }
    }

    public void DeadLettered(ILogger logger, int count, Exception failure)
    {
        var before = _deadLettered;
        _deadLettered += count;
        var reason = Reason(failure);
        if (reason != _lastReason || CrossesPowerOfTwo(before, _deadLettered))
        {
            _lastReason = reason;
            Safely(() => LogDeadLettered(logger, sink, count, reason, _deadLettered, Cause(failure)));
        }
    }

    public void Dropped(ILogger logger, SinkOptions options)
    {
        var dropped = Interlocked.Increment(ref _dropped);
        if (CrossesPowerOfTwo(dropped - 1, dropped))
        {
            Safely(() => LogDropped(logger, sink, options.MaxPendingEvents, options.MaxPendingBytes, dropped));
        }
    }

    public void Abandoned(ILogger logger, int count) => Safely(() => LogAbandoned(logger, sink, count));

    private static bool CrossesPowerOfTwo(long before, long after) =>
        before == 0 || BitOperations.Log2((ulong)before) != BitOperations.Log2((ulong)after);

    private static string Reason(Exception failure) => SafeErrors.Clean(failure.Message);

    // Of a failure that the sink foresaw, its message says all.
    private static Exception? Cause(Exception failure) => failure is SinkException ? null : failure;

    private static void Safely(Action report)
    {
        try
        {
            report();
        }
#pragma warning disable CA1031 // A logger that fails must not stop the sink.
        catch (Exception)
#pragma warning restore CA1031
        {
            // There is nobody left to tell.
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "Sink {Sink} could not deliver {Count} event(s), and tries again until it can: {Reason}"
    )]
    private static partial void LogFailing(ILogger logger, string sink, int count, string reason, Exception? exception);

    [LoggerMessage(LogLevel.Information, "Sink {Sink} delivers again.")]
    private static partial void LogRecovered(ILogger logger, string sink);

    [LoggerMessage(LogLevel.Warning, "Sink {Sink} gave {Count} event(s) up for good, {Total} so far: {Reason}")]
    private static partial void LogDeadLettered(
        ILogger logger,
        string sink,
        int count,
        string reason,
        long total,
        Exception? exception
    );

    [LoggerMessage(
        LogLevel.Warning,
        "Sink {Sink} holds all that it may ({MaxEvents} events, {MaxBytes} bytes): {Dropped} event(s) dropped so far."
    )]
    private static partial void LogDropped(ILogger logger, string sink, int maxEvents, long maxBytes, long dropped);

    [LoggerMessage(
        LogLevel.Warning,
        "Sink {Sink} still held {Count} event(s) when their client was disposed; they are dropped. A longer FlushTimeout gives it more time."
    )]
    private static partial void LogAbandoned(ILogger logger, string sink, int count);
}
