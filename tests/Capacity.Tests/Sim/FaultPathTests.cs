using Capacity.Model;

namespace Capacity.Tests.Sim;

/// <summary>The engine against an event list while replicas crash, are slow, and warm up.</summary>
public sealed class FaultPathTests
{
    private const int Models = 1_000;

    [Fact]
    public void The_engine_and_an_event_list_agree_on_every_request_whatever_breaks()
    {
        var seen = new int[4];
        for (ulong seed = 1; seed <= Models; seed++)
        {
            SmallModel model = Broken(SamplePathTests.RandomModel(seed));
            Outcome expected = new EventListModel(model).Run();
            SamplePathTests.Compare(expected, SamplePathTests.RunEngine(model), model);
            SamplePathTests.Compare(expected, SamplePathTests.RunEngine(model, byEvents: true), model);
            seen[0] += model.Changes.Any(c => c.Crashes) ? 1 : 0;
            seen[1] += model.Changes.Any(c => c.Factor > 1) ? 1 : 0;
            seen[2] += model.Replicas.WarmUp is not null ? 1 : 0;
            seen[3] += expected.Failed.Any(f => f.Status == 0) ? 1 : 0;
        }

        Assert.All(seen, often => Assert.InRange(often, Models / 5, Models));
    }

    [Fact]
    public void So_they_do_with_breakers_limits_at_the_proxy_a_shared_dependency_and_shared_cores()
    {
        var seen = new int[5];
        for (ulong seed = 1; seed <= Models; seed++)
        {
            SmallModel model = Broken(SamplePathTests.WithMore(SamplePathTests.RandomModel(seed), seed));
            Outcome expected = new EventListModel(model).Run();
            SamplePathTests.Compare(expected, SamplePathTests.RunEngine(model, byEvents: true), model);
            bool crashes = model.Changes.Any(c => c.Crashes);
            seen[0] += crashes && model.Client.Breaker is not null ? 1 : 0;
            seen[1] += crashes && model.Replicas.Proxy is not null ? 1 : 0;
            seen[2] += crashes && model.Replicas.Dependency is not null ? 1 : 0;
            seen[3] += crashes && model.Replicas.Cores is not null ? 1 : 0;
            seen[4] += model.Changes.Any(c => c.Factor > 1) && model.Replicas.Cores is not null ? 1 : 0;
        }

        Assert.All(seen, often => Assert.InRange(often, Models / 20, Models));
    }

    [Fact]
    public void A_model_in_which_nothing_breaks_is_the_same_with_faults_switched_on()
    {
        for (ulong seed = 1; seed <= 100; seed++)
        {
            SmallModel model = SamplePathTests.RandomModel(seed);
            Outcome plain = SamplePathTests.RunEngine(model);
            Outcome watched = SamplePathTests.RunEngine(model with { Breaks = true });
            Assert.Equal(plain.Latencies, watched.Latencies);
            Assert.Equal(plain.Failed, watched.Failed);
            Assert.Equal(plain.Work, watched.Work);
        }
    }

    private static SmallModel Broken(SmallModel model)
    {
        var random = new RandomSource(model.Seed, "breaks");
        List<ClusterChange> changes = [.. model.Changes];
        foreach (ClusterChange joined in model.Changes.Where(c => c.Joins))
        {
            double at = joined.At + random.NextExponential(6);
            double lag = random.NextIndex(3) == 0 ? 0 : random.NextUnit();
            ClusterChange? drained = model.Changes.FirstOrDefault(c => !c.Joins && c.Replica == joined.Replica);
            if (random.NextIndex(3) > 0 && at < model.Duration && at + lag < (drained?.At ?? model.Duration))
            {
                changes.RemoveAll(c => c == drained);
                changes.Add(new ClusterChange(at, joined.Replica, false) { Crashes = true });
                changes.Add(new ClusterChange(at + lag, joined.Replica, false) { Leaves = true });
            }
            else if (random.NextIndex(3) == 0 && drained is not null && at < drained.At)
            {
                // It is lost while it finishes what it has.
                changes.Add(new ClusterChange(
                    drained.At + (random.NextUnit() * model.StopGrace), joined.Replica, false)
                { Crashes = true });
            }

            double slow = joined.At + random.NextExponential(3);
            if (random.NextIndex(2) == 0 && slow < model.Duration)
            {
                double factor = 0.5 + (4 * random.NextUnit());
                changes.Add(new ClusterChange(slow, joined.Replica, false) { Factor = factor });
                changes.Add(new ClusterChange(slow + random.NextExponential(3), joined.Replica, false) { Factor = 1 });
            }
        }

        WarmUp? warmUp = random.NextIndex(2) == 0 ? null
            : new WarmUp(1 + (3 * random.NextUnit()), 3 * random.NextUnit());
        return model with
        {
            Changes = [.. changes.Where(c => c.At < model.Duration).OrderBy(c => c.At)],
            Replicas = model.Replicas with { WarmUp = warmUp, QueueTimeout = null },
            Breaks = true,
        };
    }
}
