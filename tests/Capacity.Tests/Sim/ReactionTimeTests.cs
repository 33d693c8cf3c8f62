using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Tests.Sim;

public sealed class ReactionTimeTests
{
    [Fact]
    public void The_links_follow_each_other_and_add_up_to_the_reaction_time()
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            RunResult run = LaunchSimulation.Run(
                Some.Spike() with { NotesFirstRequests = true }, seed, CancellationToken.None);
            IReadOnlyList<ReactionTime> times = ReactionTime.Of(run);
            Assert.Equal(run.ScaleActions.Count, times.Count);
            foreach (ReactionTime time in times)
            {
                Assert.Equal(time.Seconds, time.Links.Sum(l => l.Seconds), 6);
                Assert.All(time.Links, l => Assert.True(l.Seconds >= 0, l.ToString()));
                Assert.All(time.Links.Zip(time.Links.Skip(1)), l => Assert.Equal(l.First.To, l.Second.From));
            }
        }
    }

    [Fact]
    public void The_first_reaction_to_a_spike_begins_with_the_spike_and_ends_with_a_served_request()
    {
        RunResult run = LaunchSimulation.Run(
            Some.Spike() with { NotesFirstRequests = true }, 1, CancellationToken.None);
        ReactionTime first = ReactionTime.Of(run).First(t => t.Action.To > t.Action.From);
        Assert.InRange(first.Began, 120, 150); // the ramp from 40/s to 200/s
        Assert.Equal(
            ["requests", "evaluation", "for", "group", "delivery", "orchestrator", "start", "rotation",
                "first request"],
            first.Links.Select(l => l.Name));
        Assert.InRange(first.Links[^1].Seconds, 0, 1);
        Assert.Equal(5, first.Links.Single(l => l.Name == "group").Seconds, 1); // group_wait
    }

    [Fact]
    public void What_is_not_known_is_part_of_the_next_link()
    {
        RunResult run = LaunchSimulation.Run(Some.Spike(), 1, CancellationToken.None);
        ScaleAction action = run.ScaleActions.First(a => a.To > a.From);
        Assert.Null(action.Chain.FirstServed);
        var bare = new ScaleAction(
            300, 2, 4, "alert", "", new ScaleChain { Delivered = 300, Ready = 310, InRotation = 311 });
        ReactionTime time = ReactionTime.Of(run, bare);
        Assert.Equal(["evaluation", "delivery", "start", "rotation"], time.Links.Select(l => l.Name));
        Assert.Equal(311, time.Links[^1].To);
    }

    [Fact]
    public void Silence_before_the_surge_is_no_part_of_it()
    {
        RunResult run = LaunchSimulation.Run(Some.Spike(), 1, CancellationToken.None);
        double[] p95 =
        [
            .. run.Series.P95.Select((_, i) => (i * run.Step) switch
            {
                < 30 => 1,
                >= 200 and < 210 or >= 220 => 5,
                _ => double.NaN,
            }),
        ];
        var action = new ScaleAction(300, 2, 4, "alert", "", new ScaleChain { Scraped = 290, Active = 299 });
        ReactionTime time = ReactionTime.Of(run with { Series = run.Series with { P95 = p95 } }, action);
        Assert.Equal(200, time.Began, run.Step);
    }
}
