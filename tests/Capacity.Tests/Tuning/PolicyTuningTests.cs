using System.Globalization;
using Capacity.Model;
using Capacity.Sim;
using Capacity.Sim.Tuning;
using Capacity.Sim.WhatIf;

namespace Capacity.Tests.Tuning;

public sealed class PolicyTuningTests
{
    private const double Probability = 0.8;
    private const int Launches = 20;

    private static readonly SimulationInput Spike = Some.Spike();

    private static readonly Objective[] Objectives =
        [new Objective(ObjectiveMetric.LatencyP99, 1, Except: 30), new Objective(ObjectiveMetric.Errors, 0.01)];

    private static readonly PolicySpace Space = new(
        [Count("scaleMin", 2, 7), Count("scaleMax", 4, 9), Count("scaleUpBy", 1, 4)],
        new Dictionary<string, double>(StringComparer.Ordinal), [new KnobOrder("scaleMin", "scaleMax")], Turned);

    private static readonly Lazy<TuningOutcome> Two = new(() => Tune(threads: 2));

    [Fact]
    public void The_cheapest_that_passes_is_within_one_percent_of_that_of_the_whole_grid()
    {
        TuningOutcome found = Two.Value;

        Assert.Equal(TuningAnswer.Passes, found.Cheapest!.Answer(Probability));
        double best = CheapestOfGrid();
        Assert.InRange(found.Cheapest.Cost, best, best * 1.01);
        Assert.True(found.Searched <= 60, "not the whole grid was simulated");
    }

    [Fact]
    public void The_answer_is_the_same_on_any_number_of_threads()
    {
        TuningOutcome one = Two.Value;
        TuningOutcome four = Tune(threads: 4);

        Assert.Equal(one.Tried.Select(Text), four.Tried.Select(Text));
        Assert.Equal(one.Cheapest!.Fresh, four.Cheapest!.Fresh);
        Assert.Equal(one.Launches, four.Launches);
    }

    [Fact]
    public void What_was_ruled_out_is_still_looked_at_around_the_suggestion()
    {
        Objective[] easy = [new Objective(ObjectiveMetric.LatencyP99, 1_000)]; // so the fewest replicas are spotless

        TuningOutcome found = PolicyTuning.Run(
            Space, easy, [], Settings(2), _ => { }, TestContext.Current.CancellationToken);

        Assert.True(found.RuledOut > 0, "nothing was ruled out");
        Assert.Equal(Space.Knobs.Count, found.Effects.Count);
        Assert.All(found.Effects, e => Assert.InRange(e.Stop, e.SafeLow, e.SafeHigh));
    }

    [Fact]
    public void Too_few_launches_to_decide_still_give_a_short_diff()
    {
        Objective[] easy = [new Objective(ObjectiveMetric.LatencyP99, 1_000)];
        var space = new PolicySpace(
            [Count("scaleMin", 2, 7) with { Value = 4 }, Count("scaleMax", 4, 9), Count("scaleUpBy", 1, 4)],
            new Dictionary<string, double>(StringComparer.Ordinal), [new KnobOrder("scaleMin", "scaleMax")], Turned);

        TuningOutcome found = PolicyTuning.Run(space, easy, [],
            Settings(2) with { Policies = 20, Launches = 10, Probability = 0.95 }, _ => { },
            TestContext.Current.CancellationToken);

        Assert.Equal(TuningAnswer.Unknown, found.Cheapest!.Answer(0.95));
        Assert.InRange(found.Cheapest.Policy.Changed, 0, 1);
    }

