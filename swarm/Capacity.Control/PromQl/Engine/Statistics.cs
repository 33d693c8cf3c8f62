namespace Capacity.Control.PromQl.Engine;

/// <summary>Sums, means and quantiles, in the order of operations of Prometheus.</summary>
internal static class Statistics
{
    public static double Sum(ReadOnlySpan<double> values)
    {
        var sum = new Kahan(0);
        foreach (double value in values)
        {
            sum.Add(value);
        }

        return sum.Total;
    }

    /// <summary>2.x: the mean is moved by each value.</summary>
    public static double IncrementalMean(ReadOnlySpan<double> values)
    {
        var mean = new Kahan(0);
        double count = 0;
        foreach (double value in values)
        {
            count++;
            if (!StaysInfinite(mean.Sum, value))
            {
                mean.Add((value / count) - (mean.Sum / count));
            }
        }

        return mean.Total;
    }

    /// <summary>3.x: sum over count, unless the sum overflows.</summary>
    public static double MeanOfSum(ReadOnlySpan<double> values)
    {
        var sum = new Kahan(values[0]);
        foreach (double value in values[1..])
        {
            sum.Add(value);
        }

        bool overflowed = double.IsInfinity(sum.Sum) && !Contains(values, double.IsInfinity);
        return overflowed ? IncrementalMean(values)
            : double.IsInfinity(sum.Sum) ? sum.Sum
            : (sum.Sum / values.Length) + (sum.Lost / values.Length);
    }

    /// <summary>Whether an infinite mean ignores a value: all but an opposite infinity and NaN.</summary>
    public static bool StaysInfinite(double mean, double value) => double.IsInfinity(mean)
        && (double.IsInfinity(value) ? (mean > 0) == (value > 0) : !double.IsNaN(value));

    public static double Variance(ReadOnlySpan<double> values)
    {
        var mean = new Kahan(0);
        var sum = new Kahan(0);
        double count = 0;
        foreach (double value in values)
        {
            count++;
            double delta = value - (mean.Sum + mean.Lost);
            mean.Add(delta / count);
            sum.Add(delta * (value - (mean.Sum + mean.Lost)));
        }

        return (sum.Sum + sum.Lost) / count;
    }

    /// <summary>Interpolated between the neighbours of rank q·(n − 1); NaN sorts first. Sorts its argument.</summary>
    public static double Quantile(double q, double[] values)
    {
        if (values.Length == 0 || double.IsNaN(q))
        {
            return double.NaN;
        }

        if (q is < 0 or > 1)
        {
            return q < 0 ? double.NegativeInfinity : double.PositiveInfinity;
        }

        Array.Sort(values);
        double rank = q * (values.Length - 1);
        int lower = Math.Max(0, (int)Math.Floor(rank));
        int upper = Math.Min(values.Length - 1, lower + 1);
        double weight = rank - Math.Floor(rank);
        return (values[lower] * (1 - weight)) + (values[upper] * weight);
    }

    public static double MedianAbsoluteDeviation(ReadOnlySpan<double> values)
    {
        double median = Quantile(0.5, values.ToArray());
        double[] deviations = values.ToArray();
        for (int i = 0; i < deviations.Length; i++)
        {
            deviations[i] = Math.Abs(deviations[i] - median);
        }

        return Quantile(0.5, deviations);
    }

    /// <summary>The line of least squares: its slope per second, and its value at an instant (ms).</summary>
    public static (double Slope, double Intercept) Line(
        ReadOnlySpan<long> times, ReadOnlySpan<double> values, long interceptAt)
    {
        bool constant = true;
        Kahan x = default;
        Kahan y = default;
        Kahan xy = default;
        Kahan xx = default;
        double n = values.Length;
        for (int i = 0; i < values.Length; i++)
        {
            constant &= values[i] == values[0] || i == 0;
            double seconds = (times[i] - interceptAt) / 1e3;
            x.Add(seconds);
            y.Add(values[i]);
            xy.Add(seconds * values[i]);
            xx.Add(seconds * seconds);
        }

        if (constant)
        {
            return double.IsInfinity(values[0]) ? (double.NaN, double.NaN) : (0, values[0]);
        }

        double sumX = x.Sum + x.Lost;
        double sumY = y.Sum + y.Lost;
        double covariance = (xy.Sum + xy.Lost) - (sumX * sumY / n);
        double variance = (xx.Sum + xx.Lost) - (sumX * sumX / n);
        double slope = covariance / variance;
        return (slope, (sumY / n) - (slope * sumX / n));
    }

    private static bool Contains(ReadOnlySpan<double> values, Predicate<double> wanted)
    {
        foreach (double value in values)
        {
            if (wanted(value))
            {
                return true;
            }
        }

        return false;
    }
}
