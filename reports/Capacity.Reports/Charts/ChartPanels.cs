using System.Text.Json;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>Turns the figures into panels.</summary>
internal static class ChartPanels
{
    private const int MostPoints = 1500; // more than pixels on a wide screen; a day in seconds would not draw

    /// <summary>The panels as JSON that cannot end a script element: the encoder escapes every &lt;.</summary>
    public static string Json(ReportFigures figures) => JsonSerializer.Serialize(
        new ChartPage(FileName(figures.Report.Scenario.Name), [.. Launch(figures), .. Rehearsal(figures.Report)]),
        ReportJson.Default.ChartPage);

    private static IEnumerable<ChartSpec> Launch(ReportFigures figures)
    {
        LaunchSet set = figures.Report.Launches;
        ChartArea[] areas = [.. figures.Breaches.Select(b => new ChartArea(b.From, b.To))];
        var panel = new ChartSpec
        {
            Id = "traffic",
            Title = "Traffic",
            Unit = "requests/s",
            Format = "count",
            Height = 92,
            Duration = set.Duration,
            Step = set.Step,
            Min = 0,
            Areas = areas,
            Series = [Banded("offered", "c-load", "line", set.Offered) with { Fill = true }],
        };
        yield return Thin(panel);
        yield return Thin(Replicas(panel with
        {
            Id = "replicas",
            Title = "Replicas",
            Unit = "",
            Height = 138,
            Limits = Limits(figures, ObjectiveMetric.Replicas),
            Series =
            [
                new ChartSeries("wanted", "c-dim", "step", Rounded(set.Desired.Median)) { Dash = true, Width = 1.6 },
                Banded("ready", "c-rep", "step", set.Ready) with { Fill = true, Width = 2 },
            ],
        }));
        yield return Thin(Latency(panel with
        {
            Id = "latency",
            Title = "Latency",
            Unit = "",
            Height = 210,
            TimeLabels = true,
            Format = "duration",
            Limits = Limits(figures, ObjectiveMetric.LatencyP50, ObjectiveMetric.LatencyP95,
                ObjectiveMetric.LatencyP99),
            Series =
            [
                new ChartSeries("p50", "c-p50", "line", Rounded(set.P50.Median)),
                new ChartSeries("p95", "c-p95", "line", Rounded(set.P95.Median)),
                Banded("p99", "c-p99", "line", set.P99) with { Width = 2.2 },
            ],
        }));
    }

    private static IEnumerable<ChartSpec> Rehearsal(CheckReport report)
    {
        if (report.Measured is not { } measured)
        {
            yield break;
        }

        RunResult? predicted = report.Predicted;
        var panel = new ChartSpec
        {
            Id = "rehearsal-replicas",
            Title = "Replicas of the rehearsal",
            Format = "count",
            Height = 170,

            Duration = measured.Duration,
            Step = measured.Step,
            Min = 0,
            TimeLabels = true,
            Series =
            [
                .. Line("predicted", "c-rep", "step", predicted?.Series.Ready.Select(r => (double)r), dash: false),
                .. Line("measured", "c-meas", "step", measured.Series.Ready.Select(r => (double)r), dash: true),
            ],
        };
        yield return Thin(Replicas(panel));
        yield return Thin(Latency(panel with
        {
            Id = "rehearsal-latency",
            Title = "Latency of the rehearsal",
            Format = "duration",
            Series =
            [
                .. Line("p99 predicted", "c-p99", "line", predicted?.Series.P99, dash: false),
                .. Line("p99 measured", "c-meas", "line", measured.Series.P99, dash: true),
                .. Line("p50 predicted", "c-p50", "line", predicted?.Series.P50, dash: false),
                .. Line("p50 measured", "c-load", "line", measured.Series.P50, dash: true),
            ],
        }));
    }

    private static IEnumerable<ChartSeries> Line(string name, string color, string kind, IEnumerable<double>? values,
        bool dash) =>
        values is null ? [] : [new ChartSeries(name, color, kind, Rounded([.. values])) { Dash = dash, Width = 1.7 }];

