using Capacity.Model;
using Capacity.Sim;
using Capacity.Sim.Requests;

namespace Capacity.Tests.Sim;

/// <summary>The engine against an event list, request by request, on random small models.</summary>
public sealed class SamplePathTests
{
    private const int Models = 1_000;
    private static readonly Balancer[] SameDraws =
        [Balancer.RoundRobin, Balancer.Random, Balancer.PowerOfTwo, Balancer.Connections];

    [Fact]
    public void The_engine_and_an_event_list_give_every_request_the_same_fate()
    {
        var seen = new int[4];
        for (ulong seed = 1; seed <= Models; seed++)
        {
            SmallModel model = RandomModel(seed);
            Outcome expected = new EventListModel(model).Run();
            Compare(expected, RunEngine(model), model);
            Compare(expected, RunEngine(model, byEvents: true), model);
            seen[0] += expected.Retries > 0 ? 1 : 0;
            seen[1] += expected.Failed.Any(f => f.Status == 0) ? 1 : 0;
            seen[2] += expected.Failed.Any(f => f.Status == 503) ? 1 : 0;
            seen[3] += expected.Failed.Count == 0 ? 1 : 0;
        }

        Assert.All(seen, often => Assert.InRange(often, Models / 20, Models)); // the models are not all harmless
    }

    [Fact]
    public void So_they_do_with_breakers_limits_at_the_proxy_a_shared_dependency_and_shared_cores()
    {
        var seen = new int[6];
        for (ulong seed = 1; seed <= Models; seed++)
        {
            SmallModel model = WithMore(RandomModel(seed), seed);
            Outcome expected = new EventListModel(model).Run();
            (Outcome engine, AttemptCounts counts, int opened) = Run(model, byEvents: true);
            Compare(expected, engine, model);
            seen[0] += opened > 0 ? 1 : 0;
            seen[1] += counts[FailureCause.Breaker] > 0 ? 1 : 0;
            seen[2] += counts[FailureCause.Shed] > 0 ? 1 : 0;
            seen[3] += counts[FailureCause.Dependency] > 0 ? 1 : 0;
            seen[4] += counts[FailureCause.CutOff] > 0 ? 1 : 0;
            seen[5] += model.Replicas.Cores is not null && engine.Retries > 0 ? 1 : 0;
        }

        Assert.All(seen, often => Assert.InRange(often, Models / 20, Models));
    }

    internal static void Compare(Outcome expected, Outcome engine, SmallModel model)
    {
        string what = $"seed {model.Seed}: {model.Replicas} {model.Client}";
        Assert.True(expected.Retries == engine.Retries, $"{expected.Retries} != {engine.Retries} retries, {what}");
        double exact = model.Replicas.Cores is null ? 1e-9 : 1e-6; // shares are subtracted hundreds of times
        Same(expected.Latencies, engine.Latencies, exact, $"latencies, {what}");
        Same(expected.Work, engine.Work, exact, $"work, {what}");
        Assert.True(
            expected.Failed.Select(f => f.Status).Order().SequenceEqual(engine.Failed.Select(f => f.Status).Order()),
            $"{expected.Failed.Count} != {engine.Failed.Count} failures, {what}");
        Assert.Equal(model.At.Length, engine.Latencies.Count + engine.Failed.Count);
    }

