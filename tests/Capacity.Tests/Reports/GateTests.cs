using Capacity.Model;
using Capacity.Reports;

namespace Capacity.Tests.Reports;

public class GateTests
{
    [Theory]
    [InlineData(true, 0.95, 0.96, 1, GateState.Pass, 0.01)]
    [InlineData(true, 0.95, 0.95, 1, GateState.Pass, 0)]
    [InlineData(true, 0.95, 0.9, 0.97, GateState.Unknown, -0.05)]
    [InlineData(true, 0.95, 0.5, 0.94, GateState.Fail, -0.45)]
    [InlineData(true, 0.95, 0.96, double.NaN, GateState.Pass, 0.01)]
    [InlineData(true, 0.95, 0.5, double.NaN, GateState.Unknown, -0.45)]
    [InlineData(true, 0.95, double.NaN, double.NaN, GateState.Unknown, double.NaN)]
    [InlineData(false, 300, 10, 300, GateState.Pass, 0)]
    [InlineData(false, 300, 200, 400, GateState.Unknown, -100)]
    [InlineData(false, 300, 301, 400, GateState.Fail, -100)]
    [InlineData(false, 300, 301, double.NaN, GateState.Fail, double.NaN)]
    [InlineData(false, 300, 10, double.NaN, GateState.Unknown, double.NaN)]
    public void A_gate_is_judged_by_its_whole_interval(
        bool atLeast, double threshold, double low, double high, GateState state, double margin)
    {
        Gate gate = Of(GateKind.Soft, atLeast, threshold, low, high, GateUnit.Share);

        Assert.Equal(state, gate.State);
        Assert.Equal(margin, gate.Margin, 1e-9);
    }

    [Theory]
    [InlineData(GateUnit.Share, 0.83, 1, "83–100 %")]
    [InlineData(GateUnit.Factor, 1.25, 1.25, "1.25×")]
    [InlineData(GateUnit.Seconds, 301, double.NaN, "5 min 01 s or more")]
    [InlineData(GateUnit.Count, double.NaN, double.NaN, "no evidence")]
    public void What_was_found_reads_as_people_say_it(GateUnit unit, double low, double high, string text) =>
        Assert.Equal(text, Of(GateKind.Soft, false, 1, low, high, unit).ObservedText);

    [Fact]
    public void Nothing_allowed_reads_as_none() =>
        Assert.Equal("none", Of(GateKind.Soft, false, 0, 1, 1, GateUnit.Count).ThresholdText);

    [Fact]
    public void Every_gate_of_a_good_report_passes_but_what_was_broken_on_purpose()
    {
        Assert.All(SampleReport.Go().Verdict.Gates, g => Assert.Equal(GateState.Pass, g.State));
        Assert.Equal(["metrics lost"], SampleReport.Conditions().Verdict.Gates
            .Where(g => g.State != GateState.Pass).Select(g => g.Name));
    }

    [Fact]
    public void Each_gate_fails_or_is_unknown_for_its_own_reason()
    {
        CheckReport good = SampleReport.Go();
        Readiness fine = good.Readiness!;
        var rule = new Diagnostic("RUL101", SourceSpan.None, "a dead zone", "", Severity.Warning);

        Assert.Equal(GateState.Fail, StateOf(fine with { Extrapolation = 1.31 }, "rehearsed load"));
        Assert.Equal(GateState.Unknown, StateOf(fine with { Extrapolation = double.NaN }, "rehearsed load"));
        Assert.Equal(GateState.Fail, StateOf(fine with { Levels = [new LoadLevel(1.3, 0, 20, [])] }, "headroom"));
        Assert.Equal(GateState.Unknown, StateOf(fine with { Levels = [new LoadLevel(1.3, 20, 20, [])] }, "headroom"));
        Assert.Equal(GateState.Pass, StateOf(fine with { Levels = [new LoadLevel(1.3, 80, 80, [])] }, "headroom"));
        Assert.Equal(GateState.Fail, StateOf(fine with { Drills = [Drill(5)] }, "replica lost"));
        Assert.Equal(GateState.Unknown, StateOf(fine with { Drills = [Drill(18)] }, "replica lost"));
        Assert.Equal(GateState.Pass, StateOf(fine with { Drills = [Drill(20)] }, "replica lost"));
        Assert.Equal(GateState.Fail, StateOf(fine with { Reversals = 3 }, "flapping"));
        Assert.Equal(GateState.Fail, StateOf(fine with { RecoverySeconds = 301 }, "recovery"));
        Assert.Equal(GateState.Fail,
            StateOf(fine with { RecoverySeconds = double.NaN, IsMetastable = true }, "recovery"));
        Assert.Equal(GateState.Fail, Gates.Of(good.Launches, good.Measured, good.Comparison, fine, [rule])
            .Single(g => g.Name == "alert rules").State);
        Assert.Equal(GateState.Fail, Gates.Fresh(["a file"]).State);
        Assert.DoesNotContain(Gates.Of(good.Launches, good.Measured, good.Comparison,
            fine with { RecoverySeconds = double.NaN }, []), g => g.Name == "recovery");

        GateState StateOf(Readiness readiness, string gate) =>
            Gates.Of(good.Launches, good.Measured, good.Comparison, readiness, []).Single(g => g.Name == gate).State;
    }

    [Fact]
    public void A_generator_that_was_late_or_missing_is_no_evidence()
    {
        CheckReport good = SampleReport.Go();
        RunResult late = good.Measured! with { Generator = new GeneratorHealth(0.02, 0.1, 1) };

        Assert.Equal(GateState.Fail, Generator(late));
        Assert.Equal(GateState.Unknown, Generator(null));

        GateState Generator(RunResult? measured) => Gates.Of(good.Launches, measured, good.Comparison, null, [])
            .Single(g => g.Name == "load generator").State;
    }

    internal static Gate Of(
        GateKind kind, bool atLeast, double threshold, double low, double high, GateUnit unit = GateUnit.Share) =>
        new("a gate", kind, "what is asked", atLeast, threshold, low, high, unit, "from a test", "do something");

    private static DrillOutcome Drill(int passed) => new("replica lost", "one crashes", passed, 20, "", 0);
}
