namespace Capacity.Sim.Requests;

/// <summary>First attempts by step in which they were sent.</summary>
/// <param name="step">Seconds.</param>
/// <param name="duration">Of the run, seconds.</param>
internal sealed class ArrivalCounts(double step, double duration)
{
    /// <summary>By step; the last entry holds those after the end.</summary>
    public long[] BySteps { get; } = new long[(int)Math.Ceiling(duration / step) + 1];

    /// <summary>Counts requests.</summary>
    /// <param name="at">When they were sent, seconds, ascending.</param>
    public void Add(ReadOnlySpan<double> at)
    {
        while (at.Length > 0)
        {
            int place = Math.Min((int)(at[0] / step), BySteps.Length - 1);
            double end = place == BySteps.Length - 1 ? double.PositiveInfinity : (place + 1) * step;
            int within = at[^1] < end ? at.Length : Math.Max(1, Before(at, end));
            BySteps[place] += within;
            at = at[within..];
        }
    }

    /// <summary>How many of some instants are before another.</summary>
    /// <param name="ascending">Seconds.</param>
    /// <param name="instant">Seconds.</param>
    public static int Before(ReadOnlySpan<double> ascending, double instant)
    {
        int low = 0;
        int high = ascending.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = ascending[middle] < instant ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
