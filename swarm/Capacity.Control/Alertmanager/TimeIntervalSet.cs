using Capacity.Model;

namespace Capacity.Control.Alertmanager;

/// <summary>A named set of recurring times; an instant is inside when it is inside any of them.</summary>
/// <param name="Name">As routes name it.</param>
/// <param name="Intervals">May be empty: then no instant is inside.</param>
public sealed record TimeIntervalSet(string Name, IReadOnlyList<TimeInterval> Intervals)
{
    /// <summary>Whether an instant is inside.</summary>
    public bool Contains(Instant at) => Intervals.Any(i => i.Contains(at));
}

/// <summary>Recurring times: all kinds of range that are given must hold, each when any of its ranges holds.</summary>
/// <remarks>Source: Alertmanager, timeinterval/timeinterval.go.</remarks>
public sealed record TimeInterval
{
    /// <summary>Minutes of the day, from (included) and to (excluded).</summary>
    public IReadOnlyList<(int From, int To)> Minutes { get; init; } = [];

    /// <summary>Days of the week, Sunday = 0, both ends included.</summary>
    public IReadOnlyList<(int From, int To)> Weekdays { get; init; } = [];

    /// <summary>Days of the month, from 1, negative from the month's end, both ends included.</summary>
    public IReadOnlyList<(int From, int To)> DaysOfMonth { get; init; } = [];

    /// <summary>Months, January = 1, both ends included.</summary>
    public IReadOnlyList<(int From, int To)> Months { get; init; } = [];

    /// <summary>Years, both ends included.</summary>
    public IReadOnlyList<(int From, int To)> Years { get; init; } = [];

    /// <summary>Where the times hold.</summary>
    public TimeZoneInfo Location { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Whether an instant is inside.</summary>
    public bool Contains(Instant at)
    {
        DateTimeOffset local = TimeZoneInfo.ConvertTime(at.ToDateTimeOffset(), Location);
        int minute = (local.Hour * 60) + local.Minute;
        return (Minutes.Count == 0 || Minutes.Any(r => minute >= r.From && minute < r.To))
            && InAny(Weekdays, (int)local.DayOfWeek)
            && (DaysOfMonth.Count == 0 || DaysOfMonth.Any(r => InMonth(r, local)))
            && InAny(Months, local.Month)
            && InAny(Years, local.Year);
    }

    private static bool InAny(IReadOnlyList<(int From, int To)> ranges, int value) =>
        ranges.Count == 0 || ranges.Any(r => value >= r.From && value <= r.To);

    private static bool InMonth((int From, int To) range, DateTimeOffset local)
    {
        int days = DateTime.DaysInMonth(local.Year, local.Month);
        int from = range.From < 0 ? days + range.From + 1 : range.From;
        int to = range.To < 0 ? days + range.To + 1 : range.To;
        from = Math.Clamp(from, 1, days + 1);
        to = Math.Clamp(to, 0, days);
        return local.Day >= from && local.Day <= to;
    }
}
