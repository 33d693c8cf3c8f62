using Capacity.Control.Scaling;
using Capacity.Model;
using FsCheck;
using FsCheck.Fluent;

namespace Capacity.Tests.Scaling;

/// <summary>What holds of every autoscaler, whatever it is given.</summary>
public sealed class HpaPropertyTests
{
    private static readonly Config Quiet = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(400);

    private static readonly long[] Extremes =
        [0, 1, -1, long.MaxValue, long.MinValue, int.MaxValue, int.MinValue, 1000, long.MaxValue / 2];

    [Fact]
    public void Replicas_stay_between_the_bounds_and_nothing_throws() => ForAll(random =>
    {
        HpaSpec spec = AnySpec(random);
        var controller = new HpaController(spec, AnyOptions(random));
        int replicas = random.NextIndex(spec.Max + 3);
        Instant now = Instant.FromSeconds(100_000);
        for (int pass = 0; pass < 30; pass++)
        {
            now += TimeSpan.FromSeconds(random.NextIndex(60));
            HpaSnapshot snapshot = AnySnapshot(random, spec, replicas, now);
            HpaOutcome outcome = controller.Reconcile(now, snapshot);
            bool kept = outcome.Replicas == replicas && (replicas == 0 || outcome.Error is not null);
            bool inside = outcome.Replicas >= spec.Min && outcome.Replicas <= spec.Max;
            if (!(kept || inside) || outcome.Changed != (outcome.Replicas != replicas))
            {
                return false;
            }

            replicas = random.NextIndex(10) == 0 ? random.NextIndex(spec.Max + 3) : outcome.Replicas;
        }

        return true;
    });

    [Fact]
    public void Extreme_numbers_do_not_throw() => ForAll(random =>
    {
        long Any() => Extremes[random.NextIndex(Extremes.Length)];
        int AnyInt() => (int)Math.Clamp(Any(), int.MinValue, int.MaxValue);
        Instant now = Instant.FromSeconds(1000);
        var spec = new HpaSpec
        {
            Min = Math.Max(0, AnyInt()),
            Max = int.MaxValue,
            Metrics =
            [
                new HpaMetric.ResourceUtilization("cpu", AnyInt()), new HpaMetric.ResourceAverageValue("memory", Any()),
                new HpaMetric.Pods("a", Any()), new HpaMetric.OfObject("b", Any(), random.NextIndex(2) == 0),
                new HpaMetric.External("c", Any(), random.NextIndex(2) == 0),
            ],
            Behavior = random.NextIndex(2) == 0 ? null : new HpaBehavior
            {
                ScaleUp = HpaScalingRules.DefaultUp with
                {
                    Policies = [new HpaPolicy(random.NextIndex(2) == 0, AnyInt(), TimeSpan.FromSeconds(60))],
                },
                ScaleDown = HpaScalingRules.DefaultDown with { Policies = [] },
            },
        };
        var controller = new HpaController(spec, new HpaOptions { ScaleToZero = random.NextIndex(2) == 0 });
        for (int pass = 0; pass < 5; pass++)
        {
            var reading = new HpaReading
            {
                Pods = [new HpaPodSample("p", [Any(), Any()], now, TimeSpan.Zero), new("q", [], now, TimeSpan.Zero)],
                ValuesMilli = [Any(), Any()],
            };
            HpaPod[] pods = [new("p") { RequestsMilli = [Any(), Any()] }, new("q") { RequestsMilli = [] }];
            controller.Reconcile(now + TimeSpan.FromSeconds(pass), new HpaSnapshot(
                Math.Max(0, AnyInt()), AnyInt(), pods, [reading, reading, reading, reading, reading]));
        }

        return true;
    });

    /// <summary>Holds when the pods are those asked for; with fewer, the ratio multiplies only the ready ones, and more
    /// load inside the tolerance can then mean more replicas than load above it.</summary>
    [Fact]
    public void More_load_never_means_fewer_replicas() => ForAll(random =>
    {
        HpaSpec spec = AnySpec(random);
        HpaOptions options = AnyOptions(random);
        int replicas = 1 + random.NextIndex(spec.Max);
        Instant now = Instant.FromSeconds(100_000);
        HpaSnapshot less = AnySnapshot(random, spec, replicas, now) with { StatusReplicas = replicas };
        less = less with
        {
            Pods = [.. less.Pods.Select(p =>
                p with { Terminating = false, Phase = HpaPodPhase.Running, Ready = true })],
            Readings = [.. less.Readings.Select(r => r with
            {
                Failure = null,
                Pods = [.. r.Pods.Where(s => s.Pod != "gone")],
            })],
        };
        long extra = 1 + random.NextIndex(500);
        HpaSnapshot more = less with
        {
            Readings = [.. less.Readings.Select(r => r with
            {
                Pods = [.. r.Pods.Select(s =>
                    s with { ContainersMilli = [.. s.ContainersMilli.Select(v => v + extra)] })],
                ValuesMilli = [.. r.ValuesMilli.Select(v => v + (extra * replicas))],
            })],
        };
        HpaHistory history = AnyHistory(random, spec, now);
        HpaOutcome fewer = new HpaController(spec, options, history).Reconcile(now, less);
        HpaOutcome larger = new HpaController(spec, options, history).Reconcile(now, more);
        return larger.Replicas >= fewer.Replicas;
    });

