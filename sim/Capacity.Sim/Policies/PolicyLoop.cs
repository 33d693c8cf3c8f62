using System.Diagnostics;
using System.Globalization;
using Capacity.Control;
using Capacity.Control.Scaling;
using Capacity.Model;
using Capacity.Sim.Cluster;
using Capacity.Sim.Requests;

namespace Capacity.Sim.Policies;

/// <summary>A policy in place of alerts and docker-scaler: looks at the replicas now and then, and decides.</summary>
internal sealed class PolicyLoop
{
    private const string Cpu = "cpu";

    private readonly PolicyModel _policy;
    private readonly ServiceModel _service;
    private readonly Instant _start;
    private readonly int _usual;
    private readonly ReplicaMetrics? _metrics;
    private readonly HpaController? _hpa;
    private readonly TargetTracking? _tracking;
    private readonly SchedulePolicy? _schedule;
    private Instant _nextLook;
    private (Instant Since, bool Up)? _wantsChange;

    /// <summary>Starts a policy.</summary>
    /// <param name="input">With a policy that is not <see cref="PolicyKind.Step"/>.</param>
    /// <param name="engine">Whose replicas it looks at.</param>
    /// <param name="start">The start of the run.</param>
    /// <param name="seed">Seed of the run: when it looks and measures first is drawn.</param>
    public PolicyLoop(SimulationInput input, RequestEngine engine, Instant start, ulong seed)
    {
        _policy = input.Policy;
        _service = input.Service;
        _start = start;
        _usual = input.Loop.InitialReplicas;
        Desired = _usual;
        if (_policy.Metric is not { } settings)
        {
            _schedule = new SchedulePolicy([.. _policy.Schedule.Select(s => new ScheduledReplicas(
                start + TimeSpan.FromSeconds(s.From), start + TimeSpan.FromSeconds(s.Until), s.Replicas))]);
            _nextLook = _schedule.At(start) is null ? _schedule.NextChange(start) : start;
            return;
        }

        var phases = new RandomSource(seed, "policy");
        _nextLook = start + TimeSpan.FromSeconds(settings.Sync * phases.NextUnit());
        _metrics = new ReplicaMetrics(
            settings, engine, start + TimeSpan.FromSeconds(settings.Every * phases.NextUnit()));
        (ulong low, ulong high) = DockerScaler.Bounds(input.Loop.Scaler, input.Loop.ServiceLabels);
        int min = settings.Min ?? (int)Math.Min(low, int.MaxValue);
        int max = Math.Max(min, settings.Max ?? (int)Math.Min(high, int.MaxValue));
        if (_policy.Use == PolicyKind.Hpa)
        {
            _hpa = Hpa(settings, min, max);
        }
        else
        {
            _tracking = new TargetTracking(new TargetTrackingSettings
            {
                Target = settings.Target,
                Tolerance = settings.Tolerance,
                Min = min,
                Max = max,
                OutCooldown = TimeSpan.FromSeconds(settings.UpWait),
                InCooldown = TimeSpan.FromSeconds(settings.DownWait),
            });
        }
    }

    /// <summary>Replicas wanted now.</summary>
    public int Desired { get; private set; }

    /// <summary>When it next measures or looks.</summary>
    public Instant NextDue => _metrics is null ? _nextLook : Instant.Min(_nextLook, _metrics.NextDue);

    /// <summary>Does what is due.</summary>
    /// <param name="now">Everything that arrived before has been served.</param>
    /// <param name="replicas">All there ever were.</param>
    /// <returns>The change; null when there is none.</returns>
    public LoopEvent.Scaled? Advance(Instant now, IReadOnlyList<Replica> replicas)
    {
        _metrics?.Advance(now, replicas);
        if (_nextLook > now)
        {
            return null;
        }

        IReadOnlyList<ReplicaSample> seen = _metrics?.Seen(now) ?? [];
        (int wanted, string why) = Decide(now, replicas, seen);
        _nextLook = _policy.Metric is { } settings
            ? now + TimeSpan.FromSeconds(settings.Sync)
            : _schedule!.NextChange(now);
        if (wanted == Desired)
        {
            _wantsChange = LooksAway(seen) is { } up ? Since(now, up) : null;
            return null;
        }

        int before = Desired;
        Instant since = Since(now, wanted > before).Since;
        Desired = wanted;
        _wantsChange = null;
        string name = PolicyModel.Names[(int)_policy.Use];
        string reason = why.Length > 0 ? $", {why}" : "";
        string message = string.Create(
            CultureInfo.InvariantCulture, $"{name}: from {before} to {wanted} replicas{reason}");
        return new LoopEvent.Scaled(
            now, before, wanted, name, message, seen.Count > 0 ? seen[0].At : now, since, now, now);
    }

