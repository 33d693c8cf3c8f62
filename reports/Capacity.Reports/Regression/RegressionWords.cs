using System.Globalization;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>The words and numbers that every form of a comparison shows.</summary>
public static class RegressionWords
{
    /// <summary>The verdict in capitals.</summary>
    public static string Word(RegressionVerdict verdict) => verdict switch
    {
        RegressionVerdict.Passed => "PASSED",
        RegressionVerdict.Regressed => "REGRESSED",
        _ => "NOT ENOUGH EVIDENCE",
    };

    /// <summary>✓, ✗ or ?.</summary>
    public static string Sign(RegressionVerdict verdict) => verdict switch
    {
        RegressionVerdict.Passed => "✓",
        RegressionVerdict.Regressed => "✗",
        _ => "?",
    };

    /// <summary>One sentence without a full stop.</summary>
    public static string Sentence(RegressionReport report)
    {
        string names = string.Join(", ",
            report.Metrics.Where(m => m.Verdict == report.Verdict).Select(m => m.Metric.NameOf()));
        bool many = report.Metrics.Count(m => m.Verdict == report.Verdict) > 1;
        return report.Verdict switch
        {
            RegressionVerdict.Passed => report.Metrics.All(m => !m.Better)
                ? "no metric is worse by more than its margin"
                : "no metric is worse by more than its margin, and better: "
                    + string.Join(", ", report.Metrics.Where(m => m.Better).Select(m => m.Metric.NameOf())),
            RegressionVerdict.Regressed => $"{names} {(many ? "are" : "is")} worse by more than the margin",
            _ => report.Partial ? "stopped before the end; the pairs so far are kept"
                : $"the runs do not tell whether {names} {(many ? "are" : "is")} worse by more than the margin",
        };
    }

    /// <summary>How many pairs of what.</summary>
    public static string Basis(RegressionReport report)
    {
        string of = report.Provenance == Provenance.Measured ? "measured" : "simulated";
        string planned = report.PairsMax > report.Pairs
            ? string.Create(CultureInfo.InvariantCulture, $" (of at most {report.PairsMax})") : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{report.Pairs} {(report.Pairs == 1 ? "pair" : "pairs")} of {of} runs{planned}");
    }

    /// <summary>A value of a metric.</summary>
    public static string Value(ComparedMetric metric, double value) => metric switch
    {
        _ when double.IsNaN(value) => "–",
        ComparedMetric.Errors => NumberText.Percent(value),
        ComparedMetric.Throughput => NumberText.Count(value) + "/s",
        ComparedMetric.Cost => NumberText.Count(value) + " h",
        _ => DurationText.Format(value),
    };

    /// <summary>A change of a metric, with its sign.</summary>
    public static string Change(ComparedMetric metric, double change)
    {
        if (!double.IsFinite(change))
        {
            return double.IsPositiveInfinity(change) ? "any" : "–";
        }

        if (metric != ComparedMetric.Errors)
        {
            return Math.Abs(change) > 100 ? "any" : NumberText.SignedPercent(change);
        }

        string sign = change < -5e-7 ? "−" : change > 5e-7 ? "+" : "±";
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{Math.Abs(change) * 100:0.###} points");
    }

    /// <summary>The interval that the verdict rests on.</summary>
    public static string Interval(MetricOutcome outcome) => double.IsNaN(outcome.Low) || double.IsNaN(outcome.High)
        ? "–" : $"{Change(outcome.Metric, outcome.Low)} … {Change(outcome.Metric, outcome.High)}";

    /// <summary>What to do next; empty when nothing is left to do.</summary>
    public static string NextStep(RegressionReport report) => report.Verdict != RegressionVerdict.NotEnoughEvidence
        ? ""
        : report.Pairs < report.Settings.FirstLook ? "store more runs on each side, with seeds of their own"
        : report.Partial ? "run it again to its end"
        : "more pairs, longer runs or a quieter machine make the interval narrower; a wider --margin asks for less";
}