    private static void ForAll(Func<RandomSource, bool> holds) => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => holds(new RandomSource((ulong)seed, "hpa"))).Check(Quiet);

    private static HpaSpec AnySpec(RandomSource random)
    {
        int min = random.NextIndex(4);
        HpaMetric[] all =
        [
            new HpaMetric.ResourceUtilization("cpu", 1 + random.NextIndex(150)),
            new HpaMetric.ResourceUtilization("memory", 1 + random.NextIndex(150), random.NextIndex(2)),
            new HpaMetric.ResourceAverageValue("cpu", 1 + random.NextIndex(900)),
            new HpaMetric.Pods("queue", 1 + random.NextIndex(900)),
            new HpaMetric.OfObject("hits", 1 + random.NextIndex(5000), random.NextIndex(2) == 0),
            new HpaMetric.External("jobs", 1 + random.NextIndex(5000), random.NextIndex(2) == 0),
        ];
        return new HpaSpec
        {
            Min = min,
            Max = min + 1 + random.NextIndex(20),
            Metrics = [.. all.Where(_ => random.NextIndex(3) == 0)],
            Behavior = random.NextIndex(2) == 0 ? null : new HpaBehavior
            {
                ScaleUp = AnyRules(random, HpaScalingRules.DefaultUp),
                ScaleDown = AnyRules(random, HpaScalingRules.DefaultDown),
            },
        };
    }

    private static HpaScalingRules AnyRules(RandomSource random, HpaScalingRules unset) => unset with
    {
        SelectPolicy = (HpaSelectPolicy)random.NextIndex(3),
        StabilizationWindow = random.NextIndex(2) == 0 ? null : TimeSpan.FromSeconds(random.NextIndex(400)),
        Tolerance = random.NextIndex(2) == 0 ? null : random.NextUnit(),
        Policies = random.NextIndex(3) == 0 ? unset.Policies :
        [
            HpaPolicy.Pods(1 + random.NextIndex(5), TimeSpan.FromSeconds(15 + random.NextIndex(200))),
            HpaPolicy.Percent(1 + random.NextIndex(150), TimeSpan.FromSeconds(15 + random.NextIndex(200))),
        ],
    };

    private static HpaOptions AnyOptions(RandomSource random) => new()
    {
        ScaleToZero = random.NextIndex(2) == 0,
        Tolerance = random.NextUnit() / 2,
        CpuInitialization = TimeSpan.FromSeconds(random.NextIndex(300)),
    };

    private static HpaHistory AnyHistory(RandomSource random, HpaSpec spec, Instant now)
    {
        HpaScaleEvent Event() => new(1 + random.NextIndex(4), now - TimeSpan.FromSeconds(random.NextIndex(400)));
        return new HpaHistory
        {
            Recommendations = random.NextIndex(4) == 0 ? null :
                [.. Enumerable.Range(0, random.NextIndex(8)).Select(_ => new HpaRecommendation(
                    random.NextIndex(spec.Max + 1), now - TimeSpan.FromSeconds(random.NextIndex(500))))],
            Added = [.. Enumerable.Range(0, random.NextIndex(4)).Select(_ => Event())],
            Removed = [.. Enumerable.Range(0, random.NextIndex(4)).Select(_ => Event())],
        };
    }

    private static HpaSnapshot AnySnapshot(RandomSource random, HpaSpec spec, int replicas, Instant now)
    {
        HpaPod[] pods = [.. Enumerable.Range(0, replicas).Select(i => new HpaPod($"p{i}")
        {
            Phase = random.NextIndex(6) == 0 ? (HpaPodPhase)random.NextIndex(5) : HpaPodPhase.Running,
            Terminating = random.NextIndex(10) == 0,
            Ready = random.NextIndex(10) == 0 ? null : random.NextIndex(5) != 0,
            StartedAt = random.NextIndex(10) == 0 ? null : now - TimeSpan.FromSeconds(random.NextIndex(600)),
            ReadyChangedAt = now - TimeSpan.FromSeconds(random.NextIndex(600)),
            RequestsMilli = [1 + random.NextIndex(1000), 1 + random.NextIndex(1000)],
        })];
        HpaReading Reading() => new()
        {
            Failure = random.NextIndex(8) == 0 ? "no answer" : null,
            Pods = [.. pods.Select(p => p.Name).Append("gone").Where(_ => random.NextIndex(6) != 0).Select(p =>
                new HpaPodSample(p, [random.NextIndex(900), random.NextIndex(900)],
                    now - TimeSpan.FromSeconds(random.NextIndex(60)), TimeSpan.FromSeconds(30)))],
            ValuesMilli = [random.NextIndex(9000), random.NextIndex(9000)],
        };
        return new HpaSnapshot(replicas, Math.Max(0, replicas + random.NextIndex(3) - 1), pods,
            [.. spec.EffectiveMetrics.Select(_ => Reading())]);
    }
}
