using System.Globalization;
using System.Text;
using System.Xml;
using Capacity.Model;

namespace Capacity.Reports;

/// <summary>The report for CI servers: the scenario is a test suite, each objective and each gate a test
/// case.</summary>
/// <remarks>
/// A missed objective fails, and so does a failed hard gate. While the evidence is not enough, objectives that are not
/// missed are skipped, and so are the gates that say so. One at risk, and a soft gate that does not pass, pass and say
/// so. A case's time is the predicted (median) time above the limit.
/// </remarks>
public static class JUnitReport
{
    /// <summary>Renders the report.</summary>
    /// <returns>An XML document with a final newline.</returns>
    public static string Render(CheckReport report)
    {
        var figures = new ReportFigures(report);
        Case[] cases = [.. Cases(figures)];
        var text = new StringBuilder("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
        var settings = new XmlWriterSettings { Indent = true, OmitXmlDeclaration = true, NewLineChars = "\n" };
        using (var xml = XmlWriter.Create(text, settings))
        {
            xml.WriteStartElement("testsuites");
            xml.WriteStartElement("testsuite");
            Attribute(xml, "name", report.Scenario.Name);
            Attribute(xml, "tests", Number(cases.Length));
            Attribute(xml, "failures", Number(cases.Count(c => c.Outcome == "failure")));
            Attribute(xml, "errors", "0");
            Attribute(xml, "skipped", Number(cases.Count(c => c.Outcome == "skipped")));
            Attribute(xml, "time", Number(cases.Sum(c => c.Seconds)));
            if (report.CreatedAt is { } at)
            {
                Attribute(xml, "timestamp",
                    at.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture));
            }

            foreach (Case c in cases)
            {
                Write(xml, report.Scenario.Name, c);
            }

            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return text.Append('\n').ToString();
    }

    private static IEnumerable<Case> Cases(ReportFigures figures)
    {
        bool unclear = figures.Report.Verdict.Kind == VerdictKind.Inconclusive;
        foreach (ObjectiveSummary o in figures.Objectives)
        {
            string name = $"{o.Objective.Name} {o.LimitText}";
            string message = $"predicted {o.PredictedText}, limit {o.LimitText}";
            yield return o.State == ObjectiveState.Missed
                ? new Case(name, Seconds(o), "failure", message, Explain(figures, o))
                : unclear ? new Case(name, Seconds(o), "skipped", string.Join("; ", figures.Report.Verdict.Reasons), "")
                : o.State == ObjectiveState.AtRisk
                    ? new Case(name, Seconds(o), "system-out", "", "At risk.\n" + Explain(figures, o))
                : new Case(name, Seconds(o), "", "", "");
        }

        foreach (Gate gate in figures.Report.Verdict.Gates.Where(g => g.Name != "objectives"))
        {
            string name = $"gate: {gate.Name}";
            string message = $"{gate.What}: {gate.ObservedText}, must be {gate.ThresholdText}";
            yield return gate.State == GateState.Pass ? new Case(name, 0, "", "", "")
                : gate is { Kind: GateKind.Hard, State: GateState.Fail }
                    ? new Case(name, 0, "failure", message, gate.Detail)
                : gate.Kind != GateKind.Soft
                    ? new Case(name, 0, "skipped", message, gate.Condition)
                : new Case(name, 0, "system-out", "", $"Condition: {gate.Condition}.\n{message}");
        }

        // Objectives can each hold in 95 % of launches while all of them together do not: that must fail as well.
        if (figures.Report.Verdict.Kind == VerdictKind.NoGo
            && figures.Objectives.All(o => o.State != ObjectiveState.Missed))
        {
            yield return new Case("every objective in the same launch", 0, "failure", Headline.Sentence(figures),
                Headline.Detail(figures));
        }
    }

    private static double Seconds(ObjectiveSummary o) =>
        o.Objective.IsLatency && double.IsFinite(o.Value.Median) ? o.Value.Median : 0;

    private static string Explain(ReportFigures figures, ObjectiveSummary o)
    {
        (double low, double high) = Wilson.Interval(o.Passed, o.Total);
        (string fix, string detail) = Headline.Fix(figures);
        string text = $"""
            Limit: {o.LimitText}
            Predicted: {o.PredictedText}; 90 % of launches: {o.RangeText}
            Held in {o.Passed} of {o.Total} launches (95 % interval {NumberText.PercentRange(low, high)})
            """;
        return fix.Length == 0 ? text : $"{text}\n{fix}. {detail}";
    }

    private static void Write(XmlWriter xml, string scenario, Case c)
    {
        xml.WriteStartElement("testcase");
        Attribute(xml, "classname", scenario);
        Attribute(xml, "name", c.Name);
        Attribute(xml, "time", Number(c.Seconds));
        if (c.Outcome.Length > 0)
        {
            xml.WriteStartElement(c.Outcome);
            if (c.Message.Length > 0)
            {
                Attribute(xml, "message", c.Message);
            }

            if (c.Text.Length > 0)
            {
                xml.WriteString(PlainText.Clean(c.Text));
            }

            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Attribute(XmlWriter xml, string name, string value) =>
        xml.WriteAttributeString(name, PlainText.Clean(value));

    private static string Number(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>One test case; its outcome is the name of the element inside, or empty for a plain pass.</summary>
    private sealed record Case(string Name, double Seconds, string Outcome, string Message, string Text);
}