    /// <summary>The same with what only the calendar of events can do.</summary>
    internal static SmallModel WithMore(SmallModel model, ulong seed)
    {
        var random = new RandomSource(seed, "more");
        bool cores = random.NextIndex(4) == 0;
        ServiceModel replicas = model.Replicas;
        if (cores)
        {
            replicas = replicas with
            {
                Cores = 1 + random.NextIndex(4),
                Workers = null,
                Queue = null,
                QueueTimeout = null,
            };
        }

        int places = (replicas.Workers ?? replicas.Cores ?? 3) + random.NextIndex(4);
        bool limited = random.NextIndex(2) == 0;
        replicas = replicas with
        {
            Balancer = limited && replicas.Balancer == Balancer.Connections ? Balancer.LeastConnections
                : random.NextIndex(5) == 0 ? Balancer.LeastConnections
                : replicas.Balancer,
            Proxy = !limited && random.NextIndex(2) == 0 ? null : new ProxyModel
            {
                PerReplica = limited ? places : null,
                Queue = random.NextIndex(2) == 0 ? null : random.NextIndex(10),
                QueueTimeout = random.NextIndex(2) == 0 ? null : 0.05 + random.NextExponential(0.3),
                // A backlog before cores that several replicas share is chaotic: it amplifies the rounding.
                Total = cores || random.NextIndex(2) == 0 ? null : 1 + random.NextIndex(20),
            },
            Dependency = random.NextIndex(2) == 0 ? null : new DependencyModel(
                "db", 1 + random.NextIndex(8), new ServiceLaw.Exponential(0.05),
                random.NextIndex(2) == 0 ? null : 0.05 + random.NextExponential(0.1)),
        };
        return model with
        {
            Replicas = replicas,
            Client = model.Client with
            {
                Breaker = random.NextIndex(2) == 0 ? null : new BreakerModel
                {
                    Failures = random.NextIndex(2) == 0 ? null : 1 + random.NextIndex(5),
                    FailureRatio = 0.1 + (0.5 * random.NextUnit()),
                    Sampling = random.NextIndex(4) == 0 ? 0.1 : 0.5 + (4 * random.NextUnit()),
                    Minimum = 2 + random.NextIndex(20),
                    Break = 0.05 + random.NextExponential(0.5),
                },
            },
        };
    }

    internal static Outcome RunEngine(SmallModel model, bool byEvents = false) => Run(model, byEvents).Outcome;

    private static (Outcome Outcome, AttemptCounts Counts, int Opened) Run(SmallModel model, bool byEvents)
    {
        var overhead = new ServiceLaw.Constant(model.Overhead);
        IReadOnlyList<TraceRequest> trace =
            [.. model.At.Zip(model.Service, (at, service) => new TraceRequest(at, 0, service))];
        var settings = new EngineSettings(model.Replicas, model.StopGrace, [0], 1, 1, 1, model.Duration)
        {
            Client = model.Client,
            Seed = model.Seed,
            ReplicasBreak = model.Breaks,
            ByEvents = byEvents,
        };
        var engine = new RequestEngine(
            settings, new RecordedRequests(trace, overhead, model.Seed), null, new OverheadTimes(overhead, 1));
        var latencies = new List<double>();
        var work = new List<double>();
        engine.Answers.Served = (batch, from, to) => work.AddRange(
            Enumerable.Range(from, to - from).Select(i => batch.Finish[i] - batch.At[i]));
        engine.Answers.Succeeded = (batch, from, to) => latencies.AddRange(
            Enumerable.Range(from, to - from).Select(i => batch.Finish[i] + batch.Overhead[i] - batch.Since[i]));
        foreach (ClusterChange change in model.Changes.OrderBy(c => c.At))
        {
            engine.AdvanceTo(change.At);
            if (change.Crashes)
            {
                engine.Crash(change.Replica, change.At);
            }
            else if (change.Leaves)
            {
                engine.Leave(change.Replica);
            }
            else if (change.Factor is { } factor)
            {
                engine.Slow(change.Replica, factor);
            }
            else if (change.Joins)
            {
                engine.AddReplica(change.Replica, 0, change.At);
                if (model.Replicas.WarmUp is not null)
                {
                    engine.Warm(change.Replica, change.At);
                }

                engine.Join(change.Replica);
            }
            else
            {
                engine.Drain(change.Replica, change.At);
            }
        }

        engine.AdvanceTo(model.Duration);
        engine.Complete();
        AllAreCounted(engine, model, latencies, work.Count);
        var outcome = new Outcome(
            [.. latencies.Order()],
            [.. engine.Failures.OfKind(0).SelectMany(c => Enumerable.Repeat((0.0, c.Key), (int)c.Value))],
            [.. work.Order()], engine.Retries);
        return (outcome, engine.Answers.Attempts, engine.Breaker?.Opened ?? 0);
    }

