namespace Callgate.Interop;

internal static class UnixTime
{
    private static readonly long s_last = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>The time; null where a provider's number is none.</summary>
    public static DateTimeOffset? Read(long? seconds) =>
        seconds is { } value && value > 0 && value <= s_last ? DateTimeOffset.FromUnixTimeSeconds(value) : null;
}
