using System.Globalization;

namespace Callgate;

/// <summary>Reads <c>Mon-Fri,01:00-04:00,06:00-10:00</c>: a range of days, then ranges of hours, in UTC.</summary>
internal static class PeakHours
{
    private static readonly string[] Days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

    internal static void Check(string? hours)
    {
        if (hours is not null)
        {
            Covers(hours, DateTimeOffset.UnixEpoch);
        }
    }

    internal static bool Covers(string hours, DateTimeOffset at)
    {
        var parts = hours.Split(',', StringSplitOptions.TrimEntries);
        var days = parts[0].Split('-');
        var (first, last) = (Day(days[0], hours), Day(days[^1], hours));
        var today = ((int)at.UtcDateTime.DayOfWeek + 6) % 7;
        var onDay = first <= last ? today >= first && today <= last : today >= first || today <= last;
        var now = TimeOnly.FromDateTime(at.UtcDateTime);
        var inHours = false;
        for (var i = 1; i < parts.Length; i++)
        {
            var range = parts[i].Split('-');
            inHours |= now.IsBetween(Time(range[0], hours), Time(range[^1], hours));
        }
        return onDay && inHours;
    }

    private static int Day(string name, string hours) =>
        Array.IndexOf(Days, name) is >= 0 and var day ? day : throw Malformed(hours);

    private static TimeOnly Time(string time, string hours) =>
        TimeOnly.TryParseExact(time, "HH:mm", CultureInfo.InvariantCulture, default, out var value)
            ? value
            : throw Malformed(hours);

    private static FormatException Malformed(string hours) =>
        new($"Peak hours look like \"Mon-Fri,01:00-04:00,06:00-10:00\", not \"{hours}\".");
}
