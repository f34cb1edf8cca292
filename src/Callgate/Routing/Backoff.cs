using Callgate.Calls;

namespace Callgate;

/// <summary>The pause before a retry: what the provider asks for, else doubling with jitter.</summary>
internal static class Backoff
{
    public static async ValueTask WaitAsync(
        LlmClientOptions options,
        int failures,
        LlmException failure,
        CallClock clock
    )
    {
        var pause = failure.RetryAfter ?? Next(options.RetryDelay, options.MaxRetryDelay, failures);
        // A pause that can't be sat out would only turn the provider's error into a timeout.
        if (pause > options.MaxRetryDelay && failure.RetryAfter is not null || pause >= clock.Remaining)
        {
            throw failure;
        }

        clock.Renew();
        await Task.Delay(pause, options.TimeProvider, clock.Token).ConfigureAwait(false);
    }

    /// <summary>A pause that doubles with each failure, up to a bound, less up to a half.</summary>
    public static TimeSpan Next(TimeSpan first, TimeSpan most, int failures)
    {
        var doubled = first * Math.Pow(2, Math.Min(failures, 30));
        var bounded = doubled < most ? doubled : most;
#pragma warning disable CA5394 // Jitter needs no secure randomness.
        return bounded * (0.5 + Random.Shared.NextDouble() / 2);
#pragma warning restore CA5394
    }
}
