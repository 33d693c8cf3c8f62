using Capacity.Model;
using Capacity.Sim;

namespace Capacity.Tests.Sim;

public sealed class LaunchesTests
{
    private static readonly Objective[] Objectives =
        [new Objective(ObjectiveMetric.LatencyP99, 0.5, Except: 60), new Objective(ObjectiveMetric.Replicas, 8)];

    [Fact]
    public void A_set_is_the_same_on_one_thread_and_on_two()
    {
        LaunchSet one = Launches.Run(Some.Spike(), Objectives, 6, 1, threads: 1, null, CancellationToken.None);
        LaunchSet two = Launches.Run(Some.Spike(), Objectives, 6, 1, threads: 2, null, CancellationToken.None);
        Assert.Equal(ResultText.Of(one), ResultText.Of(two));
    }

    [Fact]
    public void A_set_holds_its_launches_in_order_with_bands_that_do_not_cross()
    {
        var progress = new List<int>();
        LaunchSet set = Launches.Run(
            Some.Spike(), Objectives, 5, 3, threads: 1, new Collect(progress), CancellationToken.None);
        Assert.Equal([1, 2, 3, 4, 5], set.Launches.Select(l => l.Number));
        Assert.Equal([1, 2, 3, 4, 5], progress);
        LaunchSet shorter = Launches.Run(Some.Spike(), Objectives, 3, 3, 1, null, CancellationToken.None);
        Assert.Equal(ResultText.Of(set.Launches[2]), ResultText.Of(shorter.Launches[2]));
        Assert.All(set.P99.Low.Zip(set.P99.High), p => Assert.False(p.First > p.Second));
        Assert.Equal(set.Launches[set.MiddleNumber - 1].Seed, set.Middle.Seed);
        Assert.Equal(1, set.AlertShares["slow"]);
        Assert.False(set.Partial);
    }

    [Fact]
    public void A_stopped_set_is_partial_and_without_a_single_launch_there_is_none()
    {
        using var stop = new CancellationTokenSource();
        LaunchSet set = Launches.Run(Some.Spike(), Objectives, 50, 1, 1, new CancelAt(3, stop), stop.Token);
        Assert.True(set.Partial);
        Assert.Equal(3, set.Launches.Count);
        Assert.Throws<OperationCanceledException>(
            () => Launches.Run(Some.Spike(), Objectives, 5, 1, 1, null, stop.Token));
    }

    private sealed class Collect(List<int> values) : IProgress<int>
    {
        public void Report(int value) => values.Add(value);
    }

    private sealed class CancelAt(int count, CancellationTokenSource stop) : IProgress<int>
    {
        public void Report(int value)
        {
            if (value == count)
            {
                stop.Cancel();
            }
        }
    }
}
