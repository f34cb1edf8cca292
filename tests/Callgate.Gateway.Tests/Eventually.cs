namespace Callgate.Gateway.Tests;

/// <summary>Waits for what comes about on another thread.</summary>
internal static class Eventually
{
    public static async Task IsTrueAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    public static async Task AreCollectedAsync(params IReadOnlyCollection<WeakReference> references)
    {
        await IsTrueAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return !references.Any(r => r.IsAlive);
        });
    }
}
