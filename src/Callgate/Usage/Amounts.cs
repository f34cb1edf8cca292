using System.Runtime.CompilerServices;

namespace Callgate;

/// <summary>Checks shared by the records of prices and counts.</summary>
internal static class Amounts
{
    /// <summary>No call counts this many tokens; sums of a record's counts below it can't overflow.</summary>
    internal const long MaxCount = 1_000_000_000_000_000;

    internal static decimal? NotNegative(decimal? value, [CallerMemberName] string member = "") =>
        value is < 0 ? throw new ArgumentOutOfRangeException(member, value, "A price can't be negative.") : value;

    internal static decimal NotNegative(decimal value, [CallerMemberName] string member = "") =>
        value < 0 ? throw new ArgumentOutOfRangeException(member, value, "An amount can't be negative.") : value;

    internal static long Count(long value, [CallerMemberName] string member = "") =>
        value is < 0 or > MaxCount
            ? throw new ArgumentOutOfRangeException(member, value, $"A count lies between 0 and {MaxCount}.")
            : value;
}