    [Theory]
    [InlineData(PolicyKind.Hpa)]
    [InlineData(PolicyKind.Target)]
    [InlineData(PolicyKind.Schedule)]
    public void Every_kind_of_policy_is_searched_and_keeps_its_orders(PolicyKind kind)
    {
        SimulationInput launch = Spike with { Policy = new PolicyModel { Use = kind } };
        PolicySpace space = kind == PolicyKind.Schedule ? TimetableSpace.Of(launch, [])!
            : AutoscalerSpace.Of(launch, [])!;

        TuningOutcome found = PolicyTuning.Run(space, Objectives, [], Settings(2) with { Policies = 24 }, _ => { },
            TestContext.Current.CancellationToken);

        Assert.All(found.Tried, p => Assert.True(space.Keeps(p.Stops)));
        Assert.True(found.Cheapest!.Passed > 0, "no launch of any policy passes");
        Assert.True(found.Cheapest.Passed > found.Configured.Passed || found.Cheapest.Cost <= found.Configured.Cost,
            "the suggestion is no better than what there is");
    }

    [Fact]
    public void The_spike_can_be_planned_for()
    {
        SimulationInput launch = Spike with { Policy = new PolicyModel { Use = PolicyKind.Schedule } };
        IReadOnlyList<Knob> knobs = TimetableSpace.Knobs(launch);

        Assert.Equal(["from1", "until1", "replicas1", "replicas"], knobs.Select(k => k.Id));
        Assert.Equal(120, knobs[0].Value); // where the load first is above its mean
        Assert.True(knobs[1].Value >= 420, "the timetable ends with the spike");
    }

    [Fact]
    public void A_stopped_search_keeps_what_it_has()
    {
        using var stop = new CancellationTokenSource();
        TuningOutcome found = PolicyTuning.Run(Space, Objectives, [], Settings(2),
            p => { if (p.Launches >= 45) { stop.Cancel(); } }, stop.Token);

        Assert.True(found.Partial);
        Assert.NotEmpty(found.Tried);
        Assert.InRange(found.Launches, 45, 60);
    }

    [Fact]
    public void Every_policy_tried_keeps_the_orders() =>
        Assert.All(Two.Value.Tried, p => Assert.True(Space.Keeps(p.Stops)));

    private static Knob Count(string id, int from, int to) =>
        Knob.Of(id, "Policy", id, KnobUnit.Count, from, $"com.df.{id}", Enumerable.Range(from, to - from + 1)
            .Select(n => (double)n));

    private static PolicyCase Turned(IReadOnlyDictionary<string, double> values)
    {
        var labels = new Dictionary<string, string>(Spike.Loop.ServiceLabels, StringComparer.Ordinal);
        foreach ((string id, double value) in values)
        {
            labels[$"com.df.{id}"] = value.ToString(CultureInfo.InvariantCulture);
        }

        int start = Math.Max(2, (int)values["scaleMin"]);
        return new PolicyCase(
            Spike with { Loop = Spike.Loop with { ServiceLabels = labels, InitialReplicas = start } }, []);
    }

    private static TuningSettings Settings(int threads) => new()
    {
        Policies = 60,
        Launches = Launches,
        Probability = Probability,
        Seed = 1,
        Threads = threads,
    };

    private static TuningOutcome Tune(int threads) =>
        PolicyTuning.Run(Space, Objectives, [], Settings(threads), _ => { }, TestContext.Current.CancellationToken);

    private static double CheapestOfGrid()
    {
        var trials = new PolicyTrials(Objectives, RandomSource.SeedOf(1, "tuning, verified"), 2);
        int[][] grid =
        [
            .. from a in Enumerable.Range(0, 6)
               from b in Enumerable.Range(0, 6)
               from c in Enumerable.Range(0, 4)
               where Space.Keeps([a, b, c])
               select new[] { a, b, c },
        ];
        IReadOnlyList<IReadOnlyList<LaunchScore>> scores = trials.Extend(
            [.. grid.Select(stops => (Space.Case(stops).Input, (IReadOnlyList<LaunchScore>)[]))], Launches,
            TestContext.Current.CancellationToken);
        return scores.Where(s => s.All(l => l.Passed)).Min(s => s.Average(l => l.Cost));
    }

    private static string Text(TriedPolicy policy) =>
        $"{PolicySpace.KeyOf(policy.Stops)}: {string.Join(' ', policy.Scores)} {policy.Dropped}";
}
