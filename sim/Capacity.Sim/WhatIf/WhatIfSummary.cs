using Capacity.Model;

namespace Capacity.Sim.WhatIf;

/// <summary>What a few launches of one case say together: small enough to be sent at each move of a slider.</summary>
public sealed record WhatIfSummary
{
    /// <summary>Whole launches; 0 when there is only the beginning of one, until <see cref="Until"/>.</summary>
    public required int Launches { get; init; }

    /// <summary>Launches that met every objective.</summary>
    public required int Passed { get; init; }

    /// <summary>Launches that met each objective, in the scenario's order; of a beginning 0 where what has happened has
    /// broken it for good, else 1.</summary>
    public required IReadOnlyList<int> Held { get; init; }

    /// <summary>Median of the seconds above the latency limits.</summary>
    public required double SecondsOver { get; init; }

    /// <summary>The same, exceeded by 5 % of the launches.</summary>
    public required double SecondsOverHigh { get; init; }

    /// <summary>Median of the slowest p99 of a step, seconds.</summary>
    public required double WorstP99 { get; init; }

    /// <summary>Median of the failed shares.</summary>
    public required double Errors { get; init; }

    /// <summary>Median of the replica-hours.</summary>
    public required double ReplicaHours { get; init; }

    /// <summary>Median of the changes of the replicas.</summary>
    public required double Actions { get; init; }

    /// <summary>Requests in all launches.</summary>
    public required long Requests { get; init; }

    /// <summary>Length of a step, seconds.</summary>
    public required double Step { get; init; }

    /// <summary>Length of a launch, seconds.</summary>
    public required double Duration { get; init; }

    /// <summary>Seconds up to which the launch is known: all of <see cref="Duration"/>, but for a beginning.</summary>
    public required double Until { get; init; }

    /// <summary>Requests per second, median.</summary>
    public required IReadOnlyList<double> Offered { get; init; }

    /// <summary>Replicas that receive requests.</summary>
    public required Band Ready { get; init; }

    /// <summary>Median response time, seconds; median of the launches.</summary>
    public required IReadOnlyList<double> P50 { get; init; }

    /// <summary>95th percentile, seconds; median of the launches.</summary>
    public required IReadOnlyList<double> P95 { get; init; }

    /// <summary>99th percentile, seconds.</summary>
    public required Band P99 { get; init; }

    internal static WhatIfSummary Of(
        SimulationInput input, IReadOnlyList<Objective> objectives, List<TriedLaunch> launches)
    {
        double Middle(Func<TriedLaunch, double> value, double share = 0.5) =>
            Quantile([.. launches.Select(value).Order()], share);
        return new WhatIfSummary
        {
            Launches = launches.Count,
            Passed = launches.Count(l => l.Passed),
            Held = [.. objectives.Select((_, i) => launches.Count(l => l.Held[i]))],
            SecondsOver = Middle(l => l.SecondsOver),
            SecondsOverHigh = Middle(l => l.SecondsOver, 0.95),
            WorstP99 = Middle(l => l.WorstP99),
            Errors = Middle(l => l.Errors),
            ReplicaHours = Middle(l => l.ReplicaHours),
            Actions = Middle(l => l.Actions),
            Requests = launches.Sum(l => l.Requests),
            Step = input.Step,
            Duration = input.Plan.Duration,
            Until = input.Plan.Duration,
            Offered = BandOf(launches, l => l.Offered).Median,
            Ready = BandOf(launches, l => [.. l.Ready.Select(r => (double)r)]),
            P50 = BandOf(launches, l => l.P50).Median,
            P95 = BandOf(launches, l => l.P95).Median,
            P99 = BandOf(launches, l => l.P99),
        };
    }

    private static Band BandOf(List<TriedLaunch> launches, Func<RunSeries, IReadOnlyList<double>> read)
    {
        IReadOnlyList<double>[] all = [.. launches.Select(l => read(l.Series))];
        int steps = all.Max(s => s.Count);
        double[] low = new double[steps];
        double[] median = new double[steps];
        double[] high = new double[steps];
        double[] values = new double[all.Length];
        for (int i = 0; i < steps; i++)
        {
            int count = 0;
            foreach (IReadOnlyList<double> series in all)
            {
                if (i < series.Count && !double.IsNaN(series[i]))
                {
                    values[count++] = series[i];
                }
            }

            Span<double> known = values.AsSpan(0, count);
            known.Sort();
            (low[i], median[i], high[i]) = (Quantile(known, 0.05), Quantile(known, 0.5), Quantile(known, 0.95));
        }

        return new Band(low, median, high);
    }

    private static double Quantile(ReadOnlySpan<double> ascending, double share)
    {
        if (ascending.IsEmpty)
        {
            return double.NaN;
        }

        double place = share * (ascending.Length - 1);
        int below = (int)place;
        int above = Math.Min(below + 1, ascending.Length - 1);
        return ascending[below] + ((place - below) * (ascending[above] - ascending[below]));
    }
}
