using System.Runtime.CompilerServices;

namespace Callgate.Providers.Mock;

/// <summary>Counts the failures that <see cref="MockOptions.ErrorTimes"/> bounds.</summary>
internal static class MockFailures
{
    // By the options' instance: a call's attempts may each make a handler of their own, and still count together.
    private static readonly ConditionalWeakTable<MockOptions, StrongBox<int>> s_counts = [];

    /// <summary>Whether this request is one of those that fail.</summary>
    public static bool Next(MockOptions options) =>
        options.ErrorStatus is not null
        && (
            options.ErrorTimes is not { } times
            || Interlocked.Increment(ref s_counts.GetOrCreateValue(options).Value) <= times
        );
}
