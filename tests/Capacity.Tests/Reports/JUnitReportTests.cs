using System.Xml.Linq;
using Capacity.Reports;

namespace Capacity.Tests.Reports;

public class JUnitReportTests
{
    [Fact]
    public void Each_objective_is_a_test_case_of_the_scenarios_suite()
    {
        XElement suite = Suite(SampleReport.NoGo());

        Assert.Equal("sample (test data)", suite.Attribute("name")!.Value);
        int gates = SampleReport.NoGo().Verdict.Gates.Count - 1; // the objectives have cases of their own
        Assert.Equal($"{5 + gates}", suite.Attribute("tests")!.Value);
        Assert.Equal(5 + gates, suite.Elements("testcase").Count());
        Assert.Equal(gates, suite.Elements("testcase")
            .Count(c => c.Attribute("name")!.Value.StartsWith("gate: ", StringComparison.Ordinal)));
        Assert.Equal("2", suite.Attribute("failures")!.Value);
        Assert.Equal(2, suite.Descendants("failure").Count());
    }

    [Fact]
    public void A_failure_says_limit_prediction_interval_and_fix()
    {
        string text = Suite(SampleReport.NoGo()).Descendants("failure").First().Value;

        Assert.Contains("Limit: ≤ 400 ms, except 1 min in total", text, StringComparison.Ordinal);
        Assert.Contains("Predicted: ", text, StringComparison.Ordinal);
        Assert.Contains("95 % interval", text, StringComparison.Ordinal);
        Assert.Contains("com.df.scaleMin 6 → 10", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_go_passes_everything() =>
        Assert.Empty(Suite(SampleReport.Go()).Elements("testcase").Elements());

    [Fact]
    public void Without_enough_evidence_objectives_and_gates_about_it_are_skipped() =>
        Assert.Equal(5 + 3, Suite(SampleReport.Unrehearsed()).Descendants("skipped").Count());

    [Fact]
    public void Objectives_at_risk_are_skipped_until_there_are_enough_launches()
    {
        XElement suite = Suite(SampleReport.Undecided());

        Assert.Empty(suite.Descendants("failure"));
        Assert.Contains("too few to be sure", suite.Descendants("skipped").First().Attribute("message")!.Value,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_condition_passes_and_says_what_to_do()
    {
        XElement suite = Suite(SampleReport.Conditions());

        Assert.Empty(suite.Descendants("failure"));
        Assert.Empty(suite.Descendants("skipped"));
        Assert.StartsWith("Condition: ", Assert.Single(suite.Descendants("system-out")).Value,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_no_go_fails_even_when_each_objective_alone_would_not()
    {
        CheckReport report = SampleReport.Go();
        XElement suite = Suite(report with { Verdict = report.Verdict with { Kind = VerdictKind.NoGo } });

        Assert.Single(suite.Descendants("failure"));
    }

    [Fact]
    public void Hostile_names_leave_valid_XML() => Assert.NotEmpty(Suite(SampleReport.Hostile()).Elements());

    private static XElement Suite(CheckReport report) =>
        XDocument.Parse(JUnitReport.Render(report)).Root!.Element("testsuite")!;
}
