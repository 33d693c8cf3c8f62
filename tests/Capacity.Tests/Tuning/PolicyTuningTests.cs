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

    [Fact]
    public void The_cheapest_that_passes_is_within_one_percent_of_that_of_the_whole_grid()
    {
        TuningOutcome found = Tune(threads: 2);

        Assert.Equal(TuningAnswer.Passes, found.Cheapest!.Answer(Probability));
        double best = CheapestOfGrid();
        Assert.InRange(found.Cheapest.Cost, best, best * 1.01);
        Assert.True(found.Searched <= 60, "not the whole grid was simulated");
    }

    [Fact]
    public void The_answer_is_the_same_on_any_number_of_threads()
    {
        TuningOutcome one = Tune(threads: 1);
        TuningOutcome four = Tune(threads: 4);

        Assert.Equal(one.Tried.Select(Text), four.Tried.Select(Text));
        Assert.Equal(one.Cheapest!.Fresh, four.Cheapest!.Fresh);
        Assert.Equal(one.Launches, four.Launches);
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
        Assert.All(Tune(threads: 2).Tried, p => Assert.True(Space.Keeps(p.Stops)));

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
        Policies = 60, Launches = Launches, Probability = Probability, Seed = 1, Threads = threads,
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
