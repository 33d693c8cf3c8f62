using System.Globalization;
using System.Text;
using System.Xml;

namespace Capacity.Reports;

/// <summary>A comparison for CI servers: the scenario is a test suite, each metric a test case.</summary>
/// <remarks>Regressed is a failure, not enough evidence is skipped.</remarks>
public static class RegressionJUnit
{
    /// <summary>Renders it, with a final newline.</summary>
    public static string Render(RegressionReport report)
    {
        string Count(RegressionVerdict verdict) =>
            report.Metrics.Count(m => m.Verdict == verdict).ToString(CultureInfo.InvariantCulture);
        string suite = PlainText.Clean(report.Scenario);
        var text = new StringBuilder("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
        var settings = new XmlWriterSettings { Indent = true, OmitXmlDeclaration = true, NewLineChars = "\n" };
        using (var xml = XmlWriter.Create(text, settings))
        {
            xml.WriteStartElement("testsuites");
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", $"{suite}: regression");
            xml.WriteAttributeString("tests", report.Metrics.Count.ToString(CultureInfo.InvariantCulture));
            xml.WriteAttributeString("failures", Count(RegressionVerdict.Regressed));
            xml.WriteAttributeString("errors", "0");
            xml.WriteAttributeString("skipped", Count(RegressionVerdict.NotEnoughEvidence));
            foreach (MetricOutcome metric in report.Metrics)
            {
                Write(xml, suite, metric, report);
            }

            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return text.Append('\n').ToString();
    }

    private static void Write(XmlWriter xml, string suite, MetricOutcome metric, RegressionReport report)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", suite);
        xml.WriteAttributeString("name", $"{metric.Metric.NameOf()} is not worse than the base");
        xml.WriteAttributeString("time", "0");
        string message = $"{RegressionWords.Change(metric.Metric, metric.Change)} "
            + $"({RegressionWords.Interval(metric)}), margin {RegressionWords.Change(metric.Metric, metric.Margin)}";
        if (metric.Verdict != RegressionVerdict.Passed)
        {
            xml.WriteStartElement(metric.Verdict == RegressionVerdict.Regressed ? "failure" : "skipped");
            xml.WriteAttributeString("message", message);
            xml.WriteString($"""
                Base: {RegressionWords.Value(metric.Metric, metric.Before)} ({PlainText.OneLine(report.Base)})
                New: {RegressionWords.Value(metric.Metric, metric.After)} ({PlainText.OneLine(report.New)})
                {RegressionWords.Basis(report)}
                {PlainText.Clean(string.Join('\n', [metric.Note, .. report.Cautions])).Trim()}
                """);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }
}
