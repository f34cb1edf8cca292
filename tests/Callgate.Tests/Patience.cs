namespace Callgate.Tests;

/// <summary>How long a test waits for observers. A client's own default is for programs; a busy machine may take longer.</summary>
internal static class Patience
{
    public static TimeSpan Limit { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Waits until a client's observers have seen every event so far.</summary>
    public static Task<FlushResult> FlushPatientlyAsync(this LlmClient client) =>
        client.FlushAsync(Limit, TestContext.Current.CancellationToken);
}