    /// <summary>The histogram of all clients holds exactly these latencies, and the replicas' counters every request.
    /// </summary>
    private static void AllAreCounted(RequestEngine engine, SmallModel model, List<double> latencies, int served)
    {
        var expected = new LatencyHistogram();
        foreach (double latency in latencies)
        {
            expected.Record(latency);
        }

        LatencyHistogram recorded = engine.Recorder.Latency[0];
        Assert.True(expected.Counts.SequenceEqual(recorded.Counts), $"seed {model.Seed}: the histogram differs");
        Assert.Equal(expected.SumSeconds, recorded.SumSeconds, 1e-6);
        Assert.Equal(expected.MaxSeconds, recorded.MaxSeconds);
        long counted = 0;
        Span<long> cumulative = stackalloc long[ScrapeCounters.Buckets];
        foreach (int replica in model.Changes.Where(c => c.Joins).Select(c => c.Replica).Distinct())
        {
            engine.Counters.Fold(replica, (long)Math.Ceiling(model.Duration) + 1);
            engine.Counters.Read(replica, 0, cumulative);
            counted += cumulative[^1];
        }

        bool errorsCount = model.Replicas.Dependency is not null; // a replica answers them, and counts them
        Assert.True(
            counted == served || (errorsCount && counted > served),
            $"seed {model.Seed}: {counted} of {served} counted");
    }

    internal static SmallModel RandomModel(ulong seed)
    {
        var random = new RandomSource(seed, "small-model");
        int first = 1 + random.NextIndex(4);
        int? workers = random.NextIndex(6) == 0 ? null : 1 + random.NextIndex(random.NextIndex(4) == 0 ? 12 : 4);
        double duration = 10 + random.NextIndex(20);
        var changes = new List<ClusterChange>();
        int added = 0;
        int removed = 0;
        for (; added < first; added++)
        {
            changes.Add(new ClusterChange(0, added, true));
        }

        for (double at = random.NextExponential(4); at < duration; at += random.NextExponential(4))
        {
            bool joins = added - removed == 0 || random.NextIndex(2) == 0;
            changes.Add(joins ? new ClusterChange(at, added++, true) : new ClusterChange(at, removed++, false));
        }

        double rate = Math.Min(60, (0.3 + random.NextUnit()) * first * (workers ?? 4) / 0.2);
        var times = new List<double>();
        for (double at = random.NextExponential(1 / rate); at < duration; at += random.NextExponential(1 / rate))
        {
            times.Add(at);
        }

        double grace = random.NextIndex(3) == 0 ? 0.1 : 2;
        return new SmallModel(
            [.. times], [.. times.Select(_ => random.NextExponential(0.2))],
            new ServiceModel
            {
                Workers = workers,
                Queue = workers is null || random.NextIndex(2) == 0 ? null : random.NextIndex(6),
                QueueTimeout = workers is null || random.NextIndex(3) > 0
                    ? null
                    : new ServiceLaw.Constant(Math.Min(grace, random.NextExponential(0.3))),
                Balancer = SameDraws[random.NextIndex(SameDraws.Length)],
                Connections = 1 + random.NextIndex(12),
            },
            new ClientModel
            {
                Timeout = random.NextIndex(2) == 0 ? null : 0.05 + random.NextExponential(0.5),
                Retry = random.NextIndex(2) == 0
                    ? null
                    : new RetryModel(
                        1 + random.NextIndex(4), 0.01 + (0.3 * random.NextUnit()), 0.5,
                        random.NextIndex(2) == 0 ? null : random.NextUnit()),
            },
            random.NextIndex(2) * 0.01, grace, changes, duration, seed);
    }

    internal static void Same(
        IReadOnlyList<double> expected, IReadOnlyList<double> actual, double exact, string what)
    {
        Assert.True(expected.Count == actual.Count, $"{expected.Count} != {actual.Count} {what}");
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) < exact, $"{expected[i]:R} != {actual[i]:R} {what}");
        }
    }
}
