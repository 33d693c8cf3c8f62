using Capacity.Reports;

namespace Capacity.Tests.Reports;

/// <summary>The table of what a verdict follows from.</summary>
public class VerdictTests
{
    private static readonly Gate Pass = GateTests.Of(GateKind.Hard, true, 0.95, 0.96, 1);

    [Theory]
    [InlineData(GateKind.Hard, GateState.Fail, VerdictKind.NoGo)]
    [InlineData(GateKind.Hard, GateState.Unknown, VerdictKind.Inconclusive)]
    [InlineData(GateKind.Evidence, GateState.Fail, VerdictKind.Inconclusive)]
    [InlineData(GateKind.Evidence, GateState.Unknown, VerdictKind.Inconclusive)]
    [InlineData(GateKind.Soft, GateState.Fail, VerdictKind.GoWithConditions)]
    [InlineData(GateKind.Soft, GateState.Unknown, VerdictKind.GoWithConditions)]
    [InlineData(GateKind.Soft, GateState.Pass, VerdictKind.Go)]
    [InlineData(GateKind.Hard, GateState.Pass, VerdictKind.Go)]
    public void One_gate_decides_when_all_else_is_well(GateKind kind, GateState state, VerdictKind expected)
    {
        CheckReport good = SampleReport.Go();
        Gate gate = In(kind, state);
        var verdict = Verdict.Decide(good.Launches, good.Comparison, [Pass, gate]);

        Assert.Equal(state, gate.State);
        Assert.Equal(expected, verdict.Kind);
        Assert.Equal(expected == VerdictKind.GoWithConditions, verdict.Conditions.Count > 0);
        Assert.Equal(expected == VerdictKind.Inconclusive, verdict.Reasons.Count > 0);
    }

    [Fact]
    public void The_worst_gate_wins()
    {
        CheckReport good = SampleReport.Go();
        Gate soft = In(GateKind.Soft, GateState.Fail);
        Gate evidence = In(GateKind.Evidence, GateState.Fail);
        Gate hard = In(GateKind.Hard, GateState.Fail);

        Assert.Equal(VerdictKind.Inconclusive, Decide(soft, evidence));
        Assert.Equal(VerdictKind.NoGo, Decide(soft, evidence, hard));

        VerdictKind Decide(params Gate[] gates) => Verdict.Decide(good.Launches, good.Comparison, gates).Kind;
    }

    [Fact]
    public void Launches_that_break_objectives_are_a_no_go_whatever_the_gates_say()
    {
        CheckReport bad = SampleReport.NoGo();

        Assert.Equal(VerdictKind.NoGo, Verdict.Decide(bad.Launches, bad.Comparison, [Pass]).Kind);
        Assert.Equal(VerdictKind.NoGo, Verdict.Decide(bad.Launches, null, [Pass]).Kind);
    }

    [Fact]
    public void Nothing_is_a_go_without_a_rehearsal()
    {
        CheckReport good = SampleReport.Go();
        var verdict = Verdict.Decide(good.Launches, null, [Pass]);

        Assert.Equal(VerdictKind.Inconclusive, verdict.Kind);
        Assert.Contains("no rehearsal", Assert.Single(verdict.Reasons), StringComparison.Ordinal);
        Assert.Single(SampleReport.Unrehearsed().Verdict.Reasons);
    }

    [Fact]
    public void A_doubtful_model_interrupted_launches_and_few_launches_are_no_evidence()
    {
        CheckReport good = SampleReport.Go();
        Comparison doubtful = good.Comparison! with { Doubts = ["the replica curve was off by 40 %"] };

        Assert.Equal(VerdictKind.Inconclusive, Verdict.Decide(good.Launches, doubtful, [Pass]).Kind);
        Assert.Equal(VerdictKind.Inconclusive,
            Verdict.Decide(good.Launches with { Partial = true }, good.Comparison, [Pass]).Kind);
        Assert.Equal(VerdictKind.Inconclusive, Verdict.Decide(
            good.Launches with { Launches = [.. good.Launches.Launches.Take(20)] }, good.Comparison, [Pass]).Kind);
    }

    [Fact]
    public void Samples_show_each_verdict()
    {
        Assert.Equal(VerdictKind.Go, SampleReport.Go().Verdict.Kind);
        Assert.Equal(VerdictKind.GoWithConditions, SampleReport.Conditions().Verdict.Kind);
        Assert.Equal(VerdictKind.NoGo, SampleReport.NoGo().Verdict.Kind);
        Assert.Equal(VerdictKind.Inconclusive, SampleReport.Undecided().Verdict.Kind);
        Assert.Equal(VerdictKind.Inconclusive, SampleReport.Unrehearsed().Verdict.Kind);
    }

    private static Gate In(GateKind kind, GateState state) => state switch
    {
        GateState.Pass => GateTests.Of(kind, false, 1, 0, 1),
        GateState.Fail => GateTests.Of(kind, false, 1, 2, 3),
        _ => GateTests.Of(kind, false, 1, 0, 3),
    };
}
