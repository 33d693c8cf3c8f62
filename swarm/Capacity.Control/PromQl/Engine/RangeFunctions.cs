namespace Capacity.Control.PromQl.Engine;

/// <summary>Functions of ranges.</summary>
/// <remarks>Source: Prometheus 2.42, promql/functions.go; 3.14 where the profile says so.</remarks>
internal static class RangeFunctions
{
    private const double ThresholdFactor = 1.1;

    public static RangeFunction? Find(string name, bool prometheus3) => name switch
    {
        "rate" => Extrapolated(isCounter: true, isRate: true, prometheus3),
        "increase" => Extrapolated(isCounter: true, isRate: false, prometheus3),
        "delta" => Extrapolated(isCounter: false, isRate: false, prometheus3),
        "irate" => (in Window w, out double v) => LastTwo(in w, isRate: true, out v),
        "idelta" => (in Window w, out double v) => LastTwo(in w, isRate: false, out v),
        "changes" => Of(Changes),
        "resets" => Of(Resets),
        "deriv" => Derivative,
        "predict_linear" => Prediction,
        "holt_winters" or "double_exponential_smoothing" => Smoothed,
        "quantile_over_time" => (in Window w, out double v) =>
        {
            v = Statistics.Quantile(w.A, w.Values.ToArray());
            return true;
        }
        ,
        "avg_over_time" => Of(prometheus3 ? Statistics.MeanOfSum : Statistics.IncrementalMean),
        "sum_over_time" => Of(Statistics.Sum),
        "min_over_time" => Of(Minimum),
        "max_over_time" => Of(Maximum),
        "count_over_time" => Of(v => v.Length),
        "present_over_time" => Of(_ => 1),
        "last_over_time" => Of(v => v[^1]),
        "first_over_time" => Of(v => v[0]),
        "stddev_over_time" => Of(v => Math.Sqrt(Statistics.Variance(v))),
        "stdvar_over_time" => Of(Statistics.Variance),
        "mad_over_time" => Of(Statistics.MedianAbsoluteDeviation),
        _ => null,
    };

    private delegate double ValuesFunction(ReadOnlySpan<double> values);

    private static RangeFunction Of(ValuesFunction function) => (in Window window, out double value) =>
    {
        value = function(window.Values);
        return true;
    };

    /// <summary>rate, increase and delta: the difference, extrapolated towards the ends of the range.</summary>
    private static RangeFunction Extrapolated(bool isCounter, bool isRate, bool prometheus3) =>
        (in Window window, out double value) =>
        {
            ReadOnlySpan<double> values = window.Values;
            int last = values.Length - 1;
            value = 0;
            if (last < 1)
            {
                return false;
            }

            double difference = values[last] - values[0];
            if (isCounter)
            {
                double before = values[0];
                for (int i = 1; i < values.Length; i++)
                {
                    double now = values[i];
                    if (now < before)
                    {
                        difference += before;
                    }

                    before = now;
                }
            }

            double span = (window.Times[last] - window.Times[0]) / 1000.0;
            double toStart = (window.Times[0] - window.Start) / 1000.0;
            double toEnd = (window.End - window.Times[last]) / 1000.0;
            double average = span / last;
            double threshold = average * ThresholdFactor;
            bool clamps = isCounter && difference > 0 && values[0] >= 0;
            double toZero = clamps ? span * (values[0] / difference) : double.PositiveInfinity;
            if (prometheus3)
            {
                toStart = Math.Min(toStart >= threshold ? average / 2 : toStart, toZero);
            }
            else
            {
                toStart = Math.Min(toStart, toZero);
                toStart = toStart < threshold ? toStart : average / 2;
            }

            toEnd = toEnd < threshold ? toEnd : average / 2;
            double factor = (span + toStart + toEnd) / span;
            value = difference * (isRate ? factor / window.RangeSeconds : factor);
            return true;
        };

    private static bool LastTwo(in Window window, bool isRate, out double value)
    {
        value = 0;
        if (window.Values.Length < 2)
        {
            return false;
        }

        double last = window.Values[^1];
        double before = window.Values[^2];
        value = isRate && last < before ? last : last - before;
        long milliseconds = window.Times[^1] - window.Times[^2];
        value = isRate ? value / (milliseconds / 1000.0) : value;
        return true;
    }

    private static double Changes(ReadOnlySpan<double> values)
    {
        int changes = 0;
        for (int i = 1; i < values.Length; i++)
        {
            bool same = values[i] == values[i - 1] || (double.IsNaN(values[i]) && double.IsNaN(values[i - 1]));
            changes += same ? 0 : 1;
        }

        return changes;
    }

    private static double Resets(ReadOnlySpan<double> values)
    {
        int resets = 0;
        for (int i = 1; i < values.Length; i++)
        {
            resets += values[i] < values[i - 1] ? 1 : 0;
        }

        return resets;
    }

    private static double Minimum(ReadOnlySpan<double> values)
    {
        double least = values[0];
        foreach (double value in values)
        {
            least = value < least || double.IsNaN(least) ? value : least;
        }

        return least;
    }

    private static double Maximum(ReadOnlySpan<double> values)
    {
        double most = values[0];
        foreach (double value in values)
        {
            most = value > most || double.IsNaN(most) ? value : most;
        }

        return most;
    }

    private static bool Derivative(in Window window, out double value)
    {
        value = 0;
        if (window.Values.Length < 2)
        {
            return false;
        }

        (value, _) = Statistics.Line(window.Times, window.Values, window.Times[0]);
        return true;
    }

    private static bool Prediction(in Window window, out double value)
    {
        value = 0;
        if (window.Values.Length < 2)
        {
            return false;
        }

        (double slope, double intercept) = Statistics.Line(window.Times, window.Values, window.EvaluatedAt);
        value = (slope * window.A) + intercept;
        return true;
    }

    private static bool Smoothed(in Window window, out double value)
    {
        Verify(window.A, "smoothing factor", "sf");
        Verify(window.B, "trend factor", "tf");
        ReadOnlySpan<double> values = window.Values;
        value = 0;
        if (values.Length < 2)
        {
            return false;
        }

        double before = 0;
        double now = values[0];
        double trend = values[1] - values[0];
        for (int i = 1; i < values.Length; i++)
        {
            double level = window.A * values[i];
            trend = i == 1 ? trend : (window.B * (now - before)) + ((1 - window.B) * trend);
            double rest = (1 - window.A) * (now + trend);
            (before, now) = (now, level + rest);
        }

        value = now;
        return true;
    }

    private static void Verify(double factor, string what, string symbol)
    {
        if (factor is <= 0 or >= 1)
        {
            throw new QueryFailureException(
                $"invalid {what}. Expected: 0 < {symbol} < 1, got: {GoText.Decimals(factor, 6)}");
        }
    }
}
