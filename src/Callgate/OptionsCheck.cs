namespace Callgate;

/// <summary>Says which option is wrong, and how, when the client is made.</summary>
internal static class OptionsCheck
{
    /// <summary>The most that timers can wait, in whole days.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(24);

    public static LlmClientOptions Validated(LlmClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        InRange(options.NumRetries, 0, 100, nameof(options.NumRetries));
        InRange(options.MaxAgenticLoops, 0, 100, nameof(options.MaxAgenticLoops));
        InRange(options.AllowedFails, 0, int.MaxValue, nameof(options.AllowedFails));
        InRange(options.MaxPendingEvents, 1, int.MaxValue, nameof(options.MaxPendingEvents));
        Positive(options.Timeout, nameof(options.Timeout));
        Positive(options.ConnectTimeout, nameof(options.ConnectTimeout));
        Positive(options.IdleTimeout, nameof(options.IdleTimeout));
        Positive(options.AbandonTimeout, nameof(options.AbandonTimeout));
        Positive(options.FirstTokenTimeout ?? s_longest, nameof(options.FirstTokenTimeout));
        NotNegative(options.RetryDelay, nameof(options.RetryDelay));
        NotNegative(options.MaxRetryDelay, nameof(options.MaxRetryDelay));
        NotNegative(options.CooldownTime, nameof(options.CooldownTime));
        NotNegative(options.FlushTimeout, nameof(options.FlushTimeout));
        if (options.MaxResponseBytes is < 1 or > int.MaxValue)
        {
            throw Wrong(nameof(options.MaxResponseBytes), options.MaxResponseBytes, "from 1 byte to 2 GiB");
        }

        return options;
    }

    public static CallOptions Validated(CallOptions options)
    {
        InRange(options.NumRetries ?? 0, 0, 100, nameof(options.NumRetries));
        Positive(options.Timeout ?? s_longest, nameof(options.Timeout));
        Positive(options.StreamTimeout ?? s_longest, nameof(options.StreamTimeout));
        for (var i = 0; i < options.Callbacks.Count; i++)
        {
            if (options.Callbacks[i] is null)
            {
                throw new ArgumentException($"Callbacks[{i}] must not be null.", nameof(options));
            }
        }

        return options;
    }

    public static CallbackOptions Validated(CallbackOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Positive(options.Deadline, nameof(options.Deadline));
        return options;
    }

    public static SinkOptions Validated(SinkOptions options)
    {
        InRange(options.BatchSize, 1, 100_000, nameof(options.BatchSize));
        InRange(options.MaxPendingEvents, 1, int.MaxValue, nameof(options.MaxPendingEvents));
        InRange(options.MaxRetries, 0, 1_000_000, nameof(options.MaxRetries));
        NotNegative(options.FlushInterval, nameof(options.FlushInterval));
        NotNegative(options.RetryDelay, nameof(options.RetryDelay));
        NotNegative(options.MaxRetryDelay, nameof(options.MaxRetryDelay));
        ArgumentNullException.ThrowIfNull(options.TimeProvider);
        if (options.MaxPendingBytes < 1)
        {
            throw Wrong(nameof(options.MaxPendingBytes), options.MaxPendingBytes, "1 byte or more");
        }

        return options;
    }

    private static void InRange(int value, int least, int most, string name)
    {
        if (value < least || value > most)
        {
            throw Wrong(name, value, $"from {least} to {most}");
        }
    }

    private static void Positive(TimeSpan value, string name)
    {
        if (value <= TimeSpan.Zero || value > s_longest)
        {
            throw Wrong(name, value, "longer than zero, and at most 24 days");
        }
    }

    private static void NotNegative(TimeSpan value, string name)
    {
        if (value < TimeSpan.Zero || value > s_longest)
        {
            throw Wrong(name, value, "zero or longer, and at most 24 days");
        }
    }

    private static ArgumentOutOfRangeException Wrong(string name, object value, string range) =>
        new("options", value, $"{name} must be {range}.");
}
