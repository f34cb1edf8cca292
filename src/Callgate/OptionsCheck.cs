namespace Callgate;

/// <summary>Says which option is wrong, and how, when the client is made.</summary>
internal static class OptionsCheck
{
    public static LlmClientOptions Validated(LlmClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        InRange(options.NumRetries, 0, 100, nameof(options.NumRetries));
        InRange(options.MaxAgenticLoops, 0, 100, nameof(options.MaxAgenticLoops));
        InRange(options.MaxPendingEvents, 1, int.MaxValue, nameof(options.MaxPendingEvents));
        Positive(options.Timeout, nameof(options.Timeout));
        Positive(options.ConnectTimeout, nameof(options.ConnectTimeout));
        Positive(options.IdleTimeout, nameof(options.IdleTimeout));
        Positive(options.AbandonTimeout, nameof(options.AbandonTimeout));
        Positive(options.FirstTokenTimeout ?? TimeSpan.MaxValue, nameof(options.FirstTokenTimeout));
        NotNegative(options.RetryDelay, nameof(options.RetryDelay));
        NotNegative(options.MaxRetryDelay, nameof(options.MaxRetryDelay));
        NotNegative(options.CooldownTime, nameof(options.CooldownTime));
        NotNegative(options.FlushTimeout, nameof(options.FlushTimeout));
        if (options.MaxResponseBytes is < 1 or > int.MaxValue)
        {
            throw Wrong(
                nameof(options.MaxResponseBytes),
                options.MaxResponseBytes,
                "from 1 byte to 2 GiB"
            );
        }

        return options;
    }

    public static CallOptions Validated(CallOptions options)
    {
        InRange(options.NumRetries ?? 0, 0, 100, nameof(options.NumRetries));
        Positive(options.Timeout ?? TimeSpan.MaxValue, nameof(options.Timeout));
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
        if (value <= TimeSpan.Zero)
        {
            throw Wrong(name, value, "longer than zero");
        }
    }

    private static void NotNegative(TimeSpan value, string name)
    {
        if (value < TimeSpan.Zero)
        {
            throw Wrong(name, value, "zero or longer");
        }
    }

    private static ArgumentOutOfRangeException Wrong(string name, object value, string range) =>
        new("options", value, $"{name} must be {range}.");
}