    private static HpaController Hpa(MetricPolicyModel settings, int min, int max)
    {
        HpaMetric metric = settings.Metric == ScalingMetric.Utilization
            ? new HpaMetric.ResourceUtilization(Cpu, (int)Math.Max(1, Math.Round(settings.Target * 100)))
            : new HpaMetric.Pods("requests", (long)Math.Max(1, settings.Target * 1000));
        return new HpaController(
            new HpaSpec
            {
                Min = min,
                Max = max,
                Metrics = [metric],
                Behavior = settings.UpWait == 0 ? null : new HpaBehavior
                {
                    ScaleUp = HpaScalingRules.DefaultUp with
                    {
                        StabilizationWindow = TimeSpan.FromSeconds(settings.UpWait),
                    },
                },
            },
            new HpaOptions
            {
                SyncPeriod = TimeSpan.FromSeconds(settings.Sync),
                Tolerance = settings.Tolerance,
                DownscaleStabilization = TimeSpan.FromSeconds(settings.DownWait),
            });
    }

    private (int Wanted, string Why) Decide(
        Instant now, IReadOnlyList<Replica> replicas, IReadOnlyList<ReplicaSample> seen)
    {
        if (_schedule is not null)
        {
            return (_schedule.Decide(now, _usual), "as planned");
        }

        if (_tracking is not null)
        {
            double? mean = Mean(seen);
            return (_tracking.Decide(now, Desired, mean), mean is { } value
                ? string.Create(CultureInfo.InvariantCulture,
                $"{value:0.###} where {_policy.Target.Target:0.###} is aimed at")
                : "");
        }

        HpaOutcome outcome = (_hpa ?? throw new UnreachableException("No policy."))
            .Reconcile(now, Snapshot(now, replicas, seen));
        return (outcome.Replicas, outcome.Reason);
    }

    /// <summary>Mean over the replicas that serve; as a share of the capacity for utilization.</summary>
    private double? Mean(IReadOnlyList<ReplicaSample> seen)
    {
        ReplicaSample[] serving = [.. seen.Where(s => s.Replica.InRotation)];
        double capacity = _policy.Metric!.Metric == ScalingMetric.Utilization ? Capacity : 1;
        return serving.Length == 0 ? null : serving.Average(s => s.Value) / capacity;
    }

    /// <summary>Since when a change in this direction has been wanted, be it that a window or a bound forbade it.
    /// </summary>
    private (Instant Since, bool Up) Since(Instant now, bool up) =>
        _wantsChange is { } wanted && wanted.Up == up ? wanted : (now, up);

    /// <summary>Whether the metric asks for more (or fewer) replicas; null when it is near its target.</summary>
    private bool? LooksAway(IReadOnlyList<ReplicaSample> seen) =>
        _policy.Metric is { } settings && Mean(seen) / settings.Target is { } ratio
        && Math.Abs(ratio - 1) > settings.Tolerance
            ? ratio > 1
            : null;

    private int Capacity => _service.Workers ?? _service.Cores ?? 1;

    private HpaSnapshot Snapshot(Instant now, IReadOnlyList<Replica> replicas, IReadOnlyList<ReplicaSample> seen)
    {
        HpaPod[] pods =
        [
            .. replicas.Where(r => r.GoneAt > now && (r.Started || !r.Stopping)).Select(r => new HpaPod(NameOf(r))
            {
                Phase = r.Started ? HpaPodPhase.Running : HpaPodPhase.Pending,
                Terminating = r.Stopping,
                Ready = r.IsReady || r.InRotation, // those of the start have no health check behind them
                ReadyChangedAt = r.IsReady || r.InRotation ? r.ReadyAt : r.StartsAt,
                StartedAt = r.Started ? r.StartsAt : null,
                RequestsMilli = [1000L * Capacity],
            }),
        ];
        HpaPodSample[] samples =
        [
            .. seen.Select(s => new HpaPodSample(
                NameOf(s.Replica), [(long)Math.Round(s.Value * 1000)], s.At, s.Window)),
        ];
        return new HpaSnapshot(Desired, pods.Length, pods, [new HpaReading { Pods = samples }]);
    }

    private static string NameOf(Replica replica) =>
        string.Create(CultureInfo.InvariantCulture, $"replica-{replica.Number}");
}
