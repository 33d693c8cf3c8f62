namespace Capacity.Model;

/// <summary>Puts the parts of one run together that several agents measured at the same time.</summary>
/// <remarks>
/// Counts and histograms add up exactly, so the percentiles of all requests are those of one generator that had
/// recorded everything. The percentiles of a single step of the series are the agents' own, weighted by the requests
/// that they finished in it: close, but not exact.
/// </remarks>
public static class RunMerge
{
    /// <summary>Merges parts.</summary>
    /// <param name="parts">At least one; all of the same scenario, seed, kinds and steps.</param>
    /// <exception cref="ArgumentException">They are not parts of the same run.</exception>
    public static RunResult Of(IReadOnlyList<RunResult> parts)
    {
        RunResult first = parts[0];
        if (parts.Any(p => p.Seed != first.Seed || p.Scenario != first.Scenario || p.Step != first.Step
            || p.Kinds.Count != first.Kinds.Count))
        {
            throw new ArgumentException("these are not parts of one run", nameof(parts));
        }

        double duration = parts.Max(p => p.Duration);
        return first with
        {
            Duration = duration,
            Series = Series(parts),
            Totals = Sum(parts.Select(p => p.Totals)),
            Kinds = [.. first.Kinds.Select((kind, i) => Kind(kind.Name, [.. parts.Select(p => p.Kinds[i])]))],
            Events = [.. parts.SelectMany((p, i) => p.Events.Select(e => e with { Text = $"agent {i + 1}: {e.Text}" }))
                .OrderBy(e => e.At)],
            Phases = parts.MaxBy(p => p.Phases.Count)!.Phases,
            Generator = Health(parts),
            Partial = parts.Any(p => p.Partial),
        };
    }

    private static RequestCounts Sum(IEnumerable<RequestCounts> counts) =>
        counts.Aggregate(new RequestCounts(0, 0, 0, 0), (a, b) => new RequestCounts(
            a.Scheduled + b.Scheduled, a.Ok + b.Ok, a.Failed + b.Failed, a.Dropped + b.Dropped));

    private static KindResult Kind(string name, IReadOnlyList<KindResult> parts)
    {
        var latency = new LatencyHistogram();
        var service = new LatencyHistogram();
        var codes = new SortedDictionary<int, long>();
        foreach (KindResult part in parts)
        {
            latency.Merge(part.Latency);
            service.Merge(part.Service);
            foreach ((int code, long many) in part.StatusCodes)
            {
                codes[code] = codes.GetValueOrDefault(code) + many;
            }
        }

        return parts[0] with
        {
            Name = name,
            Counts = Sum(parts.Select(p => p.Counts)),
            Latency = latency,
            Service = service,
            StatusCodes = codes,
        };
    }

    private static RunSeries Series(IReadOnlyList<RunResult> parts)
    {
        int steps = parts.Max(p => p.Series.Offered.Count);
        double[] Of(Func<RunSeries, int, (double Value, double Weight)> of) =>
            [.. Enumerable.Range(0, steps).Select(i => Mean(parts.Where(p => i < p.Series.Offered.Count)
                .Select(p => of(p.Series, i))))];
        double[] Total(Func<RunSeries, IReadOnlyList<double>> of) =>
            [.. Enumerable.Range(0, steps).Select(i => parts.Sum(p => i < of(p.Series).Count ? of(p.Series)[i] : 0))];
        double[] errors = Of((s, i) => (s.Errors[i], s.Completed[i]));
        return parts[0].Series with
        {
            Offered = Total(s => s.Offered),
            Completed = Total(s => s.Completed),
            Errors = [.. errors.Select(e => double.IsNaN(e) ? 0 : e)],
            P50 = Of((s, i) => (s.P50[i], s.Completed[i])),
            P95 = Of((s, i) => (s.P95[i], s.Completed[i])),
            P99 = Of((s, i) => (s.P99[i], s.Completed[i])),
            Desired = new int[steps],
            Ready = new int[steps],
        };
    }

    private static double Mean(IEnumerable<(double Value, double Weight)> values)
    {
        double sum = 0;
        double weight = 0;
        foreach ((double value, double w) in values.Where(v => !double.IsNaN(v.Value)))
        {
            sum += value * w;
            weight += w;
        }

        return weight > 0 ? sum / weight : double.NaN;
    }

    // The worst agent's punctuality, the CPU time of all.
    private static GeneratorHealth? Health(IReadOnlyList<RunResult> parts)
    {
        GeneratorHealth[] known = [.. parts.Select(p => p.Generator).OfType<GeneratorHealth>()];
        return known.Length == 0 ? null : known[0] with
        {
            LatenessP50 = known.Max(g => g.LatenessP50),
            LatenessP99 = known.Max(g => g.LatenessP99),
            CpuShare = known.Sum(g => g.CpuShare),
        };
    }
}
