using System.Text.Json;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>A comparison for machines.</summary>
public static class RegressionJson
{
    /// <summary>Version of the form.</summary>
    public const int SchemaVersion = 1;

    /// <summary>Renders it, with a final newline.</summary>
    public static string Render(RegressionReport report) =>
        JsonSerializer.Serialize(new RegressionDocument(
            SchemaVersion, report.Verdict, report.Scenario, report.Base, report.New, report.Provenance, report.Pairs,
            report.PairsMax, report.Partial,
            [
                .. report.Metrics.Select(m => new MetricDocument(m.Metric.NameOf(), m.Verdict, m.Before, m.After,
                    m.Change, m.Low, m.High, m.Margin, m.Better, m.Note)),
            ],
            report.Cautions, report.Settings.FalseAlarm, report.Settings.FalsePass),
            ReportJson.Default.RegressionDocument) + "\n";
}

/// <summary>The form of a comparison for machines.</summary>
internal sealed record RegressionDocument(
    int SchemaVersion, RegressionVerdict Verdict, string Scenario, string Base, string New, Provenance Provenance,
    int Pairs, int PairsMax, bool Partial, IReadOnlyList<MetricDocument> Metrics, IReadOnlyList<string> Cautions,
    double FalseAlarm, double FalsePass);

/// <summary>One metric of it.</summary>
internal sealed record MetricDocument(
    string Name, RegressionVerdict Verdict, double Before, double After, double Change, double Low, double High,
    double Margin, bool Better, string Note);
