using Capacity.Reports;

namespace Capacity.Tests.Reports;

public class TerminalSummaryTests
{
    [Fact]
    public void Says_verdict_objectives_and_fix()
    {
        IReadOnlyList<string> lines = TerminalSummary.Lines(SampleReport.NoGo());

        Assert.Equal("✗ NO-GO   0 of 100 launches meet every objective (95 %: 0–3.7 %)", lines[0]);
        Assert.Contains(lines, l =>
            l.StartsWith("  ✗ p99 ≤ 400 ms, except 1 min in total   ", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("  ✓ p50 ≤ 120 ms ", StringComparison.Ordinal));
        Assert.Contains("  fix  com.df.scaleMin 6 → 10   → 100 of 100, +15 % cost", lines);
    }

    [Fact]
    public void Says_why_there_is_no_answer() =>
        Assert.Contains("  ! no rehearsal has validated the model for this version: run 'capacity check'",
            TerminalSummary.Lines(SampleReport.Unrehearsed()));

    [Fact]
    public void Control_characters_do_not_reach_the_terminal() =>
        Assert.All(TerminalSummary.Lines(SampleReport.Hostile()),
            l => Assert.DoesNotContain(l, c => char.IsControl(c)));
}
