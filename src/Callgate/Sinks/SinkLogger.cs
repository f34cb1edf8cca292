using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Callgate.Sinks;

/// <summary>
/// Drives a sink from memory: gathers events, sends one batch at a time, in order, comes again after growing pauses, and tells
/// each client what became of its events. What it holds is bounded; what is beyond is dropped, and counted.
/// </summary>
[SuppressMessage(
    "Design",
    "CA1031",
    Justification = "Whatever a sink throws stays here: an observer can't harm a call."
)]
internal sealed class SinkLogger(
    IEventSink sink,
    SinkOptions options,
    Hooks hooks = Hooks.LogSuccessEventAsync | Hooks.LogFailureEventAsync
) : CustomLogger, IHookSource, IDeferredObserver
{
    private static readonly TimeSpan s_longestAskedPause = TimeSpan.FromMinutes(10);

    private readonly SinkBuffer _buffer = new(options);
    private readonly SinkReports _reports = new(options.Name ?? sink.GetType().Name);
    private readonly Lazy<ObserverHub> _ownHub = new(() =>
        new(options.MaxPendingEvents, StderrLoggerFactory.Instance.CreateLogger("Callgate"))
    );

    public string Name => _reports.Sink;

    public Hooks Hooks => hooks;

    /// <summary>The sink that is driven.</summary>
    public IEventSink Sink => sink;

    public SinkOptions Options => options;

    // The pipeline hands events over with their hub; these two are for a handler that wraps this one.
    public override ValueTask LogSuccessEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => TakeUncounted(new ObserverEvent(ObserverEventKind.Success, call, IsSync: false));

    public override ValueTask LogFailureEventAsync(
        CallDetails call,
        LlmResponse? response,
        DateTimeOffset startTime,
        DateTimeOffset endTime,
        CancellationToken cancellationToken
    ) => TakeUncounted(new ObserverEvent(ObserverEventKind.Failure, call, IsSync: false));

    public void Take(ObserverEvent observerEvent, ObserverHub hub)
    {
        // Asked twice: what is to be dropped need not be written first.
        if (
            !_buffer.HasRoom(1)
            || !_buffer.TryAdd(
                new HeldEvent(observerEvent.SinkEvent, hub, options.TimeProvider.GetTimestamp()),
                out var isToRead
            )
        )
        {
            _reports.Dropped(hub.Logger, options);
            hub.CountDropped(1);
        }
        else if (isToRead)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static logger => _ = logger.RunAsync(), this, preferLocal: false);
        }
    }

    public void Flush() => _buffer.Hurry();

    private ValueTask TakeUncounted(ObserverEvent observerEvent)
    {
        Take(observerEvent, _ownHub.Value);
        return default;
    }

    /// <summary>Sends until nothing is left; the next event starts it again.</summary>
    private async Task RunAsync()
    {
        do
        {
            await _buffer.WaitUntilDueAsync().ConfigureAwait(false);
            await DeliverAsync(_buffer.NextBatch()).ConfigureAwait(false);
        } while (!_buffer.TryStop());
    }

    private async ValueTask DeliverAsync(List<HeldEvent> batch)
    {
        for (var failures = 1; (batch = WithoutAbandoned(batch)).Count > 0; failures++)
        {
            if (await TrySendAsync(batch).ConfigureAwait(false) is not { } failure)
            {
                _reports.Recovered(batch[0].Hub.Logger);
                Settle(batch, static (hub, count) => hub.CountDelivered(count));
                return;
            }

            batch = WithoutAbandoned(Undelivered(batch, failure));
            if (failures > options.MaxRetries)
            {
                DeadLetter(batch, failure);
                return;
            }

            if (batch.Count > 0)
            {
                _reports.Failing(batch[0].Hub.Logger, batch.Count, failure);
                await PauseAsync(batch, failures, failure).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<Exception?> TrySendAsync(List<HeldEvent> batch)
    {
        try
        {
            await sink.SendAsync([.. batch.Select(h => h.Event)], StoppingOf(batch)).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    /// <summary>Settles what a failure leaves settled, and returns what is to be sent again.</summary>
    private List<HeldEvent> Undelivered(List<HeldEvent> batch, Exception failure)
    {
        if (failure is not SinkException partial)
        {
            return batch;
        }

        var refused = new HashSet<SinkEvent>(partial.Refused, ReferenceEqualityComparer.Instance);
        var undelivered = partial.Undelivered is { } some
            ? new HashSet<SinkEvent>(some, ReferenceEqualityComparer.Instance)
            : null;
        DeadLetter(batch.FindAll(h => refused.Contains(h.Event)), failure);
        var others = batch.FindAll(h => !refused.Contains(h.Event));
        if (undelivered is null)
        {
            return others;
        }

        Settle(others.FindAll(h => !undelivered.Contains(h.Event)), static (hub, count) => hub.CountDelivered(count));
        return others.FindAll(h => undelivered.Contains(h.Event));
    }

    /// <summary>Lets go of the events of clients that are gone: they have waited as long as they meant to.</summary>
    private List<HeldEvent> WithoutAbandoned(List<HeldEvent> batch)
    {
        if (!batch.Exists(IsAbandoned))
        {
            return batch;
        }

        var abandoned = batch.FindAll(IsAbandoned);
        _reports.Abandoned(abandoned[0].Hub.Logger, abandoned.Count);
        Settle(abandoned, static (hub, count) => hub.CountDropped(count));
        return [.. batch.Except(abandoned)];
    }

    private static bool IsAbandoned(HeldEvent held) => held.Hub.Stopping.IsCancellationRequested;

    // Several clients may share a sink: one that gives up must not break off the others' events.
    private static CancellationToken StoppingOf(List<HeldEvent> batch)
    {
        var hub = batch[0].Hub;
        return batch.TrueForAll(h => h.Hub == hub) ? hub.Stopping : CancellationToken.None;
    }

    private async ValueTask PauseAsync(List<HeldEvent> batch, int failures, Exception failure)
    {
        if (failure is SinkException { RetryAfter: { } asked })
        {
            // Whoever is in a hurry has no right to come before.
            var pause = asked < s_longestAskedPause ? asked : s_longestAskedPause;
            await Task.Delay(pause, options.TimeProvider, StoppingOf(batch))
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        await _buffer
            .PauseAsync(Backoff.Next(options.RetryDelay, options.MaxRetryDelay, failures - 1), StoppingOf(batch))
            .ConfigureAwait(false);
    }

    // Reports come before counts, which may end a flush, and with it the program.
    private void DeadLetter(List<HeldEvent> events, Exception failure)
    {
        if (events.Count > 0)
        {
            _reports.DeadLettered(events[0].Hub.Logger, events.Count, failure);
            Settle(events, static (hub, count) => hub.CountDeadLettered(count));
        }
    }

    private void Settle(List<HeldEvent> events, Action<ObserverHub, int> count)
    {
        _buffer.Release(events);
        foreach (var client in events.GroupBy(h => h.Hub))
        {
            count(client.Key, client.Count());
        }
    }
}