    private static ChartSeries Banded(string name, string color, string kind, Band band) =>
        new(name, color, kind, Rounded(band.Median)) { Low = Rounded(band.Low), High = Rounded(band.High) };

    private static ChartLimit[] Limits(ReportFigures figures, params ObjectiveMetric[] metrics) =>
    [
        .. figures.Objectives.Where(o => metrics.Contains(o.Objective.Metric))
            .Select(o => new ChartLimit(o.Objective.Limit,
            o.Objective.IsLatency
                ? $"{o.Objective.Name["latency.".Length..]} limit {DurationText.Format(o.Objective.Limit)}"
                : $"limit {NumberText.Count(o.Objective.Limit)}")),
    ];

    /// <summary>An axis of whole numbers with room above the highest value, so no line lies on the frame.</summary>
    private static ChartSpec Replicas(ChartSpec panel)
    {
        double most = panel.Series.SelectMany(s => s.Values.Concat(s.High ?? [])).Where(double.IsFinite)
            .DefaultIfEmpty(1).Max();
        ChartLimit[] near = [.. panel.Limits.Where(l => l.Value <= 2.5 * most)]; // a far limit would flatten the curve
        most = near.Select(l => l.Value).Append(most).Max();
        double step = Nice(Math.Max(1, most / 5), up: true);
        return panel with { Min = 0, Max = (Math.Floor(most / step) + 1) * step, Interval = step, Limits = near };
    }

    /// <summary>A logarithmic axis from below the fastest median to above the slowest end of the band.</summary>
    private static ChartSpec Latency(ChartSpec panel)
    {
        double[] all =
        [
            .. panel.Series.SelectMany(s => s.Values.Concat(s.High ?? [])).Concat(panel.Limits.Select(l => l.Value))
                .Where(v => v > 0),
        ];
        double low = all.Length == 0 ? 0.001 : all.Min();
        double high = all.Length == 0 ? 1 : all.Max();
        return panel with { Log = true, Min = Nice(low * 0.9, up: false), Max = Nice(high * 1.15, up: true) };
    }

    /// <summary>The next of 1, 2, 5 × 10ⁿ.</summary>
    private static double Nice(double value, bool up)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        double[] steps = [power, 2 * power, 5 * power, 10 * power];
        return up ? steps.First(s => s >= value * 0.9999) : steps.Last(s => s <= value * 1.0001);
    }

    /// <summary>Four digits are more than a pixel shows, and keep the file small.</summary>
    private static double[] Rounded(IReadOnlyList<double> values) => [.. values.Select(Round)];

    private static double Round(double value)
    {
        if (value == 0 || !double.IsFinite(value))
        {
            return value;
        }

        int digits = 4 - (int)Math.Ceiling(Math.Log10(Math.Abs(value)));
        return digits is >= 0 and <= 15 ? Math.Round(value, digits) : Math.Round(value);
    }

    /// <summary>Merges steps when there are too many to draw: the highest of each group stays, the lowest of a lower
    /// end.</summary>
    private static ChartSpec Thin(ChartSpec panel)
    {
        int most = panel.Series.Select(s => s.Values.Count).DefaultIfEmpty(0).Max();
        int group = (most + MostPoints - 1) / MostPoints;
        return group <= 1 ? panel : panel with
        {
            Step = panel.Step * group,
            Series =
            [
                .. panel.Series.Select(s => s with
                {
                    Values = Merge(s.Values, group, Enumerable.Max)!,
                    Low = Merge(s.Low, group, Enumerable.Min),
                    High = Merge(s.High, group, Enumerable.Max),
                }),
            ],
        };
    }

    private static double[]? Merge(IReadOnlyList<double>? values, int group, Func<IEnumerable<double>, double> pick) =>
        values is null ? null :
        [
            .. values.Chunk(group).Select(chunk =>
            {
                double[] there = [.. chunk.Where(v => !double.IsNaN(v))];
                return there.Length == 0 ? double.NaN : pick(there);
            }),
        ];

    private static string FileName(string name)
    {
        string safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-'))
            .Trim('-');
        return safe.Length == 0 ? "report" : safe;
    }
}
