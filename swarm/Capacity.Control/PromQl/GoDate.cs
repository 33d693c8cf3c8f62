namespace Capacity.Control.PromQl;

/// <summary>A UTC date as Go calculates it for any 64-bit number of seconds, its wrap-around included.</summary>
/// <remarks>Source: Go's package time: seconds are counted, modulo 2^64, from the year -292277022399, which is the
/// first of a cycle of 400 years, as the year 1 is.</remarks>
internal readonly record struct GoDate
{
    private const ulong UnixEpoch = 9_223_372_028_715_321_600; // seconds after the first instant
    private const ulong CycleDays = 146_097; // 400 years
    private const long FirstYear = -292_277_022_399;
    private const int SecondsPerDay = 86_400;
    private const double WholeMax = 9_223_372_036_854_775_808; // 2^63

    private readonly DateTime _inCycle;
    private readonly ulong _cycle;

    /// <summary>The date of a time in seconds since the Unix epoch.</summary>
    public GoDate(double seconds)
    {
        ulong fromFirst = unchecked((ulong)Whole(seconds) + UnixEpoch);
        ulong days = fromFirst / SecondsPerDay;
        _cycle = days / CycleDays;
        _inCycle = DateTime.MinValue.AddDays(days % CycleDays).AddSeconds(fromFirst % SecondsPerDay);
    }

    /// <summary>The year.</summary>
    public double Year => FirstYear + ((double)_cycle * 400) + (_inCycle.Year - 1);

    /// <summary>1 to 12.</summary>
    public int Month => _inCycle.Month;

    /// <summary>1 to 31.</summary>
    public int Day => _inCycle.Day;

    /// <summary>1 to 366.</summary>
    public int DayOfYear => _inCycle.DayOfYear;

    /// <summary>0 is Sunday.</summary>
    public int DayOfWeek => (int)_inCycle.DayOfWeek;

    /// <summary>28 to 31.</summary>
    public int DaysInMonth => DateTime.DaysInMonth(_inCycle.Year, _inCycle.Month);

    /// <summary>0 to 23.</summary>
    public int Hour => _inCycle.Hour;

    /// <summary>0 to 59.</summary>
    public int Minute => _inCycle.Minute;

    /// <summary>A number cut to 64 bits; what has no place there is the least number, as on x86-64.</summary>
    public static long Whole(double number) =>
        number is >= -WholeMax and < WholeMax ? (long)number : long.MinValue;
}
