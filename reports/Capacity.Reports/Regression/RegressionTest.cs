using System.Globalization;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>Decides whether a build is worse, from pairs of runs.</summary>
/// <remarks>
/// The unit is the run: requests within a run depend on each other, so tests on single requests find differences where
/// there are none. Per pair and metric the logarithm of the ratio counts; its mean, with Student's interval, is laid
/// against the margin. Over several metrics the chance of a false alarm is shared out by Holm's rule, mostly to
/// latencies.
/// </remarks>
public static class RegressionTest
{
    private const double RanksDisagree = 0.05;
    private const double LatencyWeight = 0.9; // they vary most and are what a comparison is mostly made for

    /// <summary>Compares runs that are there already: one look.</summary>
    /// <param name="before">The measure.</param>
    /// <param name="after">What is judged.</param>
    /// <param name="settings">How strict.</param>
    /// <returns>The outcome, or CAP180 or CAP181 when the sides cannot be compared.</returns>
    public static Parsed<RegressionReport> Compare(
        ComparedSet before, ComparedSet after, RegressionSettings settings)
    {
        Parsed<IReadOnlyList<RunPair>> paired = RunPairs.Of(before, after);
        if (!paired.TryGet(out IReadOnlyList<RunPair>? pairs))
        {
            return Parsed<RegressionReport>.Failed(paired.Diagnostics);
        }

        var cautions = new List<string>();
        RegressionSettings used = settings;
        if (before.Shape.Provenance == Provenance.Measured && !RunPairs.InTurns(pairs))
        {
            used = settings with { Margin = settings.Margin + settings.DriftAllowance };
            cautions.Add(string.Create(CultureInfo.InvariantCulture,
                $"the two sides were not measured in turns, so {settings.DriftAllowance * 100:0.#} % is added to the "
                + $"margin for drift of the machine: 'capacity compare SCENARIO --base URL --new URL' needs none"));
        }

        int alone = before.Runs.Count + after.Runs.Count - (2 * pairs.Count);
        if (alone > 0)
        {
            cautions.Add(string.Create(CultureInfo.InvariantCulture,
                $"{alone} {(alone == 1 ? "run is" : "runs are")} left out: without a partner of the same seed, or a "
                + $"simulated run again"));
        }

        RegressionReport report = Judge(before.Shape, pairs, used, (used.FalseAlarm, used.FalsePass));
        return report with
        {
            Base = before.Label,
            New = after.Label,
            Cautions = [.. report.Cautions, .. cautions],
        };
    }

    /// <summary>Judges pairs at one look.</summary>
    /// <param name="shape">The load.</param>
    /// <param name="pairs">Any number.</param>
    /// <param name="settings">Margins and metrics.</param>
    /// <param name="levels">The chances that this look may be wrong with: of a false alarm, and of a false pass.
    /// </param>
    public static RegressionReport Judge(
        LoadShape shape, IReadOnlyList<RunPair> pairs, RegressionSettings settings,
        (double Regress, double Pass) levels)
    {
        var cautions = new List<string>();
        bool few = pairs.Count < settings.FirstLook;
        if (few)
        {
            cautions.Add(string.Create(CultureInfo.InvariantCulture,
                $"{pairs.Count} {(pairs.Count == 1 ? "pair of runs is" : "pairs of runs are")} there, and a verdict "
                + $"needs at least {settings.FirstLook}: one run says nothing about the spread of runs"));
        }

        double late = pairs.SelectMany(p => new[] { p.Before.Late, p.After.Late }).Max() ?? 0;
        if (late > 0)
        {
            cautions.Add($"the load generator was late by {DurationText.Format(late)} in the median of a run: its "
                + "machine is too small for this load");
        }

        Evidence[] evidence = [.. settings.Metrics.Select(m => new Evidence(m, pairs, settings))];
        Holm(evidence, levels.Regress);
        MetricOutcome[] outcomes = [.. evidence.Select(e => e.Outcome(levels.Pass, few))];
        return new RegressionReport
        {
            Scenario = shape.Scenario,
            Base = "base",
            New = "new",
            Provenance = shape.Provenance,
            Pairs = pairs.Count,
            PairsMax = pairs.Count,
            Metrics = outcomes,
            Verdict = outcomes.Any(o => o.Verdict == RegressionVerdict.Regressed) ? RegressionVerdict.Regressed
                : outcomes.All(o => o.Verdict == RegressionVerdict.Passed) ? RegressionVerdict.Passed
                : RegressionVerdict.NotEnoughEvidence,
            Cautions = cautions,
            Settings = settings,
        };
    }

