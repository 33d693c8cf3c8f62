using Capacity.Model;

namespace Capacity.Reports;

/// <summary>A stretch of a launch in which the median launch is above a latency limit.</summary>
/// <param name="From">Seconds since the start.</param>
/// <param name="To">Seconds since the start.</param>
/// <param name="Phase">The phase it begins in; may be empty.</param>
internal readonly record struct Breach(double From, double To, string Phase);

/// <summary>The figures that every form of the report shows, worked out once.</summary>
internal sealed class ReportFigures
{
    /// <summary>Works them out.</summary>
    public ReportFigures(CheckReport report)
    {
        Report = report;
        Objectives = ObjectiveSummary.Of(report.Scenario, report.Launches);
        Phases = report.Launches.Middle.Phases.Count > 0
            ? report.Launches.Middle.Phases
            : LoadPlan.Of(report.Scenario.Load).Phases;
        Cost = Spread.Of(report.Launches.Launches.Select(l => l.ReplicaHours));
        Latency = Objectives.Where(o => o.Objective.IsLatency).MinBy(o => o.Passed);
        Weakest = Objectives.MinBy(o => o.Passed);
        Breaches = Latency is null ? [] : BreachesOf(BandOf(Latency.Objective.Metric).Median, Latency.Objective.Limit);
    }

    /// <summary>What they are about.</summary>
    public CheckReport Report { get; }

    /// <summary>In the scenario's order.</summary>
    public IReadOnlyList<ObjectiveSummary> Objectives { get; }

    /// <summary>Named stretches of a launch.</summary>
    public IReadOnlyList<PhaseSpan> Phases { get; }

    /// <summary>Replica-hours of a launch.</summary>
    public Spread Cost { get; }

    /// <summary>The latency objective that fails most often; null when there is none.</summary>
    public ObjectiveSummary? Latency { get; }

    /// <summary>The objective that fails most often; null when there is none.</summary>
    public ObjectiveSummary? Weakest { get; }

    /// <summary>Where the median launch is above the limit of <see cref="Latency"/>.</summary>
    public IReadOnlyList<Breach> Breaches { get; }

    /// <summary>The change that makes it a go at the least cost; null when none does.</summary>
    public ChangeOutcome? Fix => Report.Changes.FirstOrDefault(c => ShareOf(c.Launches) >= Verdict.Target);

    /// <summary>Share of launches that met every objective.</summary>
    public static double ShareOf(LaunchSet launches) => (double)launches.Passed / Math.Max(1, launches.Launches.Count);

    /// <summary>Extra replica-hours of a change as a share of what the launch costs now.</summary>
    public double ExtraCost(ChangeOutcome change) =>
        (Spread.Of(change.Launches.Launches.Select(l => l.ReplicaHours)).Median / Cost.Median) - 1;

    /// <summary>The predicted curve behind a latency metric.</summary>
    public Band BandOf(ObjectiveMetric metric) => metric switch
    {
        ObjectiveMetric.LatencyP50 => Report.Launches.P50,
        ObjectiveMetric.LatencyP95 => Report.Launches.P95,
        _ => Report.Launches.P99,
    };

    /// <summary>The names of all alerts: those that fire first in the middle launch first, then by name.</summary>
    public IReadOnlyList<string> AlertNames()
    {
        IReadOnlyList<AlertSpan> spans = Report.Launches.Middle.Alerts;
        return
        [
            .. Report.Launches.AlertShares.Keys.Union(spans.Select(s => s.Name), StringComparer.Ordinal)
                .OrderBy(n => spans.Where(s => s.Name == n).Select(s => s.Pending).DefaultIfEmpty(double.MaxValue)
                    .Min())
                .ThenBy(n => n, StringComparer.Ordinal),
        ];
    }

    /// <summary>The phase at a second; empty when it has no name.</summary>
    public string PhaseAt(double second) =>
        Phases.FirstOrDefault(p => second >= p.From && second < p.To)?.Name ?? "";

    private List<Breach> BreachesOf(IReadOnlyList<double> values, double limit)
    {
        double step = Report.Launches.Step;
        double gap = Math.Max(2 * step, Report.Launches.Duration / 60); // shorter pauses do not make a new breach
        var breaches = new List<Breach>();
        for (int i = 0; i < values.Count; i++)
        {
            if (!(values[i] > limit))
            {
                continue;
            }

            (double from, double to) = (i * step, (i + 1) * step);
            if (breaches.Count > 0 && from - breaches[^1].To <= gap)
            {
                breaches[^1] = breaches[^1] with { To = to };
            }
            else
            {
                breaches.Add(new Breach(from, to, PhaseAt(from)));
            }
        }

        return breaches;
    }
}