    /// <summary>
    /// Latencies get nine tenths of the level and the others the rest, shared equally. What one metric has used up by
    /// being rejected, the remaining ones share.
    /// </summary>
    /// <remarks>Source: S. Holm, "A simple sequentially rejective multiple test procedure", 1979, with weights.
    /// </remarks>
    private static void Holm(Evidence[] evidence, double level)
    {
        int latencies = evidence.Count(e => e.IsLatency);
        double WeightOf(Evidence e) => e.IsLatency
            ? LatencyWeight / latencies
            : (1 - LatencyWeight) / (evidence.Length - latencies);
        bool rejects = true;
        List<Evidence> left = [.. evidence.OrderBy(e => e.Chance / WeightOf(e))];
        while (left.Count > 0)
        {
            left[0].Level = level * WeightOf(left[0]) / left.Sum(WeightOf);
            rejects &= left[0].Chance <= left[0].Level;
            left[0].Regressed = rejects;
            left.RemoveAt(0);
        }
    }

    /// <summary>What the pairs hold about one metric.</summary>
    private sealed class Evidence
    {
        private readonly ComparedMetric _metric;
        private readonly double[] _differences;
        private readonly double[] _before;
        private readonly double[] _after;
        private readonly double _limit;
        private readonly double _margin;
        private readonly int _without;

        public Evidence(ComparedMetric metric, IReadOnlyList<RunPair> pairs, RegressionSettings settings)
        {
            _metric = metric;
            _limit = metric.Margin(settings);
            _margin = metric.ChangeOf(_limit);
            _before = [.. pairs.Select(p => metric.ValueOf(p.Before))];
            _after = [.. pairs.Select(p => metric.ValueOf(p.After))];
            _differences = [.. _before.Zip(_after, (b, a) => metric.WorseBy(b, a)).Where(d => !double.IsNaN(d))];
            _without = pairs.Count - _differences.Length;
            if (_differences.Length >= 2)
            {
                Test = PairedTest.Of(_differences);
                Chance = Test.Value.ChanceIfAt(_limit);
            }
        }

        /// <summary>The chance of such pairs if the change were exactly the margin; 1 when nothing can be said.
        /// </summary>
        public double Chance { get; } = 1;

        public bool IsLatency => _metric
            is ComparedMetric.LatencyP50 or ComparedMetric.LatencyP95 or ComparedMetric.LatencyP99;

        public double Level { get; set; }

        public bool Regressed { get; set; }

        private PairedTest? Test { get; }

        public MetricOutcome Outcome(double passLevel, bool few)
        {
            double low = Test?.Low(Level) ?? double.NaN;
            double high = Test?.High(passLevel) ?? double.NaN;
            bool open = few || _without > 0 || Test is null;
            RegressionVerdict verdict = !few && Regressed ? RegressionVerdict.Regressed
                : !open && high < _limit ? RegressionVerdict.Passed
                : RegressionVerdict.NotEnoughEvidence;
            double[] ends = [_metric.ChangeOf(low), _metric.ChangeOf(high)];
            return new MetricOutcome
            {
                Metric = _metric,
                Verdict = verdict,
                Before = Median(_before),
                After = Median(_after),
                Change = Test is { } t ? _metric.ChangeOf(t.Mean) : double.NaN,
                Low = Math.Min(ends[0], ends[1]),
                High = Math.Max(ends[0], ends[1]),
                Margin = _margin,
                Better = verdict == RegressionVerdict.Passed && high < 0,
                Note = few ? "" : Note(verdict),
            };
        }

        private string Note(RegressionVerdict verdict)
        {
            if (_without > 0)
            {
                return string.Create(CultureInfo.InvariantCulture,
                    $"{_without} {(_without == 1 ? "pair has" : "pairs have")} no value: nothing was answered");
            }

            double ranks = SignedRank.ChanceIfAt(_differences, _limit);
            return verdict == RegressionVerdict.Regressed && ranks > RanksDisagree
                    ? "a few runs decide this: by their ranks alone it would not be sure"
                : verdict != RegressionVerdict.Regressed && ranks <= Level
                    ? "by the ranks of the runs it would be worse: a few wild runs hide it"
                : "";
        }

        private static double Median(double[] values)
        {
            double[] sorted = [.. values.Where(v => !double.IsNaN(v)).Order()];
            return sorted.Length == 0 ? double.NaN
                : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }
}
